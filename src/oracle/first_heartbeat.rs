//! First heartbeat: a new leader speaks to every peer at once, before anybody else's timer ends.
//!
//! Source: Raft paper, Figure 2, rules for leaders: "upon election: send initial empty
//! AppendEntries RPCs". Black-box: sees who leads and that requests leave. A leader that waits for
//! its next heartbeat to be due invites a second election.
//!
//! Deliberately not judged: who is deposed, crashes or stops for a while before its time is up.

use std::time::Duration;

use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::trace::Event;

pub(super) const RULE: &str = "first heartbeat";

/// Half a heartbeat's interval: for a leader whose code looks at the time now and then.
const PATIENCE: Duration = Duration::from_millis(50);

/// Watches new leaders.
#[derive(Debug, Default)]
pub struct FirstHeartbeat {
    servers: usize,
    /// Those who have not spoken to everybody yet.
    fresh: Vec<Fresh>,
}

/// A leader that has just won.
#[derive(Debug)]
struct Fresh {
    leader: Incarnation,
    term: Term,
    since: Instant,
    unheard: Vec<ServerId>,
}

impl FirstHeartbeat {
    fn reported(&mut self, at: Instant, leader: Incarnation, term: Term, is_leader: bool) {
        self.forget(leader.server);
        if is_leader {
            let unheard = (0..self.servers).map(ServerId::new).filter(|peer| *peer != leader.server).collect();
            self.fresh.push(Fresh { leader, term, since: at, unheard });
        }
    }

    /// Takes note of an event without looking at the clock.
    pub(super) fn note(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::StateChanged { server, term, is_leader } => self.reported(at, server, term, is_leader),
            Event::RequestSent { call, .. } if !self.fresh.is_empty() => self.spoke(call.from, call.to),
            Event::Crashed { server } | Event::Paused { server } => self.forget(server.server),
            _ => {}
        }
    }

    fn forget(&mut self, server: ServerId) {
        self.fresh.retain(|fresh| fresh.leader.server != server);
    }

    fn spoke(&mut self, from: Incarnation, to: ServerId) {
        for fresh in self.fresh.iter_mut().filter(|fresh| fresh.leader == from) {
            fresh.unheard.retain(|peer| *peer != to);
        }
        self.fresh.retain(|fresh| !fresh.unheard.is_empty());
    }

    /// Whose time is up. Cheap: called at every event.
    #[inline]
    pub(super) fn check_clock(&self, at: Instant) -> Result<(), Violation> {
        if self.fresh.is_empty() { Ok(()) } else { self.look_who_is_late(at) }
    }

    fn look_who_is_late(&self, at: Instant) -> Result<(), Violation> {
        let late = self.fresh.iter().find(|fresh| at > fresh.since + PATIENCE);
        late.map_or(Ok(()), |fresh| Err(silent(fresh)))
    }
}

fn silent(Fresh { leader, term, since, unheard }: &Fresh) -> Violation {
    let peers: Vec<String> = unheard.iter().map(ServerId::to_string).collect();
    let evidence = vec![
        format!("{leader} became leader of term {term} at {since}"),
        format!("{} ms later it had sent nothing to {}", PATIENCE.as_millis(), peers.join(", ")),
    ];
    Violation { rule: RULE, at: *since + PATIENCE, servers: vec![leader.server], evidence }
}

impl Oracle for FirstHeartbeat {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.check_clock(at)?;
        self.note(at, event);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    /// Three servers; S0 wins term 1 at 300 ms.
    fn won() -> History<FirstHeartbeat> {
        let mut history = History::new(FirstHeartbeat::default(), 3);
        history.at(300).elected(0, 1);
        history
    }

    #[test]
    fn a_leader_that_speaks_to_all_is_legal() {
        won().heartbeat(0, 1, 1).at(310).heartbeat(0, 2, 1).at(900).legal();
    }

    #[test]
    fn a_leader_that_waits_is_not() {
        let violation = won().heartbeat(0, 1, 1).at(400).heartbeat(0, 2, 1).illegal(350, &[0]);
        assert_says(&violation, "S0.1 became leader of term 1 at 000.300000");
        assert_says(&violation, "50 ms later it had sent nothing to S2");
    }

    #[test]
    fn who_leads_no_more_need_not_speak() {
        won().at(320).state(0, 2, false).at(900).state(1, 2, false).legal();
        won().at(320).crash(0).at(900).state(1, 2, false).legal();
    }
}
