//! Part 2X: every run draws its own mix and strength of faults, then heals and must converge.
//!
//! Not the course's. Some bugs need two or three faults at once, of which nobody would think
//! together; a run in which only some kinds are at work goes deeper than one with all of them.

use std::time::Duration;

use super::Tester;
use super::crash_points::crash_soon;
use super::steering::{revive, revive_all, submit_everywhere};
use crate::base::Random;
use crate::cluster::{FaultGuard, Held, Paused, Retry, Step};
use crate::net::Messages;
use crate::net::rules::{Duplicate, OneWay, SlowRequests};

/// So that messages pile up before the services, as they do before real ones.
const SERVICE_TIME: Duration = Duration::from_millis(2);

/// How often each kind of fault happens, per thousand rounds; half of the kinds are left out of
/// each run.
pub(super) struct Mix {
    crash: u64,
    cut_off: u64,
    one_way: u64,
    duplicate: u64,
    slow: u64,
    unreliable: u64,
    reordering: u64,
    crash_point: u64,
    stop: u64,
    hold: u64,
    copy: u64,
    /// How often something that went away comes back.
    heal: u64,
    /// Commands submitted per round, at most.
    load: u64,
    /// The longest pause between two rounds, in ms.
    pub(super) pause: u64,
}

impl Mix {
    pub(super) fn draw(random: &mut Random) -> Mix {
        let mut strength = || if random.chance(1, 2) { random.between(50..=500) } else { 0 };
        let (crash, cut_off, one_way) = (strength(), strength(), strength());
        let (duplicate, slow, unreliable, reordering) = (strength(), strength(), strength(), strength());
        let (crash_point, stop, hold, copy) = (strength(), strength(), strength(), strength());
        let heal = random.between(200..=800);
        let (load, pause) = (random.between(1..=8), random.between(20..=600));
        Mix {
            crash,
            cut_off,
            one_way,
            duplicate,
            slow,
            unreliable,
            reordering,
            crash_point,
            stop,
            hold,
            copy,
            heal,
            load,
            pause,
        }
    }
}

/// The faults at work, beside crashes and cuts.
#[derive(Default)]
pub(super) struct Faults {
    one_way: Option<FaultGuard>,
    duplicate: Option<FaultGuard>,
    slow: Option<FaultGuard>,
    crash_point: Option<FaultGuard>,
    stopped: Option<Paused>,
    held: Option<Held>,
    copies: Option<Held>,
}

/// Rounds of faults and commands; then everything heals, and all servers must agree.
pub(super) async fn swarm(t: Tester) -> Step {
    let mix = t.random(Mix::draw);
    t.cluster().slow_services(SERVICE_TIME);
    let mut faults = Faults::default();
    for _ in 0..t.parameter("rounds") {
        disturb(&t, &mix, &mut faults)?;
        submit_everywhere(&t, t.random(|random| random.between(0..=mix.load)));
        let pause = t.random(|random| random.millis(0..=mix.pause));
        t.sleep(pause).await;
    }
    converge(&t, faults).await
}

/// One round: some faults more, some less.
pub(super) fn disturb(t: &Tester, mix: &Mix, faults: &mut Faults) -> Step {
    harm_servers(t, mix, faults);
    heal_servers(t, mix)?;
    change_network(t, mix, faults);
    keep_messages(t, mix, faults);
    Ok(())
}

fn happens(t: &Tester, per_thousand: u64) -> bool {
    t.random(|random| random.chance(per_thousand, 1_000))
}

fn harm_servers(t: &Tester, mix: &Mix, faults: &mut Faults) {
    if happens(t, mix.crash) {
        t.crash(t.random_server());
    }
    if happens(t, mix.cut_off) {
        t.disconnect(t.random_server());
    }
    if happens(t, mix.crash_point) {
        faults.crash_point = crash_soon(t, t.random_server());
    }
    if happens(t, mix.stop) {
        faults.stopped = happens(t, 500).then(|| t.cluster().pause(t.random_server()));
    }
}

fn heal_servers(t: &Tester, mix: &Mix) -> Step {
    if happens(t, mix.heal) {
        revive(t, t.random_server())?;
    }
    Ok(())
}

fn change_network(t: &Tester, mix: &Mix, faults: &mut Faults) {
    if happens(t, mix.one_way) {
        let server = t.random_server();
        let direction = if happens(t, 500) { OneWay::Into(server) } else { OneWay::OutOf(server) };
        faults.one_way = happens(t, 500).then(|| t.cluster().inject(direction));
    }
    if happens(t, mix.duplicate) {
        let per_thousand = t.random(|random| random.between(50..=500));
        faults.duplicate = happens(t, 700).then(|| t.cluster().inject(Duplicate { per_thousand }));
    }
    if happens(t, mix.slow) {
        let per_thousand = t.random(|random| random.between(20..=300));
        faults.slow = happens(t, 500).then(|| t.cluster().inject(SlowRequests { per_thousand }));
    }
    if happens(t, mix.unreliable) {
        t.set_reliable(happens(t, 500));
    }
    if happens(t, mix.reordering) {
        t.set_long_reordering(happens(t, 300));
    }
}

/// Some messages wait, or arrive again, until the next change.
fn keep_messages(t: &Tester, mix: &Mix, faults: &mut Faults) {
    if happens(t, mix.hold) {
        let messages = if happens(t, 500) { Messages::REQUESTS } else { Messages::REPLIES };
        faults.held = happens(t, 700).then(|| t.cluster().hold(messages.from(t.random_server()).to(t.random_server())));
    }
    if happens(t, mix.copy) {
        faults.copies = happens(t, 700).then(|| t.cluster().copy(Messages::REQUESTS.from(t.random_server())));
    }
}

/// Longer than any request was held back.
const SETTLE: Duration = Duration::from_secs(4);

/// Everything works again.
pub(super) fn heal(t: &Tester, faults: Faults) -> Step {
    drop(faults);
    t.servers().for_each(|server| t.spare(server));
    t.set_reliable(true);
    t.set_long_reordering(false);
    revive_all(t)
}

/// When everything works again, all servers agree on a command, also after what was still under way has
/// arrived.
async fn converge(t: &Tester, faults: Faults) -> Step {
    heal(t, faults)?;
    let servers = t.servers().count();
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    t.sleep(SETTLE).await;
    t.one(t.random_command(), servers, Retry::Allowed).await?;
    t.check_one_leader().await?;
    Ok(())
}
