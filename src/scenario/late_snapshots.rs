//! Part 2X: snapshots among many servers, slow ones, and late ones.
//!
//! For snapshots that discard what follows them, rewind a server, or do not count as a sign of a
//! leader. The course's part 2D has three servers, and its snapshots are never late.

use std::time::Duration;

use super::Tester;
use super::persistence::restart;
use super::steering::{all_agree, once_in, pause, revive, revive_all, submit_everywhere};
use crate::base::ServerId;
use crate::cluster::{Retry, Step};
use crate::net::Messages;
use crate::trace::RpcKind;

const SNAPSHOTS: Messages = Messages::REQUESTS.of(RpcKind::InstallSnapshot);
const APPENDS: Messages = Messages::REQUESTS.of(RpcKind::AppendEntries);

/// A minority is cut off or down at any time, while the others commit and compact; messages are lost
/// except when there must be agreement.
pub(super) async fn many_snapshots(t: Tester) -> Step {
    let servers = t.servers().count();
    t.cluster().slow_services(Duration::from_millis(2));
    all_agree(&t).await?;
    for _ in 0..t.parameter("rounds") {
        for _ in 0..servers / 2 {
            let victim = t.random_server();
            if once_in(&t, 2) { t.crash(victim) } else { t.disconnect(victim) }
        }
        t.set_reliable(false);
        for _ in 0..3 {
            submit_everywhere(&t, t.random(|random| random.between(1..=5)));
            pause(&t, 50..=300).await;
        }
        t.set_reliable(true);
        t.one(t.random_command(), servers / 2 + 1, Retry::Allowed).await?;
        if once_in(&t, 4) {
            revive(&t, t.random_server())?;
            pause(&t, 0..=300).await;
        }
        revive_all(&t)?;
    }
    all_agree(&t).await
}

/// A follower that is far behind gets nothing but snapshots, and those late.
pub(super) async fn slow_snapshots(t: Tester) -> Step {
    let follower = fall_behind(&t).await?;
    let snapshots = t.cluster().hold(SNAPSHOTS.to(follower));
    let appends = t.cluster().hold(APPENDS.to(follower));
    restart(&t, follower)?;
    let slow = t.random(|random| random.between(50..=600));
    for _ in 0..6 {
        pause(&t, slow..=slow + 100).await;
        snapshots.release_first();
    }
    drop((snapshots, appends));
    all_agree(&t).await?;
    all_agree(&t).await
}

/// A snapshot comes again after the follower has acknowledged entries beyond it. Then the leader is
/// gone, and only the follower has these entries.
pub(super) async fn late_snapshot(t: Tester) -> Step {
    let follower = fall_behind(&t).await?;
    let copies = t.cluster().copy(SNAPSHOTS.to(follower));
    restart(&t, follower)?;
    all_agree(&t).await?;
    let leader = t.check_one_leader().await?;
    if leader != follower {
        let third = t.servers().find(|server| ![leader, follower].contains(server)).unwrap_or(follower);
        t.disconnect(third);
        for _ in 0..t.random(|random| random.between(1..=5)) {
            t.one(t.random_command(), 2, Retry::Allowed).await?;
        }
        copies.release_all();
        t.sleep(Duration::from_millis(1)).await;
        t.crash(leader);
        t.connect(third);
        t.one(t.random_command(), 2, Retry::Allowed).await?;
        restart(&t, leader)?;
    }
    drop(copies);
    all_agree(&t).await
}

/// A follower is down, so that its term is old, while the others commit so much that it will need a
/// snapshot.
async fn fall_behind(t: &Tester) -> Step<ServerId> {
    all_agree(t).await?;
    let leader = t.check_one_leader().await?;
    let follower = t.after(leader, 1);
    t.crash(follower);
    for _ in 0..3 {
        submit_everywhere(t, t.random(|random| random.between(6..=12)));
        t.one(t.random_command(), 2, Retry::Allowed).await?;
    }
    Ok(follower)
}
