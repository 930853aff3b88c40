//! Labs 3A and 3B: how fast operations are, and many clients of one key.

use super::Tester;
use super::kv_checks::{check_appends, element, put};
use crate::base::ServerId;
use crate::cluster::{Client, Step};

/// `TestSpeed`: operations one after the other, each of which may take so long on average
/// (`lab-spec/kv.md` §3.9).
pub(super) async fn speed(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let client = t.cluster().client(&everybody);
    let operations = t.count("operations");
    // Waits for a leader.
    client.get("x").await;
    let began = t.now();
    for number in 0..operations {
        client.append("x", &element(0, number)).await;
    }
    let time = t.now() - began;
    let value = client.get("x").await;
    check_appends(&t, &value, 0, operations)?;
    let most = std::time::Duration::from_micros(t.parameter("operation_us_max")) * operations as u32;
    let evidence = || format!("{operations} operations took {time:?}, more than the {most:?} that they may take");
    t.expect(time <= most, "speed", &[], evidence)
}

/// `TestUnreliableOneKey3A`: clients append to one key, all at once.
pub(super) async fn one_key(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let (clients, operations) = (t.count("clients"), t.count("operations"));
    let checker = t.cluster().client(&everybody);
    put(&checker, "k", "").await;
    let appending: Vec<_> =
        (0..clients).map(|number| t.spawn(append_all(t.cluster().client(&everybody), number, operations))).collect();
    for client in appending {
        client.await;
    }
    let value = checker.get("k").await;
    checker.count();
    for client in 0..clients {
        check_appends(&t, &value, client, operations)?;
    }
    Ok(())
}

async fn append_all(client: Client, number: usize, operations: usize) {
    for operation in 0..operations {
        client.append("k", &element(number, operation)).await;
        client.count();
    }
}
