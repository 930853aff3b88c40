//! Snapshot pair: where a log begins, its snapshot ends; and both end with what was committed there.
//!
//! Source: Raft paper, §7 and Figure 13. Needs `Raft::inspect`, and for the disk `Inspect::saved`.
//! Judged are the base of a log whenever it moves, against what is committed; and the base of what
//! is saved, against the snapshot beside it: a log that begins behind its snapshot has a hole.
//!
//! Deliberately not judged: a snapshot beside entries that it already stands for, as long as the
//! log is without a hole.

use std::collections::BTreeMap;

use super::world::World;
use crate::base::{Incarnation, Index, Instant, Term};
use crate::oracle::Violation;
use crate::trace::{Event, SavedState};

pub(in crate::oracle) const RULE: &str = "snapshot pair";

/// Watches where logs begin.
#[derive(Debug, Default)]
pub(in crate::oracle) struct SnapshotPair {
    /// The newest index that each snapshot stands for, by its length and its end. A service that only
    /// read in between makes the same snapshot again; two that merely look the same accuse nobody.
    snapshots: BTreeMap<Key, Index>,
}

/// Snapshots of different indices mostly differ in these.
type Key = (usize, Vec<u8>);

fn key(snapshot: &[u8]) -> Key {
    (snapshot.len(), snapshot[snapshot.len().saturating_sub(16)..].to_vec())
}

impl SnapshotPair {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::SnapshotTaken { index, snapshot, .. } => {
                let newest = self.snapshots.entry(key(snapshot)).or_default();
                *newest = index.max(*newest);
                Ok(())
            }
            Event::Inspected { server, .. } => moved(world, at, server),
            Event::SavedInspected { server, saved, snapshot, .. } => self.saved(at, server, saved, snapshot),
            _ => Ok(()),
        }
    }

    fn saved(&self, at: Instant, server: Incarnation, saved: &SavedState, snapshot: &[u8]) -> Result<(), Violation> {
        let index = if snapshot.is_empty() { Some(0) } else { self.snapshots.get(&key(snapshot)).copied() };
        let Some(index) = index.filter(|index| *index < saved.base_index) else { return Ok(()) };
        let evidence = vec![
            format!("at {at} the saved log of {server} begins after index {}", saved.base_index),
            match index {
                0 => "no snapshot is saved beside it".to_owned(),
                _ => format!("the snapshot saved beside it ends at index {index}"),
            },
        ];
        Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
    }
}

/// The base of a log has moved, or is that of a new life.
fn moved(world: &World, at: Instant, server: Incarnation) -> Result<(), Violation> {
    let Some(seen) = world.life(server).filter(|seen| seen.change.rebased) else { return Ok(()) };
    let (index, committed) = (seen.log.base_index(), world.committed());
    let base: Term = seen.log.term(index).unwrap_or_default();
    let contradiction = match committed.term(index) {
        None => format!("leaders have committed only index {}", committed.last_index()),
        Some(term) if term != base => format!("the committed entry at that index is of term {term}"),
        Some(_) => return Ok(()),
    };
    let evidence =
        vec![format!("at {at} the log of {server} begins after index {index} of term {base}"), contradiction];
    Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, committed};
    use crate::oracle::history::{History, assert_says, follower, leader};

    /// S0 leads term 1 with three entries, of which two are committed, and its service has made
    /// snapshots of both.
    fn snapshots() -> History<Told<SnapshotPair>> {
        let mut history = committed();
        history.at(400).shows(1, follower(1).vote(0).log(&[1, 1])).shows(0, leader(1).log(&[1, 1, 1]).commit(2));
        history.at(500).take_snapshot(0, 1, b"one").take_snapshot(0, 2, b"one two");
        history
    }

    #[test]
    fn a_log_begins_after_what_is_committed() {
        snapshots().shows(0, leader(1).base(2, 1).log(&[1]).commit(2)).shows(2, follower(1).base(1, 1)).legal();
    }

    #[test]
    fn what_is_not_committed_is_not_compacted() {
        let violation = snapshots().shows(0, leader(1).base(3, 1).commit(2)).illegal(500, &[0]);
        assert_says(&violation, "at 000.500000 the log of S0.1 begins after index 3 of term 1");
        assert_says(&violation, "leaders have committed only index 2");
    }

    #[test]
    fn the_base_keeps_its_term() {
        let violation = snapshots().shows(0, leader(1).base(2, 0).log(&[1]).commit(2)).illegal(500, &[0]);
        assert_says(&violation, "the committed entry at that index is of term 1");
        // Also over a restart.
        let mut history = snapshots();
        history.shows(1, follower(1).vote(0).base(1, 1).log(&[1])).crash(1).start(1);
        history.at(600).shows(1, follower(1).vote(0).base(1, 0).log(&[1])).illegal(600, &[1]);
    }

    #[test]
    fn a_saved_log_has_its_snapshot_beside_it() {
        snapshots().disk(0, 1, Some(0), (2, 1), &[1], b"one two").legal();
        let violation = snapshots().disk(0, 1, Some(0), (2, 1), &[1], b"").illegal(500, &[0]);
        assert_says(&violation, "at 000.500000 the saved log of S0.1 begins after index 2");
        assert_says(&violation, "no snapshot is saved beside it");
    }

    #[test]
    fn and_no_earlier_one() {
        let violation = snapshots().disk(0, 1, Some(0), (2, 1), &[1], b"one").illegal(500, &[0]);
        assert_says(&violation, "the snapshot saved beside it ends at index 1");
    }

    #[test]
    fn the_same_state_may_be_taken_at_several_indices() {
        let mut history = snapshots();
        history.take_snapshot(0, 2, b"one").take_snapshot(1, 1, b"one");
        history.disk(0, 1, Some(0), (2, 1), &[1], b"one").legal();
    }

    #[test]
    fn a_later_snapshot_leaves_no_hole() {
        snapshots().disk(0, 1, Some(0), (1, 1), &[1, 1], b"one two").disk(0, 1, Some(0), (0, 0), &[1], b"one").legal();
    }

    #[test]
    fn a_snapshot_that_nobody_made_is_not_known() {
        snapshots().disk(0, 1, Some(0), (2, 1), &[1], b"others").legal();
    }
}
