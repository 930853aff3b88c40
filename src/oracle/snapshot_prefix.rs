//! Snapshots: all snapshots through one index are the same, and somebody's service made them.
//!
//! Source: Raft paper, Figure 13, and lab 2D. The lab's service makes a snapshot's bytes a pure
//! function of the applied prefix, so bytes can be compared without being understood; only a
//! fingerprint is kept. That commands of the prefix are the right ones is for
//! `state_machine_safety`, that a snapshot leads nobody back is for `apply_order`. Above a key/value
//! service of the implementation's own (lab 3), servers may write the same state in different bytes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Oracle, Violation};
use crate::base::{Incarnation, Index, Instant};
use crate::trace::{Digest, Event};

pub(super) const RULE: &str = "snapshot";

/// Watches that a snapshot stays what the service made it.
#[derive(Debug, Default)]
pub struct SnapshotPrefix {
    /// By index, the snapshots that may be seen of it; mostly there is one.
    known: BTreeMap<Index, Vec<Seen>>,
    /// The service is the implementation's own, which may make several of one index.
    own_service: bool,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Instant,
    server: Incarnation,
    deed: Deed,
    len: usize,
    digest: Digest,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Taken,
    Applied,
    Restored,
}

impl Seen {
    fn new(at: Instant, server: Incarnation, deed: Deed, snapshot: &[u8]) -> Seen {
        Seen { at, server, deed, len: snapshot.len(), digest: Digest::of_many(snapshot) }
    }

    fn has_contents_of(&self, other: &Seen) -> bool {
        (self.len, self.digest) == (other.len, other.digest)
    }

    fn sentence(&self, index: Index) -> String {
        let Seen { at, server, deed, len, digest } = self;
        let deed = match deed {
            Deed::Taken => "took",
            Deed::Applied => "applied",
            Deed::Restored => "restored",
        };
        format!("{server} {deed} a snapshot through index {index} at {at}: {len} bytes, digest {digest}")
    }
}

impl SnapshotPrefix {
    fn see(&mut self, index: Index, seen: Seen) -> Result<(), Violation> {
        match self.known.entry(index) {
            Entry::Occupied(known) if known.get().iter().any(|known| known.has_contents_of(&seen)) => Ok(()),
            Entry::Occupied(mut known) if self.own_service && seen.deed == Deed::Taken => {
                known.get_mut().push(seen);
                Ok(())
            }
            Entry::Occupied(known) => Err(differ(index, &known.get()[0], &seen)),
            Entry::Vacant(_) if seen.deed == Deed::Applied => Err(made_by_nobody(index, &seen)),
            // A restored snapshot may be older than the history, so nobody need have taken it.
            Entry::Vacant(unknown) => {
                unknown.insert(vec![seen]);
                Ok(())
            }
        }
    }
}

#[cold]
fn differ(index: Index, first: &Seen, second: &Seen) -> Violation {
    let mut servers = vec![first.server.server, second.server.server];
    servers.dedup();
    let evidence = vec![first.sentence(index), second.sentence(index)];
    Violation { rule: RULE, at: second.at, servers, evidence }
}

#[cold]
fn made_by_nobody(index: Index, seen: &Seen) -> Violation {
    let evidence = vec![seen.sentence(index), format!("no service took a snapshot through index {index} before")];
    Violation { rule: RULE, at: seen.at, servers: vec![seen.server.server], evidence }
}

impl Oracle for SnapshotPrefix {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let (server, index, snapshot, deed) = match *event {
            Event::OwnService { .. } => {
                self.own_service = true;
                return Ok(());
            }
            Event::SnapshotTaken { server, index, snapshot } => (server, index, snapshot, Deed::Taken),
            Event::SnapshotApplied { server, index, snapshot, .. } => (server, index, snapshot, Deed::Applied),
            Event::SnapshotRestored { server, index, snapshot } => (server, index, snapshot, Deed::Restored),
            _ => return Ok(()),
        };
        self.see(index, Seen::new(at, server, deed, snapshot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn three() -> History<SnapshotPrefix> {
        History::new(SnapshotPrefix::default(), 3)
    }

    #[test]
    fn the_same_snapshot_everywhere_is_legal() {
        let mut history = three();
        history.at(10).take_snapshot(0, 9, b"nine").take_snapshot(1, 9, b"nine").at(20).apply_snapshot(2, 9, b"nine");
        history.at(30).crash(0).start(0).restore_snapshot(0, 9, b"nine").legal();
    }

    #[test]
    fn another_content_is_not() {
        let mut history = three();
        history.at(10).take_snapshot(0, 9, b"nine").at(20).apply_snapshot(2, 9, b"mine");
        let violation = history.illegal(20, &[0, 2]);
        assert_says(&violation, "S0.1 took a snapshot through index 9 at 000.010000: 4 bytes");
        assert_says(&violation, "S2.1 applied a snapshot through index 9 at 000.020000: 4 bytes");
    }

    #[test]
    fn services_that_disagree_are_not_legal_either() {
        three().at(10).take_snapshot(0, 9, b"nine").at(20).take_snapshot(1, 9, b"n\0ne").illegal(20, &[0, 1]);
    }

    #[test]
    fn a_saved_snapshot_must_come_back_unchanged() {
        let mut history = three();
        history.at(10).take_snapshot(0, 9, b"nine").at(20).crash(0).start(0).restore_snapshot(0, 9, b"nin");
        assert_says(&history.illegal(20, &[0]), "S0.2 restored a snapshot through index 9 at 000.020000: 3 bytes");
    }

    #[test]
    fn a_snapshot_that_nobody_took_is_not_legal() {
        let mut history = three();
        history.at(10).take_snapshot(0, 9, b"nine").at(20).apply_snapshot(2, 8, b"nine");
        assert_says(&history.illegal(20, &[2]), "no service took a snapshot through index 8");
    }

    #[test]
    fn different_indices_may_have_different_snapshots() {
        three()
            .take_snapshot(0, 9, b"nine")
            .take_snapshot(0, 19, b"nineteen")
            .apply_snapshot(1, 19, b"nineteen")
            .legal();
    }
}
