//! What the directed scenarios of part 2X have in common: waiting for a situation, and bringing one
//! about. No Raft can be forced into a schedule from outside; what does not arise is left out.

use std::time::Duration;

use super::Tester;
use super::persistence::restart;
use crate::base::{ServerId, Term};
use crate::cluster::{Paused, Step};

/// How long a majority that can communicate may take to elect a leader, as the lab demands.
const ELECTION_BOUND: Duration = Duration::from_secs(5);

/// How long a leader that hears of a higher term may take to act on it. At once is right; a request
/// whose reply is the first to tell it may have to wait for the next heartbeat.
const STEP_DOWN_BOUND: Duration = Duration::from_secs(2);

/// Waits until `condition` holds, looking every 5 ms; whether it does within `limit`.
pub(super) async fn until(t: &Tester, limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = t.now() + limit;
    while !condition() {
        if t.now() >= end {
            return false;
        }
        t.sleep(Duration::from_millis(5)).await;
    }
    true
}

/// The term of a server; 0 if it is down or paused.
pub(super) fn term_of(t: &Tester, server: ServerId) -> Term {
    t.state(server).map_or(0, |state| state.term)
}

fn leads(t: &Tester, server: ServerId, beyond: Term) -> bool {
    t.state(server).is_some_and(|state| state.is_leader && state.term > beyond)
}

/// The one of these servers, which are a majority and can communicate, that becomes leader in a term
/// beyond `beyond`.
///
/// # Errors
/// If none does within the lab's five seconds.
pub(super) async fn elected_among(t: &Tester, servers: &[ServerId], beyond: Term) -> Step<ServerId> {
    let elected = || servers.iter().copied().find(|server| leads(t, *server, beyond));
    until(t, ELECTION_BOUND, || elected().is_some()).await;
    match elected() {
        Some(leader) => Ok(leader),
        None => {
            let terms: Vec<String> =
                servers.iter().map(|server| format!("{server} in term {}", term_of(t, *server))).collect();
            let evidence = format!(
                "for {} s none of {servers:?} led a term beyond {beyond}, although they are a majority and can \
                 communicate: {}",
                ELECTION_BOUND.as_secs(),
                terms.join(", ")
            );
            t.fail("election", servers.to_vec(), vec![evidence])
        }
    }
}

/// Checks that a deposed leader of `term`, which hears of a higher term from now on, steps down.
pub(super) async fn check_steps_down(t: &Tester, leader: ServerId, term: Term) -> Step {
    let deposed = || t.state(leader).is_none_or(|state| !state.is_leader || state.term > term);
    let met = until(t, STEP_DOWN_BOUND, deposed).await;
    t.expect(met, "step down", &[leader], || {
        let bound = STEP_DOWN_BOUND.as_secs();
        format!("{leader} still leads term {term}, {bound} s after it could hear of a higher one")
    })
}

/// Tries to have `server` elected, which is up and connected: all others stop until it has asked for
/// votes in a term that they cannot reach at once. Whether it leads afterwards.
pub(super) async fn prefer(t: &Tester, server: ServerId) -> bool {
    for _ in 0..3 {
        let leads = || t.state(server).is_some_and(|state| state.is_leader);
        if leads() {
            return true;
        }
        let wanted = term_of(t, server) + 3;
        let others: Vec<Paused> =
            t.servers().filter(|other| *other != server).map(|other| t.cluster().pause(other)).collect();
        until(t, ELECTION_BOUND, || term_of(t, server) >= wanted).await;
        drop(others);
        until(t, Duration::from_millis(500), leads).await;
    }
    t.state(server).is_some_and(|state| state.is_leader)
}

/// Starts a server if it is down, and connects it.
pub(super) fn revive(t: &Tester, server: ServerId) -> Step {
    if t.is_running(server) {
        t.connect(server);
        return Ok(());
    }
    restart(t, server)
}

/// The same for all servers.
pub(super) fn revive_all(t: &Tester) -> Step {
    t.servers().try_for_each(|server| revive(t, server))
}

/// Some commands to everybody, as a client would that does not know who leads.
pub(super) fn submit_everywhere(t: &Tester, commands: u64) {
    for _ in 0..commands {
        for server in t.servers() {
            t.submit(server, t.random_command());
        }
    }
}

/// Several commands to one server, at once.
pub(super) fn submit_many(t: &Tester, server: ServerId, commands: u64) {
    for _ in 0..commands {
        t.submit(server, t.random_command());
    }
}

/// Has a command agreed on by all servers.
pub(super) async fn all_agree(t: &Tester) -> Step {
    t.one(t.random_command(), t.servers().count(), crate::cluster::Retry::Allowed).await?;
    Ok(())
}

/// True once in `times`.
pub(super) fn once_in(t: &Tester, times: u64) -> bool {
    t.random(|random| random.chance(1, times))
}

/// Lets a random time pass, in ms.
pub(super) async fn pause(t: &Tester, millis: std::ops::RangeInclusive<u64>) {
    let pause = t.random(|random| random.millis(millis));
    t.sleep(pause).await;
}
