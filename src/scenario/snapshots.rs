//! Part 2D: log compaction.

use super::Tester;
use super::persistence::restart;
use crate::base::ServerId;
use crate::cluster::{Retry, Step};

/// Commands between two agreements: 5 to 14.
fn burst(t: &Tester) -> u64 {
    5 + t.random(|random| random.below(10))
}

/// The servers of one round: every third time it is the leader that has bad luck.
fn roles(t: &Tester, leader: ServerId, round: u64) -> (ServerId, ServerId) {
    let follower = t.after(leader, 1);
    if round % 3 == 1 { (leader, follower) } else { (follower, leader) }
}

/// Submits a few commands to `sender`, which may not lead, and then has one agreed on by
/// `expected` servers. By then most of the log must be compacted.
async fn fill_log(t: &Tester, sender: ServerId, expected: usize) -> Step {
    for _ in 0..burst(t) {
        t.submit(sender, t.random_command());
    }
    t.one(t.random_command(), expected, Retry::Allowed).await?;
    let (size, allowed) = (t.log_size(), t.count("log_size_max"));
    t.expect(size < allowed, "log size", &[], || {
        format!("a server has saved a state of {size} bytes; with its log compacted it must be below {allowed}")
    })
}

/// D1 `TestSnapshotBasic`: snapshots without faults.
pub(super) async fn snapshot(t: Tester) -> Step {
    let servers = t.servers().count();
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    let leader = t.check_one_leader().await?;
    for round in 0..t.parameter("rounds") {
        let (_, sender) = roles(&t, leader, round);
        fill_log(&t, sender, servers).await?;
    }
    Ok(())
}

/// D2 `TestSnapshotInstall` and D3 `TestSnapshotInstallUnreliable`: a server that was cut off
/// needs a snapshot to catch up.
pub(super) async fn snapshot_install(t: Tester) -> Step {
    let reconnect = |t: &Tester, victim| {
        t.connect(victim);
        Ok(())
    };
    catch_up(t, |t, victim| t.disconnect(victim), reconnect).await
}

/// D4 `TestSnapshotInstallCrash` and D5 `TestSnapshotInstallUnCrash`: the same with a server that
/// crashed.
pub(super) async fn snapshot_install_crash(t: Tester) -> Step {
    catch_up(t, |t, victim| t.crash(victim), restart).await
}

/// One server after the other is away while the others agree and compact, and comes back.
async fn catch_up(t: Tester, leave: fn(&Tester, ServerId), come_back: fn(&Tester, ServerId) -> Step) -> Step {
    let servers = t.servers().count();
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    let mut leader = t.check_one_leader().await?;
    for round in 0..t.parameter("rounds") {
        let (victim, sender) = roles(&t, leader, round);
        leave(&t, victim);
        t.one(t.random_command(), servers - 1, Retry::Allowed).await?;
        fill_log(&t, sender, servers - 1).await?;

        come_back(&t, victim)?;
        t.one(t.random_command(), servers, Retry::Allowed).await?;
        leader = t.check_one_leader().await?;
    }
    Ok(())
}

/// Crashes all servers, then starts and connects them.
fn restart_all(t: &Tester) -> Step {
    t.servers().for_each(|server| t.crash(server));
    t.servers().try_for_each(|server| restart(t, server))
}

/// D6 `TestSnapshotAllCrash`: all servers crash; nothing committed is forgotten.
pub(super) async fn snapshot_all_crash(t: Tester) -> Step {
    let servers = t.servers().count();
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    for _ in 0..t.parameter("rounds") {
        for _ in 0..burst(&t) {
            t.one(t.random_command(), servers, Retry::Allowed).await?;
        }
        let before = t.one(t.random_command(), servers, Retry::Allowed).await?;
        restart_all(&t)?;
        let after = t.one(t.random_command(), servers, Retry::Allowed).await?;
        t.expect(after > before, "index", &[], || {
            format!("the log ended at index {before} before the crash, and the next command went to index {after}")
        })?;
    }
    Ok(())
}

/// D7 `TestSnapshotInit`: a snapshot survives a second crash, although it is not new any more.
pub(super) async fn snapshot_init(t: Tester) -> Step {
    let servers = t.servers().count();
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    for _ in 0..t.parameter("commands") {
        t.one(t.random_command(), servers, Retry::Allowed).await?;
    }
    restart_all(&t)?;
    // One command, so that everybody saves again.
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    restart_all(&t)?;
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    Ok(())
}
