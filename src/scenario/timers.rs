//! Part 2X: election timers.
//!
//! For timeouts that are not drawn, or drawn only once, which tie again and again where all messages
//! take the same time; for timers that something restarts that should not, or that nothing does; and
//! for elections that nobody needs.

use std::time::Duration;

use super::Tester;
use super::persistence::restart;
use super::steering::{all_agree, elected_among, once_in, term_of};
use crate::base::ServerId;
use crate::cluster::{Retry, Step};

/// All start at one instant, again and again, and leaders go; each time there must soon be another.
pub(super) async fn timer_ties(t: Tester) -> Step {
    for round in 0..t.parameter("rounds") {
        let leader = t.check_one_leader().await?;
        if round % 4 == 3 {
            restart_all(&t)?;
            continue;
        }
        let others: Vec<ServerId> = t.servers().filter(|server| *server != leader).collect();
        t.disconnect(leader);
        elected_among(&t, &others, term_of(&t, leader)).await?;
        t.connect(leader);
    }
    t.check_one_leader().await?;
    all_agree(&t).await
}

fn restart_all(t: &Tester) -> Step {
    t.servers().for_each(|server| t.crash(server));
    t.servers().try_for_each(|server| restart(t, server))
}

/// How long nothing happens.
const QUIET: Duration = Duration::from_secs(60);

/// A minute without any fault, with a few commands: the first leader must stay, which the rule about
/// stable leaders sees to, and take every command.
pub(super) async fn quiet_minute(t: Tester) -> Step {
    t.check_one_leader().await?;
    let commands = t.parameter("commands");
    for _ in 0..commands {
        t.sleep(QUIET / commands as u32).await;
        t.one(t.random_command(), t.servers().count(), Retry::Forbidden).await?;
    }
    Ok(())
}

/// Of the servers that are left, only those with the complete log may win, and one of them must,
/// although those with shorter logs ask for votes as often.
pub(super) async fn unequal_logs(t: Tester) -> Step {
    for _ in 0..t.parameter("rounds") {
        all_agree(&t).await?;
        let leader = t.check_one_leader().await?;
        let (complete, other) = (t.after(leader, 1), t.after(leader, 2));
        let short = [t.after(leader, 3), t.after(leader, 4)];
        short.iter().for_each(|server| t.disconnect(*server));
        t.one(t.random_command(), 3, Retry::Allowed).await?;
        t.one(t.random_command(), 3, Retry::Allowed).await?;

        let term = t.servers().map(|server| term_of(&t, server)).max().unwrap_or(0);
        t.crash(leader);
        let mut left = vec![complete, other, short[0], short[1]];
        if !once_in(&t, 3) {
            t.crash(other);
            left.remove(1);
        }
        short.iter().for_each(|server| t.connect(*server));
        let elected = elected_among(&t, &left, term).await?;
        t.expect(!short.contains(&elected), "complete log", &[elected], || {
            format!("{elected} leads, although it lacks commands that were committed before")
        })?;
        restart(&t, leader)?;
        restart(&t, other)?;
    }
    all_agree(&t).await
}
