//! Part 2X: long tails of entries that were never committed.
//!
//! For repairing a log one entry per heartbeat, hints that make no progress for some shapes of logs,
//! tails that are kept, and followers that take more for committed than what they know to match.

use std::time::Duration;

use super::Tester;
use super::steering::{all_agree, elected_among, prefer, submit_many};
use crate::base::ServerId;
use crate::cluster::{Retry, Step};
use crate::net::Messages;
use crate::trace::RpcKind;

/// Long enough for a leader to send what it has, however it does that.
const REPLICATION: Duration = Duration::from_secs(1);

/// Two servers have a long tail that the others never saw. Back together, all must agree within the
/// ten seconds of every agreement: enough for one refusal per round trip, not for one per heartbeat.
pub(super) async fn divergent_tails(t: Tester) -> Step {
    all_agree(&t).await?;
    for _ in 0..t.parameter("rounds") {
        diverge(&t).await?.into_iter().for_each(|server| t.connect(server));
        t.check_one_leader().await?;
        all_agree(&t).await?;
    }
    Ok(())
}

/// The tail is repaired while only heartbeats arrive, and without a new command; then its owner is
/// elected.
pub(super) async fn tails_and_heartbeats(t: Tester) -> Step {
    all_agree(&t).await?;
    let [leader, follower] = diverge(&t).await?;
    let late = t.cluster().hold(Messages::REQUESTS.of(RpcKind::AppendEntries).to(follower).with_entries());
    t.connect(leader);
    t.connect(follower);
    t.check_one_leader().await?;
    t.sleep(REPLICATION).await;
    drop(late);
    t.sleep_elections(3).await;

    prefer(&t, follower).await;
    all_agree(&t).await
}

/// A leader and one follower, or it alone, get a tail of their own and are cut off, while the others
/// commit something else.
async fn diverge(t: &Tester) -> Step<[ServerId; 2]> {
    let leader = t.check_one_leader().await?;
    let follower = t.after(leader, 1);
    let others: Vec<ServerId> = (2..5).map(|steps| t.after(leader, steps)).collect();
    others.iter().for_each(|server| t.disconnect(*server));
    if t.random(|random| random.chance(1, 4)) {
        t.disconnect(follower);
    }
    submit_many(t, leader, entries(t));
    t.sleep(REPLICATION).await;

    t.disconnect(leader);
    t.disconnect(follower);
    others.iter().for_each(|server| t.connect(*server));
    let second = elected_among(t, &others, 0).await?;
    submit_many(t, second, entries(t));
    t.one(t.random_command(), 3, Retry::Allowed).await?;
    Ok([leader, follower])
}

/// Around the test's number of entries.
fn entries(t: &Tester) -> u64 {
    let entries = t.parameter("entries");
    t.random(|random| random.between(entries * 3 / 4..=entries * 5 / 4))
}
