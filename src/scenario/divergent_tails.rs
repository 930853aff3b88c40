//! Part 2X: long tails of entries that were never committed.
//!
//! For repairing a log one entry per heartbeat, hints that make no progress for some shapes of logs,
//! tails that are kept, and followers that take more for committed than what they know to match.

use std::time::Duration;

use super::Tester;
use super::persistence::restart;
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
        let [leader, follower, second] = diverge(&t).await?;
        t.connect(leader);
        t.connect(follower);
        // A leader that has led since then knows where the common part ends; a new one does not.
        restart(&t, second)?;
        t.check_one_leader().await?;
        all_agree(&t).await?;
    }
    Ok(())
}

/// The tail is repaired while only heartbeats arrive, and without a new command; then its owner is
/// elected.
pub(super) async fn tails_and_heartbeats(t: Tester) -> Step {
    all_agree(&t).await?;
    let [leader, follower, _] = diverge(&t).await?;
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

/// A follower's long tail is replaced by a few entries that are committed with its help. If it keeps
/// the rest of the tail, it takes a log for as good as its own that lacks these entries.
pub(super) async fn replaced_tail(t: Tester) -> Step {
    for _ in 0..t.parameter("rounds") {
        all_agree(&t).await?;
        let leader = t.check_one_leader().await?;
        let [follower, others @ ..] = [1, 2, 3, 4].map(|steps| t.after(leader, steps));
        others.iter().for_each(|server| t.disconnect(*server));
        submit_many(&t, leader, t.parameter("entries"));
        t.sleep(REPLICATION).await;

        // Two of the others get entries of a later term.
        t.disconnect(leader);
        t.disconnect(follower);
        others.iter().for_each(|server| t.connect(*server));
        let second = elected_among(&t, &others, 0).await?;
        let absent = if second == others[0] { others[1] } else { others[0] };
        t.disconnect(absent);
        submit_many(&t, second, 3);
        t.sleep(REPLICATION).await;

        // With the follower they commit them, and are gone.
        t.connect(follower);
        t.one(t.random_command(), 3, Retry::Allowed).await?;
        others.iter().for_each(|server| t.crash(*server));

        // Of those that are left only the follower may win.
        t.connect(leader);
        restart(&t, absent)?;
        t.one(t.random_command(), 3, Retry::Allowed).await?;
        others.iter().try_for_each(|server| restart(&t, *server))?;
    }
    all_agree(&t).await
}

/// A leader and one follower, or it alone, get a tail of their own and are cut off, while the others
/// commit something else. Gives these two, and the leader of the others.
async fn diverge(t: &Tester) -> Step<[ServerId; 3]> {
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
    Ok([leader, follower, second])
}

/// Around the test's number of entries.
fn entries(t: &Tester) -> u64 {
    let entries = t.parameter("entries");
    t.random(|random| random.between(entries * 3 / 4..=entries * 5 / 4))
}
