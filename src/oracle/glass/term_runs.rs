//! The terms of a log, as runs of equal ones.
//!
//! A log has few terms and many entries, so everything that compares logs works on runs. Judges
//! nothing.

use crate::base::{Index, Term};

/// Entries of one term that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    first: Index,
    term: Term,
}

/// The terms of all entries of a log, and of the last one that is compacted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TermRuns {
    base_index: Index,
    last_index: Index,
    /// Invariant: never empty; the first begins at the base, the others after it, in order.
    runs: Vec<Run>,
}

impl Default for TermRuns {
    fn default() -> TermRuns {
        TermRuns::new(0, 0)
    }
}

impl TermRuns {
    /// An empty log after a base.
    pub(super) fn new(base_index: Index, base_term: Term) -> TermRuns {
        TermRuns { base_index, last_index: base_index, runs: vec![Run { first: base_index, term: base_term }] }
    }

    pub(super) fn base_index(&self) -> Index {
        self.base_index
    }

    /// The base index, and the term of the entry there.
    pub(super) fn base(&self) -> (Index, Term) {
        (self.base_index, self.runs.first().map_or(0, |run| run.term))
    }

    pub(super) fn last_index(&self) -> Index {
        self.last_index
    }

    pub(super) fn last_term(&self) -> Term {
        self.runs.last().map_or(0, |run| run.term)
    }

    /// The term at `index`, from the base to the end.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index < self.base_index || index > self.last_index {
            return None;
        }
        let run = self.runs.iter().rev().find(|run| run.first <= index)?;
        Some(run.term)
    }

    /// Where the run that an entry belongs to begins, and what stands before it; none if that is
    /// compacted.
    pub(super) fn run_of(&self, index: Index) -> Option<(Index, Term)> {
        let place = self.runs.iter().rposition(|run| run.first <= index)?;
        let before = self.runs.get(place.checked_sub(1)?)?;
        Some((self.runs[place].first, before.term))
    }

    pub(super) fn push(&mut self, term: Term) {
        self.last_index += 1;
        if self.last_term() != term {
            self.runs.push(Run { first: self.last_index, term });
        }
    }

    /// Forgets what comes after `index`.
    pub(super) fn truncate(&mut self, index: Index) {
        self.last_index = self.last_index.min(index.max(self.base_index));
        let last = self.last_index;
        self.runs.truncate(self.runs.partition_point(|run| run.first <= last).max(1));
    }

    /// Makes `base_index` the base; what is before it is forgotten.
    pub(super) fn rebase(&mut self, base_index: Index, base_term: Term) {
        if base_index < self.base_index || base_index >= self.last_index {
            *self = TermRuns::new(base_index, base_term);
            return;
        }
        let keep = self.runs.partition_point(|run| run.first <= base_index).max(1) - 1;
        self.runs.drain(..keep);
        self.base_index = base_index;
        let at_base = self.runs[0];
        self.runs[0].first = base_index;
        if at_base.term != base_term {
            // What follows the base stays as it is, whatever the base is said to be.
            let follows = self.runs.get(1).is_none_or(|next| next.first > base_index + 1);
            self.runs[0].term = base_term;
            if follows {
                self.runs.insert(1, Run { first: base_index + 1, term: at_base.term });
            }
        }
    }

    /// Whether this log holds the entry of `term` at `index`, or had it before it was compacted:
    /// what is compacted is taken to be right.
    pub(super) fn holds(&self, index: Index, term: Term) -> bool {
        index < self.base_index || self.term(index) == Some(term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(base_index: Index, terms: &[Term]) -> TermRuns {
        let mut log = TermRuns::new(base_index, 1);
        terms.iter().for_each(|term| log.push(*term));
        log
    }

    fn terms(log: &TermRuns) -> Vec<Term> {
        (log.base_index()..=log.last_index()).filter_map(|index| log.term(index)).collect()
    }

    #[test]
    fn entries_are_found_by_their_indices() {
        let log = log(3, &[1, 1, 4, 4, 4, 6]);
        assert_eq!(terms(&log), [1, 1, 1, 4, 4, 4, 6]);
        assert_eq!((log.term(2), log.term(10), log.last_index(), log.last_term()), (None, None, 9, 6));
        assert_eq!((log.run_of(8), log.run_of(9), log.run_of(5)), (Some((6, 1)), Some((9, 4)), None));
        assert!(log.holds(2, 77) && log.holds(6, 4) && !log.holds(6, 3) && !log.holds(10, 6));
    }

    #[test]
    fn a_log_shrinks_at_either_end() {
        let mut log = log(0, &[1, 1, 4, 4, 6, 6]);
        log.truncate(5);
        assert_eq!(terms(&log), [1, 1, 1, 4, 4, 6]);
        log.push(7);
        log.rebase(3, 4);
        assert_eq!(terms(&log), [4, 4, 6, 7]);
        log.truncate(3);
        assert_eq!(terms(&log), [4]);
        log.push(4);
        assert_eq!(terms(&log), [4, 4]);
        log.rebase(9, 8);
        assert_eq!((terms(&log), log.last_index()), (vec![8], 9));
    }

    #[test]
    fn a_base_of_another_term_leaves_what_follows() {
        let mut log = log(0, &[1, 1, 1, 2]);
        log.rebase(2, 9);
        assert_eq!(terms(&log), [9, 1, 2]);
        log.rebase(3, 0);
        assert_eq!(terms(&log), [0, 2]);
    }
}
