//! Part 2X: messages of earlier times.
//!
//! For old appends that shorten a log, old votes and old snapshots that are taken for new, and old
//! replies that a leader believes. The course delays requests by 26 ms at most and replies by 2.2 s,
//! and duplicates nothing.

use std::time::Duration;

use super::Tester;
use super::log::check_not_committed;
use super::steering::{all_agree, once_in, pause, prefer, revive, revive_all, submit_everywhere, submit_many};
use crate::base::ServerId;
use crate::cluster::{Held, Retry, Step};
use crate::net::Messages;
use crate::trace::RpcKind;

/// Copies of all requests are kept, over crashes, elections and snapshots, and arrive again at any
/// time; replies are held back as long.
pub(super) async fn late_messages(t: Tester) -> Step {
    let copies = t.cluster().copy(Messages::REQUESTS);
    let mut replies = None;
    all_agree(&t).await?;
    for _ in 0..t.parameter("rounds") {
        submit_everywhere(&t, t.random(|random| random.between(0..=8)));
        pause(&t, 0..=150).await;
        harm_someone(&t);
        submit_everywhere(&t, t.random(|random| random.between(0..=4)));
        if once_in(&t, 3) {
            replies = once_in(&t, 2).then(|| t.cluster().hold(Messages::REPLIES.to(t.random_server())));
        }
        pause(&t, 0..=900).await;
        deliver_late(&t, &copies).await;
        revive(&t, t.random_server())?;
    }
    drop(replies);
    revive_all(&t)?;
    all_agree(&t).await?;
    drop(copies);
    all_agree(&t).await?;
    all_agree(&t).await
}

/// The leader, or anybody, is cut off or crashes.
fn harm_someone(t: &Tester) {
    let leader = t.servers().find(|server| t.state(*server).is_some_and(|state| state.is_leader));
    let victim = leader.filter(|_| once_in(t, 2)).unwrap_or_else(|| t.random_server());
    match t.random(|random| random.below(3)) {
        0 => t.disconnect(victim),
        1 => t.crash(victim),
        _ => {}
    }
}

/// Lets some copies arrive, the old ones in any order; then the leader may be gone before it can
/// repair what they did.
async fn deliver_late(t: &Tester, copies: &Held) {
    let some = t.random(|random| random.between(1..=10));
    copies.release(|_| once_in(t, some));
    t.sleep(Duration::from_millis(1)).await;
    if once_in(t, 3) {
        harm_someone(t);
    }
}

/// Entries of a tail that was stored by one follower, and replaced later on.
const TAIL: u64 = 30;

/// A leader hears of the success of an earlier leadership after the follower's log was cut, or heard
/// of it at the time. With a leader that still believes it, two of five servers commit.
pub(super) async fn stale_replies(t: Tester) -> Step {
    t.one(t.random_command(), 5, Retry::Allowed).await?;
    let leader = t.check_one_leader().await?;
    let follower = t.after(leader, 1);
    let others = [t.after(leader, 2), t.after(leader, 3), t.after(leader, 4)];
    let replies = store_tail(&t, leader, follower, &others).await;
    replace_tail(&t, [leader, follower], &others).await?;

    // It leads again, and only one other follower can hear it.
    if prefer(&t, leader).await {
        [follower, others[1], others[2]].iter().for_each(|server| t.disconnect(*server));
        let started = t.submit(leader, t.random_command());
        t.sleep_elections(1).await;
        replies.release_all();
        t.sleep_elections(1).await;
        if let Some(started) = started {
            check_not_committed(&t, started.index, "which only two of five servers can have")?;
        }
    }
    drop(replies);
    revive_all(&t)?;
    all_agree(&t).await
}

/// The leader's tail reaches only the follower, and the leader may not hear of it.
async fn store_tail(t: &Tester, leader: ServerId, follower: ServerId, others: &[ServerId]) -> Held {
    others.iter().for_each(|server| t.disconnect(*server));
    let answers = Messages::REPLIES.of(RpcKind::AppendEntries).from(follower).to(leader);
    let mut replies = t.cluster().hold(answers);
    if once_in(t, 2) {
        replies.stop();
    }
    submit_many(t, leader, TAIL);
    t.sleep_elections(1).await;
    replies.stop();
    replies
}

/// The others commit something else, which replaces the tail.
async fn replace_tail(t: &Tester, pair: [ServerId; 2], others: &[ServerId]) -> Step {
    pair.iter().for_each(|server| t.disconnect(*server));
    others.iter().for_each(|server| t.connect(*server));
    t.one(t.random_command(), others.len(), Retry::Allowed).await?;
    pair.iter().for_each(|server| t.connect(*server));
    all_agree(t).await
}
