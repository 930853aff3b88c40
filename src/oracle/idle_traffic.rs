//! Idle traffic: in an idle cluster only the leader speaks, at most ten times a second to a peer.
//!
//! Source: the lab's text, made exact by `lab-spec` §4.1, rule H2; `idle` says what idle is.
//! Counts requests of any kind. Descriptions are used where they are given: a request that carries
//! entries or a snapshot is work. Judges live servers only; a leader that is cut off is for
//! `heartbeats`.

use super::Violation;
use super::idle::Idle;
use super::window::{LIMIT, Window};
use crate::base::{Incarnation, Instant, ServerId};
use crate::trace::{Call, RpcKind};

pub(super) const RULE: &str = "idle traffic";

/// Watches what live servers send while the cluster is idle.
///
/// Only requests sent while the cluster is idle count, not those of the quiet second before, in
/// which the last of the work may still be seen off.
#[derive(Debug, Default)]
pub(super) struct IdleTraffic {
    sender: Option<Incarnation>,
    /// By peer, what `sender`, the present leader, sends.
    windows: Vec<Window>,
    /// A request that breaks the rule, unless the same instant shows that something had happened:
    /// the step that sends requests is told before the state that it leads to, or the command
    /// that made it send.
    suspect: Option<Violation>,
}

impl IdleTraffic {
    /// Decides about the suspect once its instant is over, and before `idle` hears of anything later.
    #[inline]
    pub(super) fn judge_suspect(&mut self, idle: &Idle, at: Instant) -> Result<(), Violation> {
        match self.suspect.take_if(|suspect| suspect.at < at) {
            Some(suspect) if !idle.is_disturbed_since(suspect.at) => Err(suspect),
            _ => Ok(()),
        }
    }

    /// Nothing more can happen at the last instant either.
    pub(super) fn finish(&mut self, idle: &Idle, at: Instant) -> Result<(), Violation> {
        self.judge_suspect(idle, at + std::time::Duration::from_micros(1))
    }

    /// Takes note of a request; `idle` knows of it already.
    pub(super) fn sent(&mut self, idle: &Idle, at: Instant, call: Call) {
        if idle.leader() == Some(call.from) {
            self.leader_sent(idle, at, call);
        } else if call.from.server != call.to && idle.since(at).is_some() {
            self.other_sent(idle, at, call);
        }
    }

    fn leader_sent(&mut self, idle: &Idle, at: Instant, call: Call) {
        if self.sender != Some(call.from) {
            self.sender = Some(call.from);
            self.windows.clear();
        }
        let Some(first) = self.window(call.to).record(at) else { return };
        // What an undescribed request brings to a server that is not there may well be work.
        let may_be_work = call.kind == RpcKind::Other && !idle.is_live(call.to);
        if may_be_work || call.from.server == call.to {
            return;
        }
        if idle.since(at).is_some_and(|since| since <= first) {
            self.suspect.get_or_insert_with(|| too_many(at, call, first));
        }
    }

    fn other_sent(&mut self, idle: &Idle, at: Instant, call: Call) {
        if idle.is_live_incarnation(call.from)
            && let Some(leader) = idle.leader()
        {
            self.suspect.get_or_insert_with(|| not_the_leader(at, call, leader));
        }
    }

    fn window(&mut self, peer: ServerId) -> &mut Window {
        let number = peer.number();
        if number >= self.windows.len() {
            self.windows.resize(number + 1, Window::default());
        }
        &mut self.windows[number]
    }
}

#[cold]
fn too_many(at: Instant, call: Call, first: Instant) -> Violation {
    let Call { from, to, number, name, .. } = call;
    let evidence = vec![
        format!(
            "the leader {from} sent {to} {} requests from {first} to {at}, within {:?}, the last of them {name}#{number}",
            LIMIT + 1,
            at.since(first)
        ),
        format!("nothing was left to do then: an idle leader sends a peer at most {LIMIT} requests in any second"),
    ];
    Violation { rule: RULE, at, servers: vec![from.server, to], evidence }
}

