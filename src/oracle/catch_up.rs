//! Catch-up: what a leader has accepted, everybody applies.
//!
//! Source: `lab-spec` §2.5: an agreement that is not reached within ten seconds has failed; Raft
//! paper, §5.3. The course asks only where a test waits for an agreement. Sees who is live, what the
//! serving leader accepts in its term and what everybody applies; needs nothing of a submission.
//!
//! Without a fault, a live server that has something left to apply applies something in every ten
//! seconds. Left to apply is what the serving leader has accepted in its term or has applied itself.
//!
//! Deliberately not judged: entries of earlier terms that the leader has not applied, since it may
//! not commit them before it has one of its own (§5.4.2); how long it takes if it goes on; and
//! whatever happens while messages are lost or held back.

use std::time::Duration;

use super::members::{Change, Members};
use super::{Oracle, Violation};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::trace::Event;

pub(super) const RULE: &str = "catch-up";

/// How long a server may have something left to apply without applying anything.
pub const CATCH_UP_BOUND: Duration = Duration::from_secs(10);

const NEVER: Instant = Instant::from_micros(u64::MAX);

/// Watches that nobody stays behind.
#[derive(Debug)]
pub struct CatchUp {
    members: Members,
    leader: Option<Leader>,
    /// By server.
    services: Vec<Service>,
    /// Nobody breaks the rule before this. Who applies something gains time, which is only worked
    /// out when this instant has come.
    deadline: Instant,
}

/// The serving leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Leader {
    server: Incarnation,
    term: Term,
    /// Everybody has to apply what is up to here.
    index: Index,
}

/// What is known of one server's present life.
#[derive(Clone, Copy, Debug, Default)]
struct Service {
    applied: Index,
    /// What it takes as committed, as far as it shows that.
    committed: Option<Index>,
    /// Since then it has had something left to apply, and has applied nothing.
    behind: Option<Instant>,
}

impl Default for CatchUp {
    fn default() -> CatchUp {
        CatchUp { members: Members::default(), leader: None, services: Vec::new(), deadline: NEVER }
    }
}

impl CatchUp {
    /// Looks at the clock before anything happens at `at`. Cheap: called at every event.
    #[inline]
    pub(super) fn check_clock(&mut self, at: Instant) -> Result<(), Violation> {
        if at < self.deadline { Ok(()) } else { self.look_who_is_late(at) }
    }

    /// Takes note of an event without looking at the clock.
    pub(super) fn note(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::CommandAccepted { server, index, term, .. } => self.wants(at, server, Some(term), index),
            Event::Applied { server, index, .. }
            | Event::SnapshotApplied { server, index, .. }
            | Event::SnapshotRestored { server, index, .. } => self.applied(at, server, index),
            Event::Inspected { server, inspection, .. } => {
                self.service(server.server).committed = Some(inspection.commit_index);
            }
            _ => self.changed(at, event),
        }
    }

    fn service(&mut self, server: ServerId) -> &mut Service {
        let number = server.number();
        if number >= self.services.len() {
            self.services.resize(number + 1, Service::default());
        }
        &mut self.services[number]
    }

    fn applied(&mut self, at: Instant, server: Incarnation, index: Index) {
        let wanted = self.wanted();
        let service = self.service(server.server);
        service.applied = service.applied.max(index);
        if service.behind.is_some() {
            service.behind = (service.applied < wanted).then_some(at);
        }
        self.wants(at, server, None, index);
    }

    /// Everybody has to apply what is up to here.
    fn wanted(&self) -> Index {
        self.leader.map_or(0, |leader| leader.index)
    }

    /// The leader, if it is this server in this term, has something that everybody has to apply.
    fn wants(&mut self, at: Instant, server: Incarnation, term: Option<Term>, index: Index) {
        if let Some(leader) = &mut self.leader
            && leader.server == server
            && term.is_none_or(|term| term == leader.term)
            && index > leader.index
        {
            leader.index = index;
            self.look_who_is_behind(at);
        }
    }

    /// For whoever falls behind, time begins now.
    fn look_who_is_behind(&mut self, at: Instant) {
        let (wanted, members) = (self.wanted(), &self.members);
        if !(members.is_constructed() && members.is_network_steady() && members.has_quorum()) {
            return;
        }
        for (number, service) in self.services.iter_mut().enumerate() {
            if service.behind.is_none() && service.applied < wanted && members.is_live(ServerId::new(number)) {
                service.behind = Some(at);
                self.deadline = self.deadline.min(at + CATCH_UP_BOUND);
            }
        }
    }

    fn look_who_is_late(&mut self, at: Instant) -> Result<(), Violation> {
        let first = self.services.iter().filter_map(|service| service.behind).min();
        self.deadline = first.map_or(NEVER, |since| since + CATCH_UP_BOUND);
        if at < self.deadline { Ok(()) } else { Err(self.late()) }
    }

    fn changed(&mut self, at: Instant, event: &Event<'_>) {
        let change = self.members.observe(event);
        if let Event::Started { server } = *event {
            *self.service(server.server) = Service::default();
        }
        let leader = self.members.serving_leader();
        let same = self.leader.map(|leader| (leader.server, leader.term)) == leader;
        match change {
            Change::Nothing => return,
            Change::Report(_) if same => return,
            // Others can talk to each other now, or somebody else leads: time begins anew.
            _ => self.services.iter_mut().for_each(|service| service.behind = None),
        }
        if !same {
            let applied = |server: ServerId| self.services.get(server.number()).map_or(0, |service| service.applied);
            self.leader = leader.map(|(server, term)| Leader { server, term, index: applied(server.server) });
        }
        self.look_who_is_behind(at);
    }

    #[cold]
    fn late(&self) -> Violation {
        let late = |service: &Service| service.behind.is_some_and(|since| since + CATCH_UP_BOUND == self.deadline);
        let number = self.services.iter().position(late).unwrap_or_default();
        let (server, Service { applied, committed, .. }) = (ServerId::new(number), self.services[number]);
        let mut servers = vec![server];
        let mut evidence = Vec::new();
        if let Some(Leader { server: leader, term, index }) = self.leader {
            servers.extend(Some(leader.server).filter(|leader| *leader != server));
            evidence.push(format!("{leader} leads term {term} and has accepted, or applied, index {index}"));
        }
        evidence.push(format!(
            "{server} has applied index {applied}, and nothing after it for {} s, although nothing was crashed, cut \
             off, lost or connected in between",
            CATCH_UP_BOUND.as_secs()
        ));
        evidence.extend(committed.map(|committed| format!("its commit_index is {committed}")));
        Violation { rule: RULE, at: self.deadline, servers, evidence }
    }
}

