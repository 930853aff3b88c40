//! When a cluster is idle: the condition that both traffic rules share (`lab-spec` §4.1, H2).
//!
//! Idle means that nothing happened for a second, and that nothing is left to be done: one leader
//! whom all live servers know and have heard, on a network that loses nothing, and everything in
//! its log applied everywhere. Where the events leave a doubt, the answer is "not idle": a rule
//! that is not applied for a while finds its bug later, a false alarm cannot be taken back.
//!
//! A majority suffices; what cut-off servers do among themselves does not matter.

use std::collections::BTreeMap;

use super::members::{Change, Members};
use super::window::SECOND;
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::trace::{Call, Description, Event};

/// Follows the events as far as idleness depends on them.
#[derive(Debug, Default)]
pub(super) struct Idle {
    members: Members,
    /// The last instant at which anything happened that is not idle traffic. Lies in the future
    /// while a reply is held back.
    disturbed: Instant,
    leader: Option<Leader>,
    /// By term, the highest index at which its leader accepted a command.
    accepted: BTreeMap<Term, Index>,
    services: Vec<Service>,
}

/// The serving leader.
#[derive(Clone, Copy, Debug)]
struct Leader {
    server: Incarnation,
    term: Term,
    /// The highest index that any of its requests spoke of.
    offered: Index,
}

/// What is known of one server's present life.
#[derive(Clone, Copy, Debug, Default)]
struct Service {
    applied: Index,
    /// A request of the present leader has arrived since the last change of the live servers.
    heard_leader: bool,
}

