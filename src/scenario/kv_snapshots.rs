//! Lab 3B: what snapshots are worth, and how large they are (`lab-spec/kv.md` §4).

use std::time::Duration;

use super::Tester;
use super::kv_checks::{check_value, put};
use crate::base::ServerId;
use crate::cluster::Step;

/// `TestSnapshotRPC3B`: who was cut off while the log was cut comes back, and is needed at once.
pub(super) async fn install(t: Tester) -> Step {
    let servers: Vec<ServerId> = t.servers().collect();
    let (first, second) = (servers[0], t.after(servers[0], 1));
    let rest: Vec<ServerId> = servers.iter().copied().skip(2).collect();
    let without_second: Vec<ServerId> = servers.iter().copied().filter(|server| *server != second).collect();
    let anybody = t.cluster().client(&servers);
    put(&anybody, "a", "A").await;
    check_value(&t, &anybody, "a", "A").await?;

    let operations = t.count("operations");
    let partition = t.cluster().partition(&[&[first, second], &rest]);
    let client = t.cluster().client(&[first, second]);
    for number in 0..operations {
        put(&client, &number.to_string(), &number.to_string()).await;
    }
    t.sleep(Duration::from_secs(1)).await;
    put(&client, "b", "B").await;
    check_log_size(&t)?;
    drop(partition);

    let last = operations.saturating_sub(1).to_string();
    let partition = t.cluster().partition(&[&without_second, &[second]]);
    let client = t.cluster().client(&without_second);
    put(&client, "c", "C").await;
    put(&client, "d", "D").await;
    for (key, value) in [("a", "A"), ("b", "B"), ("1", "1"), (&last, &last)] {
        check_value(&t, &client, key, value).await?;
    }
    drop(partition);

    put(&anybody, "e", "E").await;
    for (key, value) in [("c", "C"), ("e", "E"), ("1", "1")] {
        check_value(&t, &anybody, key, value).await?;
    }
    Ok(())
}

/// `TestSnapshotSize3B`: a short state makes short snapshots.
pub(super) async fn size(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let client = t.cluster().client(&everybody);
    for _ in 0..t.parameter("rounds") {
        for value in ["0", "1"] {
            put(&client, "x", value).await;
            check_value(&t, &client, "x", value).await?;
        }
    }
    check_log_size(&t)?;
    let (size, most) = (t.snapshot_size(), t.count("snapshot_size_max"));
    let evidence = || format!("a server has saved a snapshot of {size} bytes; {most} are enough for one short value");
    t.expect(size <= most, "snapshot size", &[], evidence)
}

fn check_log_size(t: &Tester) -> Step {
    let (size, most) = (t.log_size(), t.count("log_size_max"));
    let evidence = || format!("a server has saved {size} bytes of Raft's state; {most} are the most that is allowed");
    t.expect(size <= most, "log trimmed", &[], evidence)
}
