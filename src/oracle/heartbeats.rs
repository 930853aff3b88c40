//! Heartbeat rate: a leader sends no peer more than ten heartbeats in any second.
//!
//! Source: the lab's text, made exact by `lab-spec` §4.1, rule H1. Sees requests as they are
//! handed to the network, so lost ones count, those to crashed servers, and those of a leader that
//! is cut off. Needs requests that describe themselves: what is not described is not counted.
//! Requests of other kinds are for `idle_traffic`.

use super::Violation;
use super::idle::Idle;
use super::window::{LIMIT, Window};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::trace::{Call, Description, Event};

pub(super) const RULE: &str = "heartbeat rate";

/// Watches the heartbeats (AppendEntries without entries) of every leader to every peer.
///
/// While the cluster has work, two kinds of empty requests are no heartbeats, and their number is
/// bounded by progress instead of time: *commit notices*, the first to tell a peer of a higher
/// commit index, and *probes*, which answer a peer's reply with a question further back in the
/// log. In an idle cluster there is nothing to tell or to ask, and every empty request counts.
#[derive(Debug, Default)]
pub(super) struct HeartbeatRate {
    /// By server, its latest tenure.
    tenures: Vec<Tenure>,
    /// When a server last went on after it had stopped for a while.
    resumed: Option<Instant>,
}

/// One life of a server as the leader of one term.
#[derive(Debug, Default)]
struct Tenure {
    life: u32,
    term: Term,
    /// The server says that it leads. A new leader is not yet believed to at the very instant of
    /// its first requests: its state is looked at after it has taken the step that sends them.
    reported: bool,
    /// The last index at which it has accepted a command; 0 if it has accepted none.
    accepted: Index,
    /// By peer.
    peers: Vec<Peer>,
}

/// What the leader has sent to one peer in this tenure.
#[derive(Clone, Copy, Debug, Default)]
struct Peer {
    heartbeats: Window,
    last: Option<Last>,
    /// Highest commit index in any request.
    leader_commit: Index,
    /// The peer's reply to something has arrived since the last request.
    replied: bool,
}

/// The last request that says where in the log it belongs.
#[derive(Clone, Copy, Debug)]
enum Last {
    Append { prev_log_index: Index },
    Snapshot,
}

impl Tenure {
    fn peer(&mut self, server: ServerId) -> &mut Peer {
        let number = server.number();
        if number >= self.peers.len() {
            self.peers.resize(number + 1, Peer::default());
        }
        &mut self.peers[number]
    }

    /// Goes over to a later tenure; false if the given one is over already, as it is for a request
    /// that a leader of the past sends again.
    fn enter(&mut self, life: u32, term: Term) -> bool {
        if (life, term) > (self.life, self.term) {
            *self = Tenure { life, term, ..Tenure::default() };
        }
        (life, term) == (self.life, self.term)
    }

    /// The server reports that it leads since `at`: only what it sent at this instant counts.
    fn begin(&mut self, at: Instant) {
        if !self.reported {
            self.reported = true;
            self.peers.iter_mut().for_each(|peer| peer.heartbeats.forget_before(at));
        }
    }

    /// The server leads no more.
    fn end(&mut self) {
        self.reported = false;
        self.peers.clear();
    }
}

impl Peer {
    /// Takes note of an AppendEntries request. Says whether it was empty for a reason.
    fn appended(&mut self, prev_log_index: Index, leader_commit: Index) -> bool {
        let is_notice = self.last.is_some() && leader_commit > self.leader_commit;
        let is_probe = self.replied
            && match self.last {
                Some(Last::Append { prev_log_index: last }) => prev_log_index < last,
                // The question whether the log goes on behind the snapshot that was just installed.
                Some(Last::Snapshot) => true,
                None => false,
            };
        self.leader_commit = self.leader_commit.max(leader_commit);
        self.last = Some(Last::Append { prev_log_index });
        self.replied = false;
        is_notice || is_probe
    }

    fn sent_snapshot(&mut self) {
        self.last = Some(Last::Snapshot);
        self.replied = false;
    }
}