impl Idle {
    pub(super) fn observe(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::RequestSent { call, description, .. } => self.request_sent(at, call.from, description),
            Event::RequestDelivered { call, server, .. } => self.request_delivered(at, call.from, server.server),
            Event::ReplyHeld { until, .. } => self.disturb(until),
            Event::CallFailed { call } => self.call_failed(at, call),
            Event::CommandAccepted { index, term, .. } => {
                let last = self.accepted.entry(term).or_default();
                *last = index.max(*last);
                self.disturb(at);
            }
            Event::Applied { server, index, .. }
            | Event::SnapshotApplied { server, index, .. }
            | Event::SnapshotRestored { server, index, .. } => {
                self.service(server.server).applied = index;
                self.disturb(at);
            }
            Event::SnapshotTaken { .. } => self.disturb(at),
            Event::StateChanged { .. } => self.state_changed(at, event),
            Event::Began { .. }
            | Event::Constructed
            | Event::Started { .. }
            | Event::Crashed { .. }
            | Event::Connected { .. }
            | Event::Disconnected { .. }
            | Event::NetworkChanged { .. } => self.harness_acted(at, event),
            _ => {}
        }
    }

    fn disturb(&mut self, at: Instant) {
        self.disturbed = self.disturbed.max(at);
    }

    fn service(&mut self, server: ServerId) -> &mut Service {
        let number = server.number();
        if number >= self.services.len() {
            self.services.resize(number + 1, Service::default());
        }
        &mut self.services[number]
    }

    /// Requests that carry something are work, not idle traffic, whoever they are for. Only the
    /// leader's count: what a cut-off leader still has to say keeps the others from nothing.
    fn request_sent(&mut self, at: Instant, from: Incarnation, description: &Description) {
        let Some(leader) = self.leader.as_mut().filter(|leader| leader.server == from) else { return };
        let (last, carries) = match *description {
            Description::AppendEntries { prev_log_index, entries, .. } => {
                (prev_log_index.saturating_add(entries as u64), entries > 0)
            }
            Description::InstallSnapshot { last_included_index, .. } => (last_included_index, true),
            Description::RequestVote { .. } | Description::Other => return,
        };
        leader.offered = leader.offered.max(last);
        if carries {
            self.disturb(at);
        }
    }

    /// A server that the leader has not reached yet may have reasons to speak up.
    fn request_delivered(&mut self, at: Instant, from: Incarnation, to: ServerId) {
        if self.leader.is_some_and(|leader| leader.server == from) && !self.service(to).heard_leader {
            self.service(to).heard_leader = true;
            self.disturb(at);
        }
    }

    /// A call that fails long after its target came back may make its caller say once more what it
    /// had to say then. That the leader's calls to a server that is down fail is nothing new.
    fn call_failed(&mut self, at: Instant, call: Call) {
        if self.leader() != Some(call.from) || self.is_live(call.to) {
            self.disturb(at);
        }
    }

    fn state_changed(&mut self, at: Instant, event: &Event<'_>) {
        if let Change::Report(server) = self.members.observe(event)
            && self.members.is_live(server.server)
        {
            self.look_for_leader();
            self.disturb(at);
        }
    }

    fn harness_acted(&mut self, at: Instant, event: &Event<'_>) {
        self.members.observe(event);
        if let Event::Started { server } = *event {
            *self.service(server.server) = Service::default();
        }
        self.leader = None;
        self.look_for_leader();
        self.disturb(at);
    }

    /// Nobody has heard a leader that is new, or that was lost from sight.
    fn look_for_leader(&mut self) {
        let serving = self.members.serving_leader();
        if self.leader.map(|leader| (leader.server, leader.term)) != serving {
            self.leader = serving.map(|(server, term)| Leader { server, term, offered: 0 });
            self.services.iter_mut().for_each(|service| service.heard_leader = false);
        }
    }

    /// If the cluster is idle at `at`: since when it has been.
    pub(super) fn since(&self, at: Instant) -> Option<Instant> {
        let since = self.disturbed + SECOND;
        let leader = self.leader.filter(|_| at >= since)?;
        let members = &self.members;
        let settled = members.is_constructed() && members.is_network_steady() && members.has_quorum();
        let idle = settled && members.is_leader_acknowledged() && self.is_all_done(leader);
        idle.then_some(since)
    }

    /// Whether all live servers have heard the leader and applied its whole log.
    fn is_all_done(&self, leader: Leader) -> bool {
        let last = self.last_index_bound(leader);
        self.members.live().all(|(live, _)| {
            let service = self.services.get(live.server.number()).copied().unwrap_or_default();
            service.applied >= last && (service.heard_leader || live == leader.server)
        })
    }

    /// An index that the leader's log does not reach beyond. A leader appends one by one, so the
    /// last command that it accepted is the end of its log, whatever lost leaders had accepted
    /// further on. If it accepted none, its log may hold anything of earlier terms.
    fn last_index_bound(&self, leader: Leader) -> Index {
        let own = self.accepted.get(&leader.term).copied();
        let earlier = || self.accepted.range(..leader.term).map(|(_, index)| *index).max().unwrap_or(0);
        own.unwrap_or_else(earlier).max(leader.offered)
    }

    /// Whether anything but idle traffic happened at `at` or later.
    pub(super) fn is_disturbed_since(&self, at: Instant) -> bool {
        self.disturbed >= at
    }

    /// The life that leads the live servers.
    pub(super) fn leader(&self) -> Option<Incarnation> {
        self.leader.map(|leader| leader.server)
    }

    pub(super) fn is_live(&self, server: ServerId) -> bool {
        self.members.is_live(server)
    }

    /// Whether this life runs and is connected.
    pub(super) fn is_live_incarnation(&self, server: Incarnation) -> bool {
        self.members.runs(server) && self.members.is_live(server.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::History;
    use crate::oracle::{Oracle, Violation};

    /// Says at every heartbeat between live servers whether the cluster is idle.
    #[derive(Default)]
    struct Probe {
        idle: Idle,
        answers: Vec<bool>,
    }

    impl Oracle for Probe {
        fn rule(&self) -> &'static str {
            "idle"
        }

        fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
            self.idle.observe(at, event);
            if let Event::RequestSent { .. } = event {
                self.answers.push(self.idle.since(at).is_some());
            }
            Ok(())
        }
    }

    /// Three servers; S0 leads term 1 from 300 ms on, and all have heard it then.
    fn led() -> History<Probe> {
        let mut history = History::new(Probe::default(), 3);
        history.at(300).elected(0, 1).deliver(0, 1).deliver(0, 2);
        history
    }

    /// Whether the cluster is idle at `millis`.
    #[track_caller]
    fn assert_idle(history: &mut History<Probe>, millis: u64, expected: bool) {
        history.at(millis).request(0, 1, &Description::Other);
        assert_eq!(history.legal().answers.last(), Some(&expected), "at {millis} ms");
    }

    #[test]
    fn a_quiet_second_makes_it_idle() {
        let mut history = led();
        assert_idle(&mut history, 1_299, false);
        assert_idle(&mut history, 1_300, true);
    }

    #[test]
    fn every_kind_of_disturbance_starts_the_second_over() {
        type Disturb = fn(&mut History<Probe>) -> &mut History<Probe>;
        let disturbances: [Disturb; 9] = [
            |history| history.accept(0, 1, 1, 7).apply(0, 1, 7).apply(1, 1, 7).apply(2, 1, 7),
            |history| history.take_snapshot(1, 9, b"9"),
            |history| history.network(true, false),
            |history| history.network(false, false).network(true, false),
            |history| history.crash(2),
            |history| history.disconnect(2),
            |history| history.state(1, 1, false),
            |history| {
                history.append(0, 2, 1, 0, 0, 0).append(0, 2, 1, 0, 1, 0).apply(0, 1, 7).apply(1, 1, 7).apply(2, 1, 7)
            },
            |history| history.hold_reply(0, 1, 2_000),
        ];
        for disturb in disturbances {
            let mut history = led();
            disturb(history.at(2_000)).deliver(0, 1).deliver(0, 2);
            assert_idle(&mut history, 2_999, false);
            assert_idle(&mut history, 3_000, true);
        }
    }

    #[test]
    fn an_unreliable_or_reordering_network_is_never_idle() {
        for (reliable, reordering) in [(false, false), (true, true)] {
            let mut history = led();
            history.network(reliable, reordering).deliver(0, 1).deliver(0, 2);
            assert_idle(&mut history, 9_000, false);
        }
    }

    #[test]
    fn what_a_live_server_has_not_applied_is_still_to_do() {
        let mut history = led();
        history.at(400).accept(0, 1, 1, 7).apply(0, 1, 7).apply(1, 1, 7);
        assert_idle(&mut history, 5_000, false);
        history.apply(2, 1, 7);
        assert_idle(&mut history, 6_000, true);
    }

    #[test]
    fn what_a_cut_off_server_has_not_applied_does_not_matter() {
        let mut history = led();
        history.at(400).accept(0, 1, 1, 7).apply(0, 1, 7).apply(1, 1, 7).disconnect(2).deliver(0, 1);
        assert_idle(&mut history, 1_400, true);
    }

    #[test]
    fn a_server_that_lives_again_has_applied_nothing() {
        let mut history = led();
        history.at(400).accept(0, 1, 1, 7).apply(0, 1, 7).apply(1, 1, 7).apply(2, 1, 7);
        history.crash(2).start(2).state(2, 1, false).connect(2).deliver(0, 1).deliver(0, 2);
        assert_idle(&mut history, 5_000, false);
    }

    #[test]
    fn requests_may_know_of_more_than_was_accepted() {
        let mut history = led();
        history.at(400).append(0, 1, 1, 5, 0, 0);
        assert_idle(&mut history, 5_000, false);
    }

    #[test]
    fn a_new_leader_may_have_inherited_what_was_never_applied() {
        let mut history = led();
        history.at(400).accept(0, 1, 1, 7).at(500).elected(1, 2).deliver(1, 0).deliver(1, 2);
        assert_idle(&mut history, 5_000, false);
        // Its own first command replaces it, which shows how far its log had reached.
        history.accept(1, 1, 2, 8).apply(0, 1, 8).apply(1, 1, 8).apply(2, 1, 8);
        assert_idle(&mut history, 6_000, true);
    }

    #[test]
    fn commands_that_lost_leaders_accepted_do_not_matter() {
        let mut history = led();
        history.at(400).accept(0, 50, 1, 7).at(500).elected(1, 2).deliver(1, 0).deliver(1, 2);
        history.accept(1, 1, 2, 8).apply(0, 1, 8).apply(1, 1, 8).apply(2, 1, 8);
        assert_idle(&mut history, 1_500, true);
    }

    #[test]
    fn all_live_servers_must_have_heard_the_leader() {
        let mut history = led();
        history.at(400).disconnect(2).connect(2).deliver(0, 1);
        assert_idle(&mut history, 5_000, false);
        history.deliver(0, 2);
        assert_idle(&mut history, 5_999, false);
        assert_idle(&mut history, 6_000, true);
    }

    #[test]
    fn nobody_may_be_in_another_term_or_lead_beside() {
        let mut history = led();
        history.at(400).disconnect(2).at(500).state(2, 3, false).at(600).connect(2).deliver(0, 1).deliver(0, 2);
        assert_idle(&mut history, 5_000, false);
        let mut history = led();
        history.at(400).disconnect(0).at(500).state(1, 2, true).state(2, 2, false).at(600).connect(0);
        history.deliver(1, 0).deliver(1, 2);
        assert_idle(&mut history, 5_000, false);
    }

    #[test]
    fn without_a_majority_or_a_leader_nothing_is_idle() {
        let mut history = led();
        history.at(400).disconnect(1).disconnect(2);
        assert_idle(&mut history, 5_000, false);
        let mut history = led();
        history.at(400).state(0, 1, false);
        assert_idle(&mut history, 5_000, false);
    }

    #[test]
    fn a_cut_off_server_disturbs_nobody() {
        let mut history = led();
        history.at(400).disconnect(2).deliver(0, 1).at(1_300).state(2, 2, false).append(2, 0, 2, 9, 5, 0);
        assert_idle(&mut history, 1_400, true);
    }

    #[test]
    fn late_failures_of_calls_disturb_unless_the_target_is_still_down() {
        let mut history = led();
        history.at(400).crash(2).deliver(0, 1).at(2_000).fail(0, 2);
        assert_idle(&mut history, 2_000, true);
        history.fail(0, 1);
        assert_idle(&mut history, 2_999, false);
        history.at(3_500).fail(1, 2);
        assert_idle(&mut history, 4_499, false);
        assert_idle(&mut history, 4_500, true);
    }

    #[test]
    fn a_held_reply_disturbs_when_it_comes() {
        let mut history = led();
        history.at(400).hold_reply(0, 1, 2_500);
        assert_idle(&mut history, 3_499, false);
        assert_idle(&mut history, 3_500, true);
    }
}
