//! The log: a vector of entries behind what a snapshot stands for.

use raftlab::api::{Command, Index, Term};
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) term: Term,
    pub(super) command: Command,
}

/// All entries of one server. The first stands at `base_index`: it only says the term of what was
/// compacted last, or 0.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Log {
    pub(super) base_index: Index,
    entries: Vec<Entry>,
}

impl Log {
    pub(super) fn empty(base_index: Index, base_term: Term) -> Log {
        Log { base_index, entries: vec![Entry { term: base_term, command: Command::default() }] }
    }

    pub(super) fn last_index(&self) -> Index {
        self.base_index + self.entries.len() as Index - 1
    }

    pub(super) fn last_term(&self) -> Term {
        self.entries[self.entries.len() - 1].term
    }

    /// From the base index to the last.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        Some(self.entries.get(self.position(index)?)?.term)
    }

    fn position(&self, index: Index) -> Option<usize> {
        index.checked_sub(self.base_index).map(|position| position as usize)
    }

    pub(super) fn command(&self, index: Index) -> Command {
        self.entries[(index - self.base_index) as usize].command.clone()
    }

    /// At most `max` entries, the first of them at `index`, which is beyond the base.
    pub(super) fn copy(&self, index: Index, max: usize) -> Vec<Entry> {
        self.entries[(index - self.base_index) as usize..].iter().take(max).cloned().collect()
    }

    pub(super) fn append(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Drops the entry at `index`, which is beyond the base, and all after it.
    pub(super) fn cut(&mut self, index: Index) {
        self.entries.truncate((index - self.base_index) as usize);
    }

    /// Puts entries behind `prev_log_index` where they are not yet (AppendEntries, rules 3 and 4).
    /// What a snapshot stands for is committed, so that nothing can be new there.
    pub(super) fn merge(&mut self, prev_log_index: Index, entries: Vec<Entry>) {
        for (index, entry) in (prev_log_index + 1..).zip(entries) {
            match self.term(index) {
                _ if index <= self.base_index => {}
                Some(term) if term == entry.term => {}
                Some(_) => {
                    self.cut(index);
                    self.append(entry);
                }
                None => self.append(entry),
            }
        }
    }

    /// The first entry of the term that the entry at `index` has.
    pub(super) fn first_of_term(&self, index: Index) -> Index {
        let term = self.term(index);
        (self.base_index + 1..=index).rev().take_while(|index| self.term(*index) == term).last().unwrap_or(index)
    }

    /// Forgets everything through `index`, which is in the log.
    pub(super) fn compact(&mut self, index: Index) {
        self.entries.drain(..(index - self.base_index) as usize);
        self.entries[0].command = Command::default();
        self.base_index = index;
    }

    /// A snapshot through `index` takes the place of the log, but for entries that go on from there.
    pub(super) fn install(&mut self, index: Index, term: Term) {
        if self.term(index) == Some(term) {
            self.compact(index);
        } else {
            *self = Log::empty(index, term);
        }
    }
}