impl HeartbeatRate {
    fn tenure(&mut self, server: ServerId) -> &mut Tenure {
        let number = server.number();
        if number >= self.tenures.len() {
            self.tenures.resize_with(number + 1, Tenure::default);
        }
        &mut self.tenures[number]
    }

    /// Takes note of an event that `idle` knows already.
    pub(super) fn observe(&mut self, idle: &Idle, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::RequestSent { call, description, .. } => return self.sent(idle, at, call, description),
            Event::ReplyDelivered { call, .. } => self.replied(call),
            Event::CommandAccepted { server, index, term, .. } => self.accepted(server, term, index),
            Event::StateChanged { server, term, is_leader } => self.reported(at, server, term, is_leader),
            Event::Crashed { server } => self.tenure(server.server).end(),
            Event::Resumed { .. } => self.resumed = Some(at),
            _ => {}
        }
        Ok(())
    }

    fn sent(&mut self, idle: &Idle, at: Instant, call: Call, description: &Description) -> Result<(), Violation> {
        match *description {
            _ if call.from.server == call.to => Ok(()),
            Description::AppendEntries { term, prev_log_index, entries, leader_commit, .. } => {
                self.appended(idle, at, call, (term, entries), (prev_log_index, leader_commit))
            }
            Description::InstallSnapshot { term, .. } => {
                let tenure = self.tenure(call.from.server);
                if tenure.enter(call.from.life, term) {
                    tenure.peer(call.to).sent_snapshot();
                }
                Ok(())
            }
            Description::RequestVote { .. } | Description::Other => Ok(()),
        }
    }

    fn appended(
        &mut self,
        idle: &Idle,
        at: Instant,
        call: Call,
        (term, entries): (Term, usize),
        (prev_log_index, leader_commit): (Index, Index),
    ) -> Result<(), Violation> {
        let tenure = self.tenure(call.from.server);
        if !tenure.enter(call.from.life, term) {
            return Ok(());
        }
        let has_reason = tenure.peer(call.to).appended(prev_log_index, leader_commit);
        // A leader that keeps to a timetable has missed its heartbeats, and sends them all now.
        if self.resumed == Some(at) {
            return Ok(());
        }
        if entries > 0 || (has_reason && idle.since(at).is_none()) {
            return Ok(());
        }
        let tenure = self.tenure(call.from.server);
        match tenure.peer(call.to).heartbeats.record(at) {
            Some(first) if tenure.reported => Err(too_many(at, call, (term, first), (prev_log_index, tenure.accepted))),
            _ => Ok(()),
        }
    }

    fn reported(&mut self, at: Instant, server: Incarnation, term: Term, is_leader: bool) {
        let tenure = self.tenure(server.server);
        if tenure.enter(server.life, term) && is_leader {
            tenure.begin(at);
        } else if server.life == tenure.life {
            tenure.end();
        }
    }

    fn accepted(&mut self, server: Incarnation, term: Term, index: Index) {
        let tenure = self.tenure(server.server);
        if tenure.enter(server.life, term) {
            tenure.accepted = index;
        }
    }

    fn replied(&mut self, call: Call) {
        let tenure = self.tenure(call.from.server);
        if tenure.life == call.from.life {
            tenure.peer(call.to).replied = true;
        }
    }
}