#[cold]
fn not_the_leader(at: Instant, call: Call, leader: Incarnation) -> Violation {
    let Call { from, to, number, name, .. } = call;
    let evidence = vec![
        format!("{from} sent {to} {name}#{number} at {at}"),
        format!("nothing was left to do then, and {leader} led: in an idle cluster nobody else sends requests"),
    ];
    Violation { rule: RULE, at, servers: vec![from.server, leader.server], evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Oracle;
    use crate::oracle::history::{History, assert_says};
    use crate::trace::{Description, Event};

    /// The rule alone, with what it has to know.
    #[derive(Default)]
    struct Alone {
        idle: Idle,
        rule: IdleTraffic,
    }

    impl Oracle for Alone {
        fn rule(&self) -> &'static str {
            RULE
        }

        fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
            self.rule.judge_suspect(&self.idle, at)?;
            self.idle.observe(at, event);
            if let Event::RequestSent { call, .. } = *event {
                self.rule.sent(&self.idle, at, call);
            }
            Ok(())
        }

        fn finish(&mut self, at: Instant) -> Result<(), Violation> {
            self.rule.finish(&self.idle, at)
        }
    }

    /// Three servers; S0 leads term 1 from 300 ms on and keeps a period of 100 ms. Idle from
    /// 1300 ms on; now it is 2300 ms.
    fn idle() -> History<Alone> {
        let mut history = History::new(Alone::default(), 3);
        history.at(300).elected(0, 1).heartbeats(0, 1, 300, 2_300, 100);
        history
    }

    #[test]
    fn heartbeats_every_100_ms_are_legal() {
        idle().heartbeats(0, 1, 2_400, 20_000, 100).legal();
    }

    #[test]
    fn every_99_ms_they_are_not() {
        // The first to count is the one at 2300 ms.
        let mut history = idle();
        history.heartbeats(0, 1, 2_300 + 99, 20_000, 99);
        let violation = history.violation();
        assert_eq!(violation.servers, [ServerId::new(0), ServerId::new(1)]);
        assert_eq!(violation.at, Instant::from_millis(2_399));
        assert_says(&violation, "the leader S0.1 sent S1 11 requests from 001.400000 to 002.399000, within 999ms");
    }

    #[test]
    fn requests_of_any_kind_count() {
        idle().at(2_350).request(0, 2, &Description::Other).at(2_400).illegal(2_350, &[0, 2]);
    }

    #[test]
    fn only_what_was_sent_while_idle_counts() {
        let mut history = History::new(Alone::default(), 3);
        history.at(300).elected(0, 1).heartbeats(0, 1, 310, 1_290, 20).heartbeats(0, 1, 1_310, 2_300, 100).legal();
    }

    #[test]
    fn followers_must_be_silent() {
        let mut history = idle();
        history.at(2_350).request(1, 2, &Description::Other);
        let violation = history.illegal(2_350, &[1, 0]);
        assert_says(&violation, "S1.1 sent S2 Rpc#");
        assert_says(&violation, "S0.1 led");
    }

    #[test]
    fn a_step_that_turns_out_to_end_the_idleness_is_legal() {
        // An election: the requests are told before the state that they go with.
        idle().at(2_350).request(1, 2, &Description::Other).state(1, 2, false).at(9_000).request(1, 0, &VOTE).legal();
        // A command: accepting it sends before it is told.
        idle().at(2_350).request(0, 1, &Description::Other).accept(0, 1, 1, 7).at(9_000).legal();
        // At the next instant it is too late.
        idle().at(2_350).request(1, 2, &VOTE).at(2_351).state(1, 2, false).illegal(2_350, &[1, 0]);
    }

    const VOTE: Description =
        Description::RequestVote { term: 2, candidate: ServerId::new_const(1), last_log_index: 0, last_log_term: 0 };

    #[test]
    fn work_is_legal_at_any_rate() {
        let mut history = idle();
        (0..100).for_each(|number| {
            history.at(2_350 + number).append(0, 1, 1, number, 1, 0);
        });
        history.legal();
    }

    #[test]
    fn entries_for_a_server_that_is_down_are_work() {
        let mut history = idle();
        history.crash(2).deliver(0, 1);
        (0..300).for_each(|number| {
            history.at(2_350 + 50 * number).append(0, 2, 1, 0, 3, 0);
        });
        history.legal();
    }

    #[test]
    fn to_a_server_that_is_down_empty_requests_count_and_undescribed_ones_do_not() {
        let retries = |description: &Description| {
            let mut history = idle();
            history.crash(2).deliver(0, 1);
            (0..300).for_each(|number| {
                history.at(2_350 + 50 * number).request(0, 2, description);
            });
            history
        };
        retries(&Description::Other).legal();
        let heartbeat =
            Description::AppendEntries { term: 1, prev_log_index: 0, prev_log_term: 0, entries: 0, leader_commit: 0 };
        retries(&heartbeat).illegal(3_800, &[0, 2]);
    }

    #[test]
    fn cut_off_servers_may_say_what_they_like() {
        let mut history = idle();
        history.disconnect(2).deliver(0, 1);
        (0..300).for_each(|number| {
            history.at(2_350 + 50 * number).request(2, 0, &Description::Other);
        });
        history.legal();
    }

    #[test]
    fn a_cluster_with_something_to_do_is_not_idle() {
        let mut history = idle();
        history.at(2_340).accept(0, 1, 1, 7).heartbeats(0, 1, 2_350, 9_000, 10).legal();
    }

    #[test]
    fn what_is_sent_at_the_last_instant_is_judged_too() {
        idle().at(2_350).request(1, 2, &Description::Other).illegal(2_350, &[1, 0]);
    }
}
