//! Part 2C: crashes and restarts.

use std::time::Duration;

use super::Tester;
use crate::base::{Command, ServerId};
use crate::cluster::{Retry, Step};

fn number(value: u64) -> Command {
    Command::integer(value)
}

/// Restarts a server, crashing it if it is up, and connects it.
pub(super) fn restart(t: &Tester, server: ServerId) -> Step {
    t.cluster().start(server)?;
    t.connect(server);
    Ok(())
}

/// C1 `TestPersist1`: crashes of all, of a leader, of a follower.
pub(super) async fn persist1(t: Tester) -> Step {
    t.one(number(11), 3, Retry::Allowed).await?;

    // All at once.
    for server in t.servers() {
        t.cluster().start(server)?;
    }
    for server in t.servers() {
        t.disconnect(server);
        t.connect(server);
    }
    t.one(number(12), 3, Retry::Allowed).await?;

    // The leader.
    let leader = t.check_one_leader().await?;
    t.disconnect(leader);
    restart(&t, leader)?;
    t.one(number(13), 3, Retry::Allowed).await?;

    // The leader, with a command committed while it is away.
    let leader = t.check_one_leader().await?;
    t.disconnect(leader);
    t.one(number(14), 2, Retry::Allowed).await?;
    restart(&t, leader)?;
    t.wait(4, 3, None).await?;

    // A follower, the same way.
    let follower = t.after(t.check_one_leader().await?, 1);
    t.disconnect(follower);
    t.one(number(15), 2, Retry::Allowed).await?;
    restart(&t, follower)?;
    t.one(number(16), 3, Retry::Allowed).await?;
    Ok(())
}

/// C2 `TestPersist2`: after the crashes only one of the three that are up has what was committed.
pub(super) async fn persist2(t: Tester) -> Step {
    let mut commands = (11..).map(number);
    let mut next = || commands.next().expect("numbers do not end");
    for _ in 0..t.parameter("rounds") {
        t.one(next(), 5, Retry::Allowed).await?;
        let leader = t.check_one_leader().await?;
        let [first, second] = [t.after(leader, 1), t.after(leader, 2)];
        let [third, fourth] = [t.after(leader, 3), t.after(leader, 4)];

        t.disconnect(first);
        t.disconnect(second);
        t.one(next(), 3, Retry::Allowed).await?;

        t.disconnect(leader);
        t.disconnect(third);
        t.disconnect(fourth);

        t.cluster().start(first)?;
        t.cluster().start(second)?;
        t.connect(first);
        t.connect(second);
        t.sleep_elections(1).await;

        // Of these three only this one has the newest command: it must become the leader.
        restart(&t, third)?;
        t.one(next(), 3, Retry::Allowed).await?;

        t.connect(fourth);
        t.connect(leader);
    }
    t.one(number(1000), 5, Retry::Allowed).await?;
    Ok(())
}

/// C3 `TestPersist3`: a leader and one follower crash, and only the leader comes back at first.
pub(super) async fn persist3(t: Tester) -> Step {
    t.one(number(101), 3, Retry::Allowed).await?;
    let leader = t.check_one_leader().await?;
    let [first, second] = [t.after(leader, 1), t.after(leader, 2)];

    t.disconnect(second);
    t.one(number(102), 2, Retry::Allowed).await?;

    t.crash(leader);
    t.crash(first);
    t.connect(second);
    restart(&t, leader)?;
    t.one(number(103), 2, Retry::Allowed).await?;

    restart(&t, first)?;
    t.one(number(104), 3, Retry::Allowed).await?;
    Ok(())
}

/// C4 `TestFigure8`: leaders crash soon after they took a command, so that entries of old terms
/// are left in many logs. None that is committed may be replaced (Figure 8).
pub(super) async fn figure8(t: Tester) -> Step {
    t.one(t.random_command(), 1, Retry::Allowed).await?;
    let servers = t.servers().count();
    let majority = servers / 2 + 1;
    let mut up = servers;
    for _ in 0..t.parameter("steps") {
        let mut leader = None;
        for server in t.servers().filter(|server| t.is_running(*server)) {
            if t.submit(server, t.random_command()).is_some() {
                leader = Some(server);
            }
        }
        short_pause(&t).await;

        if let Some(leader) = leader {
            t.crash(leader);
            up -= 1;
        }
        if up < majority {
            let server = t.random_server();
            if !t.is_running(server) {
                restart(&t, server)?;
                up += 1;
            }
        }
    }

    for server in t.servers().filter(|server| !t.is_running(*server)) {
        restart(&t, server)?;
    }
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    Ok(())
}

/// Mostly too short for a command to be committed; one in ten is long enough.
pub(super) async fn short_pause(t: &Tester) {
    let pause =
        t.random(|random| if random.chance(100, 1_000) { random.millis(0..=499) } else { random.millis(0..=12) });
    t.sleep(pause).await;
}

/// Long enough for most of what a scenario waits for between its rounds of churn.
pub(super) const CHURN_PAUSE: Duration = Duration::from_millis(700);