#[cold]
fn too_many(
    at: Instant,
    call: Call,
    (term, first): (Term, Instant),
    (prev_log_index, accepted): (Index, Index),
) -> Violation {
    let Call { from, to, .. } = call;
    let mut evidence = vec![
        format!(
            "{from}, leader of term {term}, sent {to} {} AppendEntries without entries from {first} to {at}, within {:?}",
            LIMIT + 1,
            at.since(first)
        ),
        format!("no second may hold more than {LIMIT} heartbeats to one peer; a period of 100 ms is just right"),
    ];
    if prev_log_index < accepted {
        evidence.push(format!(
            "the last of them carried nothing after index {prev_log_index}, although {from} has accepted index {accepted}"
        ));
    }
    Violation { rule: RULE, at, servers: vec![from.server, to], evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Oracle;
    use crate::oracle::history::{History, assert_says};

    /// The rule alone, with what it has to know.
    #[derive(Default)]
    struct Alone {
        idle: Idle,
        rule: HeartbeatRate,
    }

    impl Oracle for Alone {
        fn rule(&self) -> &'static str {
            RULE
        }

        fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
            self.idle.observe(at, event);
            self.rule.observe(&self.idle, at, event)
        }
    }

    /// Three servers; S0 leads term 1 from 300 ms on.
    fn led() -> History<Alone> {
        let mut history = History::new(Alone::default(), 3);
        history.at(300).elected(0, 1);
        history
    }

    #[test]
    fn a_period_of_100_ms_is_legal_also_right_from_winning() {
        led().heartbeats(0, 1, 300, 20_000, 100).legal();
    }

    #[test]
    fn what_comes_all_at_once_after_a_pause_does_not_count() {
        let resumed = |server| Event::Resumed { server };
        let late = |at: u64| {
            let mut history = led();
            let server = Incarnation { server: crate::oracle::history::server(0), life: 1 };
            history.heartbeats(0, 1, 300, 1_000, 100).at(4_000).event(&resumed(server)).at(at);
            for _ in 0..30 {
                history.heartbeat(0, 1, 1);
            }
            history
        };
        late(4_000).legal();
        late(4_001).illegal(4_001, &[0, 1]);
    }

    #[test]
    fn a_period_of_99_ms_is_not() {
        let violation = led().heartbeats(0, 1, 300, 20_000, 99).illegal(1_290, &[0, 1]);
        assert_says(
            &violation,
            "S0.1, leader of term 1, sent S1 11 AppendEntries without entries from 000.300000 to 001.290000, within 990ms",
        );
    }

    #[test]
    fn heartbeats_of_the_step_that_wins_count_and_earlier_ones_do_not() {
        // The state is looked at after the step, so the first heartbeats are seen before it.
        let mut history = History::new(Alone::default(), 3);
        history.at(300).heartbeat(0, 1, 1).elected(0, 1).heartbeats(0, 1, 399, 9_000, 99).illegal(1_290, &[0, 1]);
        let mut history = History::new(Alone::default(), 3);
        history.at(299).heartbeat(0, 1, 1).at(300).elected(0, 1).heartbeats(0, 1, 398, 1_289, 99).legal();
    }

    #[test]
    fn peers_and_tenures_are_counted_apart() {
        let mut history = led();
        history.at(400);
        (0..10).for_each(|_| {
            history.heartbeat(0, 1, 1).heartbeat(0, 2, 1);
        });
        history.at(500).elected(0, 2);
        (0..10).for_each(|_| {
            history.heartbeat(0, 1, 2);
        });
        history.legal();
        history.heartbeat(0, 1, 2).illegal(500, &[0, 1]);
    }

    #[test]
    fn a_crash_ends_the_tenure() {
        let mut history = led();
        history.heartbeats(0, 1, 300, 1_200, 100).crash(0).start(0).state(0, 1, false).connect(0);
        history.elected(0, 2).heartbeats(0, 2, 1_210, 2_110, 100).legal();
    }

    #[test]
    fn a_request_of_an_ended_tenure_does_not_count() {
        let mut history = led();
        history.heartbeats(0, 1, 300, 1_200, 100).elected(0, 2);
        (0..20).for_each(|_| {
            history.heartbeat(0, 1, 1);
        });
        history.heartbeats(0, 2, 1_210, 3_000, 100).legal();
    }

    #[test]
    fn cut_off_leaders_and_crashed_peers_count() {
        led().at(350).disconnect(0).heartbeats(0, 1, 400, 9_000, 90).illegal(1_300, &[0, 1]);
        led().at(350).crash(2).at(400).heartbeats(0, 1, 400, 9_000, 90).illegal(1_300, &[0, 1]);
    }

    #[test]
    fn requests_with_entries_are_no_heartbeats() {
        let mut history = led();
        (0..100).for_each(|number| {
            history.at(400 + number).append(0, 1, 1, number, 1, 0);
        });
        history.legal();
    }

    #[test]
    fn undescribed_requests_are_not_counted() {
        let mut history = led();
        (0..100).for_each(|_| {
            history.request(0, 1, &Description::Other);
        });
        history.legal();
    }

    /// Ten heartbeats 100 ms apart, the last at 1250 ms, in a cluster with work to do.
    fn busy() -> History<Alone> {
        let mut history = led();
        history.at(310).accept(0, 1, 1, 7).append(0, 1, 1, 5, 1, 0);
        (0..10).for_each(|number| {
            history.at(350 + 100 * number).append(0, 1, 1, 6, 0, 0);
        });
        history
    }

    #[test]
    fn a_commit_notice_is_no_heartbeat_but_its_repetition_is() {
        let mut history = busy();
        history.at(1_260).append(0, 1, 1, 6, 0, 1).at(1_261).append(0, 1, 1, 6, 0, 2).legal();
        history.at(1_262).append(0, 1, 1, 6, 0, 2).illegal(1_262, &[0, 1]);
    }

    #[test]
    fn a_heartbeat_that_could_have_carried_entries_is_told() {
        let mut history = busy();
        history.at(1_255).accept(0, 7, 1, 9).at(1_260).append(0, 1, 1, 6, 0, 0);
        let says = "the last of them carried nothing after index 6, although S0.1 has accepted index 7";
        assert_says(&history.illegal(1_260, &[0, 1]), says);
    }

    #[test]
    fn a_commit_that_came_with_entries_is_known_already() {
        busy().at(1_260).append(0, 1, 1, 6, 1, 1).at(1_270).append(0, 1, 1, 6, 0, 1).illegal(1_270, &[0, 1]);
    }

    #[test]
    fn a_probe_after_a_reply_is_no_heartbeat() {
        let mut history = busy();
        history.at(1_260).reply(0, 1).append(0, 1, 1, 5, 0, 0).at(1_261).reply(0, 1).append(0, 1, 1, 3, 0, 0).legal();
        // The same question again, a second one upon one reply, or one without any reply, is one.
        busy().at(1_260).reply(0, 1).append(0, 1, 1, 5, 0, 0).append(0, 1, 1, 4, 0, 0).illegal(1_260, &[0, 1]);
        history.at(1_262).reply(0, 1).append(0, 1, 1, 3, 0, 0).illegal(1_262, &[0, 1]);
        busy().at(1_260).append(0, 1, 1, 5, 0, 0).illegal(1_260, &[0, 1]);
        busy().at(1_260).reply(0, 2).append(0, 1, 1, 5, 0, 0).illegal(1_260, &[0, 1]);
    }

    #[test]
    fn a_probe_behind_an_installed_snapshot_is_no_heartbeat() {
        let snapshot =
            Description::InstallSnapshot { term: 1, last_included_index: 9, last_included_term: 1, size: 100 };
        let mut history = busy();
        history.at(1_260).request(0, 1, &snapshot).reply(0, 1).append(0, 1, 1, 9, 0, 0).legal();
        busy().at(1_260).request(0, 1, &snapshot).append(0, 1, 1, 9, 0, 0).illegal(1_260, &[0, 1]);
    }

    #[test]
    fn in_an_idle_cluster_nothing_is_excused() {
        // Idle from 1300 ms on; ten heartbeats up to 2299 ms, and one more that claims a commit.
        let mut history = led();
        history.heartbeats(0, 1, 300, 2_200, 100).at(2_250).append(0, 1, 1, 0, 0, 9).illegal(2_250, &[0, 1]);
        let mut history = led();
        history
            .heartbeats(0, 1, 300, 2_200, 100)
            .at(2_240)
            .accept(0, 1, 1, 7)
            .at(2_250)
            .append(0, 1, 1, 0, 0, 9)
            .legal();
    }
}
