//! Raft's log: entries of a term and a command each, numbered from 1, of which a first part may have
//! been compacted into a snapshot.

use raftlab::api::{Command, Index, Term};
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) term: Term,
    pub(super) command: Command,
}

/// The log of one server.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Log {
    /// The last entry that the snapshot stands for, and its term; 0 before 2D.
    base_index: Index,
    base_term: Term,
    /// The entries after it: the first one has the index `base_index + 1`.
    entries: Vec<Entry>,
}

impl Log {
    pub(super) fn base_index(&self) -> Index {
        self.base_index
    }

    pub(super) fn base_term(&self) -> Term {
        self.base_term
    }

    pub(super) fn last_index(&self) -> Index {
        self.base_index + self.entries.len() as Index
    }

    pub(super) fn last_term(&self) -> Term {
        self.entries.last().map_or(self.base_term, |entry| entry.term)
    }

    /// The entry at `index`; none if it is compacted or not there yet.
    pub(super) fn entry(&self, index: Index) -> Option<&Entry> {
        let place = index.checked_sub(self.base_index + 1)?;
        self.entries.get(place as usize)
    }

    /// Its term, which is known of the last compacted entry, too.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index == self.base_index {
            return Some(self.base_term);
        }
        self.entry(index).map(|entry| entry.term)
    }

    /// Adds an entry at the end, and gives its index.
    pub(super) fn append(&mut self, term: Term, command: Command) -> Index {
        self.entries.push(Entry { term, command });
        self.last_index()
    }

    /// All entries from `index` on, to be sent.
    pub(super) fn entries_from(&self, index: Index) -> Vec<Entry> {
        todo!("2B: a copy of the entry at this index, and of all that follow it")
    }

    /// Takes the leader's entries after `prev_log_index`, which this log has. True if it changed.
    pub(super) fn merge(&mut self, prev_log_index: Index, entries: &[Entry]) -> bool {
        todo!(
            "2B: delete an entry that conflicts with a new one, and all that follow it; append what is not there; leave \
             the rest as it is, for a late request must not shorten the log (Figure 2, AppendEntries, rules 3 and 4)"
        )
    }

    /// Forgets everything through `index`, which is in the log.
    pub(super) fn compact(&mut self, index: Index) {
        log::debug!(target: "SNAP", "forgets what is before {index}, and that itself");
        todo!("2D: drop these entries, and remember the index and the term of the last one (§7)")
    }

    /// Begins the log anew after a snapshot through `index`, whose last entry is of `term`.
    pub(super) fn install(&mut self, index: Index, term: Term) {
        log::debug!(target: "SNAP", "begins anew after {index} of term {term}");
        todo!("2D: keep what follows that very entry if the log has it; else forget all (Figure 13, rules 6 and 7)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log with entries of these terms; each command is its index.
    fn log(terms: &[Term]) -> Log {
        let mut log = Log::default();
        for term in terms {
            let index = log.last_index() + 1;
            assert_eq!(log.append(*term, Command::integer(index)), index);
        }
        log
    }

    fn terms(log: &Log) -> Vec<Option<Term>> {
        (log.base_index()..=log.last_index()).map(|index| log.term(index)).collect()
    }

    #[test]
    fn an_empty_log_ends_at_0() {
        assert_eq!((log(&[]).last_index(), log(&[]).last_term()), (0, 0));
        assert_eq!((log(&[]).term(0), log(&[]).term(1)), (Some(0), None));
    }

    #[test]
    fn entries_are_numbered_from_1() {
        let log = log(&[1, 1, 3]);
        assert_eq!((log.last_index(), log.last_term()), (3, 3));
        assert_eq!(terms(&log), [Some(0), Some(1), Some(1), Some(3)]);
        assert_eq!(log.entry(2).map(|entry| &entry.command), Some(&Command::integer(2)));
    }

    #[test]
    #[ignore = "2B: to be written"]
    fn entries_arrive_as_they_were() {
        let leader = log(&[1, 1, 2, 3]);
        let mut follower = log(&[1, 1]);
        assert!(follower.merge(2, &leader.entries_from(3)));
        assert_eq!(terms(&follower), terms(&leader));
    }

    #[test]
    #[ignore = "2B: to be written"]
    fn merging_keeps_what_agrees_and_replaces_what_conflicts() {
        let leader = log(&[1, 2]);
        let mut longer = log(&[1, 2, 2, 2]);
        assert!(!longer.merge(0, &leader.entries_from(1)), "a late request must not shorten the log");
        assert_eq!(longer.last_index(), 4);
        let mut conflicting = log(&[1, 1, 1, 1]);
        assert!(conflicting.merge(0, &leader.entries_from(1)));
        assert_eq!(terms(&conflicting), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    #[ignore = "2D: to be written"]
    fn compaction_keeps_the_rest() {
        let mut log = log(&[1, 1, 2, 3, 3]);
        log.compact(3);
        assert_eq!((log.base_index(), log.base_term(), log.last_index()), (3, 2, 5));
        assert_eq!(terms(&log), [Some(2), Some(3), Some(3)]);
        assert_eq!(log.entry(5).map(|entry| &entry.command), Some(&Command::integer(5)));
    }

    #[test]
    #[ignore = "2D: to be written"]
    fn a_snapshot_whose_end_is_in_the_log_keeps_what_follows() {
        let mut known = log(&[1, 1, 2, 3]);
        known.install(3, 2);
        assert_eq!(terms(&known), [Some(2), Some(3)]);
        let mut other = log(&[1, 1, 1, 1]);
        other.install(3, 2);
        assert_eq!(terms(&other), [Some(2)]);
    }
}
