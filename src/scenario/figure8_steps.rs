//! Part 2X: Figure 8 of the paper, step by step.
//!
//! Not the course's, whose two Figure 8 tests hope to meet this schedule by chance.

use super::Tester;
use super::log::check_not_committed;
use super::persistence::restart;
use crate::base::{Command, ServerId};
use crate::cluster::{Retry, Step};

/// The entry that all of this is about.
const CONTESTED: u64 = 2;

/// Five servers; an entry of an earlier term reaches a majority, but may still be replaced, because
/// the leader has nothing of its own term that does (§5.4.2).
pub(super) async fn figure8_steps(t: Tester) -> Step {
    t.one(Command::integer(100), 5, Retry::Allowed).await?;
    let first = t.check_one_leader().await?;
    let follower = t.after(first, 1);
    let others = [t.after(first, 2), t.after(first, 3), t.after(first, 4)];

    // (a) The first leader replicates an entry to one follower only, and crashes.
    others.iter().for_each(|other| t.disconnect(*other));
    t.submit(first, Command::integer(200));
    t.sleep_elections(1).await;
    t.crash(first);
    t.disconnect(follower);

    // (b) The other three elect a leader, which takes another entry for the same index, and crashes.
    others.iter().for_each(|other| t.connect(*other));
    let second = t.check_one_leader().await?;
    let rest: Vec<ServerId> = others.into_iter().filter(|other| *other != second).collect();
    rest.iter().for_each(|other| t.disconnect(*other));
    t.submit(second, Command::integer(300));
    t.crash(second);

    // (c) The first leader or its follower leads again, and the old entry reaches a majority.
    restart(&t, first)?;
    t.connect(follower);
    t.connect(rest[0]);
    t.check_one_leader().await?;
    t.sleep_elections(1).await;
    check_not_committed(&t, CONTESTED, "where the leader has only an entry of an earlier term (§5.4.2)")?;

    // (d) The second leader comes back, wins with its newer entry, and replaces the old one.
    t.crash(first);
    t.disconnect(follower);
    restart(&t, second)?;
    t.connect(rest[1]);
    t.one(Command::integer(400), 3, Retry::Allowed).await?;

    // All together.
    restart(&t, first)?;
    t.connect(follower);
    t.one(Command::integer(500), 5, Retry::Allowed).await?;
    Ok(())
}
