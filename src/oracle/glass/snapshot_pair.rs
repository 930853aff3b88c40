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
    /// Which index each snapshot stands for, by its length and its end.
    snapshots: BTreeMap<Key, Index>,
}

/// Snapshots of different indices differ in these, for all that services make here.
type Key = (usize, Vec<u8>);

fn key(snapshot: &[u8]) -> Key {
    (snapshot.len(), snapshot[snapshot.len().saturating_sub(16)..].to_vec())
}

impl SnapshotPair {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::SnapshotTaken { index, snapshot, .. } => {
                self.snapshots.insert(key(snapshot), index);
                Ok(())
            }
            Event::Inspected { server, .. } => moved(world, at, server),
            Event::SavedInspected { server, saved, snapshot } => self.saved(at, server, saved, snapshot),
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
