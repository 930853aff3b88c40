//! Snapshot traffic: nobody sends one and the same snapshot to one server again and again.
//!
//! Source: Raft paper, §7; `lab-spec` §4.1. Needs `Rpc::describe`. A snapshot is large, and one
//! transfer at a time is enough; whoever repeats an unanswered one with each heartbeat sends it ten
//! times a second. Twice as often is only what a new transfer for each command, refusal or failure
//! comes to.
//!
//! Deliberately not judged: transfers of different snapshots, and whether one is still under way.

use std::collections::{BTreeMap, VecDeque};

use super::window::SECOND;
use super::{Oracle, Violation};
use crate::base::{Incarnation, Index, Instant, ServerId};
use crate::trace::{Description, Event};

pub(super) const RULE: &str = "snapshot traffic";

/// Transfers of one snapshot that a sliding second may hold.
const LIMIT: usize = 20;

/// Watches how often snapshots are sent.
#[derive(Debug, Default)]
pub struct SnapshotTraffic {
    transfers: BTreeMap<(Incarnation, ServerId), Transfers>,
}

/// The transfers of the last snapshot that one server sent to another, within a second.
#[derive(Debug, Default)]
struct Transfers {
    last_included_index: Index,
    sent: VecDeque<Instant>,
}

impl Transfers {
    /// Records a transfer. If there are too many, says when the first of them was.
    fn record(&mut self, at: Instant, index: Index) -> Option<Instant> {
        if self.last_included_index != index {
            *self = Transfers { last_included_index: index, sent: VecDeque::new() };
        }
        self.sent.push_back(at);
        while self.sent.front().is_some_and(|first| at.since(*first) >= SECOND) {
            self.sent.pop_front();
        }
        self.sent.front().copied().filter(|_| self.sent.len() > LIMIT)
    }
}

impl Oracle for SnapshotTraffic {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::RequestSent { call, description, .. } = *event else { return Ok(()) };
        let Description::InstallSnapshot { last_included_index: index, .. } = *description else { return Ok(()) };
        let transfers = self.transfers.entry((call.from, call.to)).or_default();
        let Some(first) = transfers.record(at, index) else { return Ok(()) };
        let evidence = vec![
            format!("{} sent {} its snapshot through index {index} at {first}", call.from, call.to),
            format!("by {at}, less than a second later, it had sent it {} times", LIMIT + 1),
        ];
        Err(Violation { rule: RULE, at, servers: vec![call.from.server, call.to], evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    /// S0 sends S1 a snapshot every `period` ms, for two seconds; each one ends `step` further than
    /// the one before.
    fn sends(period: u64, step: u64) -> History<SnapshotTraffic> {
        let mut history = History::new(SnapshotTraffic::default(), 3);
        for (number, millis) in (0..2_000).step_by(period as usize).enumerate() {
            let last_included_index = 9 + step * number as u64;
            let description =
                Description::InstallSnapshot { term: 1, last_included_index, last_included_term: 1, size: 100 };
            history.at(millis).request(0, 1, &description).request(0, 2, &description);
        }
        history
    }

    #[test]
    fn once_with_each_heartbeat_is_legal() {
        sends(100, 0).legal();
        sends(50, 0).legal();
    }

    #[test]
    fn once_with_each_command_is_a_storm() {
        let violation = sends(40, 0).illegal(800, &[0, 1]);
        assert_says(&violation, "S0.1 sent S1 its snapshot through index 9 at 000.000000");
        assert_says(&violation, "by 000.800000, less than a second later, it had sent it 21 times");
    }

    #[test]
    fn many_snapshots_that_differ_are_none() {
        sends(10, 10).legal();
    }
}