impl Oracle for CatchUp {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.check_clock(at)?;
        self.note(at, event);
        Ok(())
    }

    fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.check_clock(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    /// Three servers; S0 leads term 1, has accepted two commands at 1 s, and applied them.
    fn behind() -> History<CatchUp> {
        let mut history = History::new(CatchUp::default(), 3);
        history.at(300).elected(0, 1).at(1_000).accept(0, 1, 1, 7).accept(0, 2, 1, 8);
        history.apply(0, 1, 7).apply(0, 2, 8);
        history
    }

    #[test]
    fn whoever_applies_everything_may_wait_for_ever() {
        let mut history = behind();
        for number in [1, 2] {
            history.apply(number, 1, 7).apply(number, 2, 8);
        }
        history.at(60_000).legal();
    }

    #[test]
    fn a_follower_must_not_stay_behind() {
        let stays = || {
            let mut history = behind();
            history.apply(1, 1, 7).apply(1, 2, 8).at(2_000).apply(2, 1, 7);
            history
        };
        stays().at(11_999).legal();
        let violation = stays().at(12_000).illegal(12_000, &[2, 0]);
        assert_says(&violation, "S0.1 leads term 1 and has accepted, or applied, index 2");
        assert_says(&violation, "S2 has applied index 1");
    }

    #[test]
    fn a_leader_must_commit_what_it_accepts() {
        let mut history = History::new(CatchUp::default(), 3);
        history.at(300).elected(0, 1).at(1_000).accept(0, 1, 1, 7).at(11_000).illegal(11_000, &[0]);
    }

    #[test]
    fn slowly_is_not_never() {
        let mut history = behind();
        history.apply(1, 1, 7).apply(1, 2, 8).at(9_000).apply(2, 1, 7).at(18_000).apply(2, 2, 8).at(60_000).legal();
    }

    #[test]
    fn an_installed_snapshot_is_progress_too() {
        let mut history = behind();
        history.apply_snapshot(1, 2, b"7 8").apply_snapshot(2, 2, b"7 8").at(60_000).legal();
    }

    #[test]
    fn who_is_cut_off_has_time_from_when_it_is_back() {
        let mut history = behind();
        history.apply(1, 1, 7).apply(1, 2, 8).disconnect(2).at(50_000).connect(2);
        history.at(59_999).apply(2, 1, 7).apply(2, 2, 8).at(90_000).legal();
        let mut never = behind();
        never.apply(1, 1, 7).apply(1, 2, 8).disconnect(2).at(50_000).connect(2).at(60_000).illegal(60_000, &[2, 0]);
    }

    #[test]
    fn a_restarted_server_has_everything_left_to_apply() {
        let mut history = behind();
        history.apply(1, 1, 7).apply(1, 2, 8).apply(2, 1, 7).apply(2, 2, 8);
        history.at(2_000).crash(2).start(2).connect(2).at(12_000).illegal(12_000, &[2, 0]);
    }

    #[test]
    fn entries_of_earlier_terms_may_wait_for_one_of_the_leader() {
        let mut history = behind();
        // S1 has the entries, but may not commit them in term 2.
        history.crash(0).at(1_500).elected(1, 2).at(60_000).legal();
    }

    #[test]
    fn without_a_majority_or_while_messages_are_lost_nobody_can_catch_up() {
        behind().crash(1).crash(2).at(60_000).legal();
        behind().network(false, false).at(60_000).legal();
        behind().network(false, false).at(60_000).network(true, false).at(70_000).illegal(70_000, &[1, 0]);
    }

    #[test]
    fn what_a_deposed_leader_accepted_may_be_lost() {
        let mut history = History::new(CatchUp::default(), 3);
        history.at(300).elected(0, 1).disconnect(0).accept(0, 1, 1, 7).at(700).elected(1, 2);
        history.at(1_000).connect(0).at(60_000).legal();
    }
}
