//! Stable leader: without a fault there is no reason for a new election.
//!
//! Source: `lab-spec` §4.3; the course only warns of it, in its first test. Sees who is live, what
//! everybody reports and that requests are answered; needs nothing of a submission. Judges only a
//! leader whom every live server has heard since anything last changed around them, and only on a
//! network that has lost and held back nothing for so long that nothing old can still arrive. Says
//! nothing about how the leader came to be.
//!
//! Heard is what was answered: a handler may wait before it looks at what was delivered to it, and
//! the election timer may end meanwhile. What a server is asked as a voter tells it of no leader.

use std::time::Duration;

use super::members::{Change, Members};
use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::trace::{Call, Event, RpcKind};

pub(super) const RULE: &str = "stable leader";

/// After a server came or went, messages of its are still on the way for so long at most.
const SETTLE: Duration = Duration::from_millis(100);

/// After the network was unreliable, this long: replies may have been held back for 2.2 s, and
/// requests for 3 s.
const SETTLE_UNRELIABLE: Duration = Duration::from_secs(5);

/// Watches that a leader whom all hear is not replaced, and does not resign.
#[derive(Debug, Default)]
pub struct StableLeader {
    members: Members,
    leader: Option<Leader>,
    /// By number: when the server first heard the leader since anything changed.
    heard: Vec<Option<Instant>>,
    /// From then on nothing old arrives any more.
    settled: Instant,
    /// By number: when the server would hold an election, as it showed it last.
    deadlines: Vec<Option<Instant>>,
}

/// The serving leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Leader {
    server: Incarnation,
    term: Term,
}

impl StableLeader {
    /// Something other than the servers themselves changed who can talk to whom, or how well.
    fn disturbed(&mut self, at: Instant, pause: Duration) {
        self.settled = self.settled.max(at + pause);
        self.look_for_leader();
        self.heard.clear();
    }

    fn look_for_leader(&mut self) {
        let leader = self.members.serving_leader().map(|(server, term)| Leader { server, term });
        if self.leader != leader {
            self.leader = leader;
            self.heard.clear();
        }
    }

    fn answered(&mut self, at: Instant, call: Call) {
        let by_leader = self.leader.is_some_and(|leader| leader.server == call.from);
        if !by_leader || call.kind == RpcKind::RequestVote {
            return;
        }
        let number = call.to.number();
        if self.heard.len() <= number {
            self.heard.resize(number + 1, None);
        }
        self.heard[number].get_or_insert(at);
    }

    /// The leader whom nobody has a reason to leave.
    fn stable_leader(&self, at: Instant) -> Option<Leader> {
        let leader = self.leader?;
        let steady = self.members.is_network_steady() && at >= self.settled;
        if !(steady && self.members.is_constructed() && self.members.has_quorum()) {
            return None;
        }
        // A timer may end at the very instant at which the first message is handled.
        let heard_before = |heard: Option<Instant>| heard.is_some_and(|heard| heard < at);
        let has_heard = |server: ServerId| heard_before(self.heard.get(server.number()).copied().flatten());
        let all = self.members.live().all(|(live, _)| live == leader.server || has_heard(live.server));
        all.then_some(leader)
    }

    fn reported(&mut self, at: Instant, before: Option<Leader>, server: Incarnation) -> Result<(), Violation> {
        self.look_for_leader();
        let Some(before) = before.filter(|_| self.members.is_live(server.server)) else { return Ok(()) };
        let term = self.members.live().find(|(live, _)| *live == server).map_or(0, |(_, term)| term);
        let resigned = server == before.server && self.leader != Some(before);
        if term > before.term || resigned {
            let deadline = self.deadlines.get(server.server.number()).copied().flatten();
            return Err(violation(at, before, server, (term, deadline)));
        }
        Ok(())
    }

    /// Only told, not judged: a server need not show its timer.
    fn looked(&mut self, server: ServerId, deadline: Option<Instant>) {
        let number = server.number();
        if self.deadlines.len() <= number {
            self.deadlines.resize(number + 1, None);
        }
        self.deadlines[number] = deadline;
    }
}

#[cold]
fn violation(at: Instant, leader: Leader, server: Incarnation, (term, deadline): (Term, Option<Instant>)) -> Violation {
    let Leader { server: led, term: led_term } = leader;
    let (what, why) = if term > led_term {
        let why = ": an election timer that is not restarted, or shorter than the pause between two heartbeats";
        (format!("went to term {term}"), why)
    } else {
        ("gave up its leadership".to_owned(), "")
    };
    let mut servers = vec![server.server];
    servers.extend(Some(led.server).filter(|other| *other != server.server));
    let mut evidence = vec![
        format!("{led} led term {led_term}, and every server that could be reached had heard from it"),
        format!("{server} {what} at {at}, although nothing was crashed, cut off, lost or connected in between{why}"),
    ];
    let early = deadline.filter(|deadline| term > led_term && *deadline > at);
    evidence.extend(
        early.map(|deadline| format!("the election deadline that it showed last was {deadline}, still to come")),
    );
    Violation { rule: RULE, at, servers, evidence }
}

impl Oracle for StableLeader {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::ReplySent { call, .. } => {
                self.answered(at, call);
                return Ok(());
            }
            Event::Inspected { server, inspection, .. } => {
                self.looked(server.server, inspection.election_deadline);
                return Ok(());
            }
            _ => {}
        }
        let before = match event {
            Event::StateChanged { .. } => self.stable_leader(at),
            _ => None,
        };
        match self.members.observe(event) {
            Change::Nothing => Ok(()),
            Change::Report(server) => self.reported(at, before, server),
            // Also when it becomes reliable: what it held back before is still on its way.
            Change::Network => {
                self.disturbed(at, SETTLE_UNRELIABLE);
                Ok(())
            }
            Change::Live(_) | Change::Constructed => {
                let steady = self.members.is_network_steady();
                self.disturbed(at, if steady { SETTLE } else { SETTLE_UNRELIABLE });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says, follower};

    /// Three servers, of which S0 leads term 1 and was heard by all up to 1000 ms.
    fn led() -> History<StableLeader> {
        let mut history = History::new(StableLeader::default(), 3);
        history.at(300).elected(0, 1).heartbeats(0, 1, 300, 1_000, 100);
        history
    }

    #[test]
    fn a_leader_that_all_hear_may_lead_for_ever() {
        led().at(60_000).legal();
    }

    #[test]
    fn another_term_without_a_fault_is_needless() {
        let violation = led().at(1_050).state(2, 2, false).illegal(1_050, &[2, 0]);
        assert_says(&violation, "S0.1 led term 1");
        assert_says(&violation, "S2.1 went to term 2 at 001.050000");
    }

    #[test]
    fn an_election_before_its_deadline_is_told() {
        let shown = |deadline: u64| {
            let mut history = led();
            history.at(1_000).seen_as(2, follower(1).deadline(deadline)).at(1_050).state(2, 2, false);
            history.illegal(1_050, &[2, 0])
        };
        assert_says(&shown(1_400), "the election deadline that it showed last was 001.400000, still to come");
        assert_eq!(shown(1_050).evidence.len(), 2);
    }

    #[test]
    fn resigning_without_a_fault_is_needless() {
        led().at(1_050).state(0, 1, false).illegal(1_050, &[0]);
    }

    #[test]
    fn a_fault_is_a_reason() {
        led().at(1_050).crash(0).at(1_400).state(1, 2, false).state(1, 2, true).legal();
        led().at(1_050).disconnect(2).at(1_300).state(2, 2, false).legal();
        // Back again, S2 brings its higher term with it.
        led()
            .at(1_050)
            .disconnect(2)
            .at(1_300)
            .state(2, 2, false)
            .at(2_000)
            .connect(2)
            .at(2_100)
            .state(0, 2, false)
            .at(2_200)
            .state(1, 2, false)
            .legal();
    }

    #[test]
    fn a_server_that_came_back_must_have_heard_the_leader_first() {
        let back = |history: &mut History<StableLeader>| {
            history.at(1_050).disconnect(2).at(2_000).connect(2);
        };
        let mut unheard = led();
        back(&mut unheard);
        unheard.at(2_050).hear(0, 1).at(2_300).state(2, 2, false).legal();
        let mut heard = led();
        back(&mut heard);
        heard.at(2_050).hear(0, 1).hear(0, 2).at(2_300).state(2, 2, false).illegal(2_300, &[2, 0]);
    }

    #[test]
    fn a_timer_that_ends_at_the_instant_of_the_first_message_is_no_offence() {
        let back = |heard: u64| {
            let mut history = led();
            history.at(1_050).disconnect(2).at(2_000).connect(2).at(2_050).hear(0, 1);
            history.at(heard).hear(0, 2).at(2_300).state(2, 2, false);
            history
        };
        back(2_300).legal();
        back(2_299).illegal(2_300, &[2, 0]);
    }

    #[test]
    fn a_timer_that_ends_while_the_first_message_waits_for_its_handler_is_no_offence() {
        let mut history = led();
        history.at(1_050).disconnect(2).at(2_000).connect(2).at(2_050).hear(0, 1);
        history.at(2_299).deliver(0, 2).at(2_300).state(2, 2, false).legal();
    }

    #[test]
    fn a_vote_request_that_comes_after_the_election_tells_of_no_leader() {
        let mut history = History::new(StableLeader::default(), 3);
        history.at(280).ask(0, 2, 1).at(300).elected(0, 1).hear(0, 1);
        history.again(1).delivered().vote(1, false).at(310).state(2, 2, false).legal();
    }

    #[test]
    fn while_messages_are_lost_and_for_a_while_after_everything_is_forgiven() {
        led().at(1_050).network(false, false).at(1_500).state(1, 2, false).legal();
        let after = |millis| {
            let mut history = led();
            history.at(1_050).network(false, false).at(1_100).network(true, false);
            history.heartbeats(0, 1, 1_100, millis, 100).at(millis).state(1, 2, false);
            history
        };
        after(6_000).legal();
        after(6_100).illegal(6_100, &[1, 0]);
    }

    #[test]
    fn what_was_held_back_arrives_after_a_long_unreliable_time_too() {
        let after = |millis| {
            let mut history = led();
            history.at(1_050).network(false, false).at(60_000).network(true, false);
            history.heartbeats(0, 1, 60_000, millis, 100).at(millis).state(1, 2, false);
            history
        };
        after(64_900).legal();
        after(65_000).illegal(65_000, &[1, 0]);
    }

    #[test]
    fn a_candidate_that_was_beaten_narrowly_is_no_offence() {
        let mut history = History::new(StableLeader::default(), 3);
        // S2 campaigns for term 2 before it has heard the winner of term 1.
        history.at(300).elected(0, 1).hear(0, 1).state(2, 2, false).hear(0, 2).at(301).state(0, 2, false).legal();
    }

    #[test]
    fn a_server_that_learns_the_term_late_is_no_offence() {
        let mut history = History::new(StableLeader::default(), 3);
        history.at(300).state(0, 1, false).state(1, 1, false).state(0, 1, true);
        history.hear(0, 1).hear(0, 2).state(2, 1, false).at(5_000).legal();
    }
}
