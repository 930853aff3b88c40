//! Raft's log: entries of a term and a command each, numbered from 1, of which a first part may
//! have been compacted into a snapshot.
//!
//! The entries are kept as the bytes that are sent and saved, with a mark for each; nothing is
//! encoded twice.

use std::fmt;

use bytes::Bytes;
use raftlab::api::{Command, Index, Term};
use serde::{Deserialize, Serialize};

use super::byte_log::ByteLog;

/// The log of one server.
pub(super) struct Log {
    /// The last entry that the snapshot stands for; 0 without a snapshot.
    base_index: Index,
    base_term: Term,
    /// The entries after it, the first one being `base_index + 1`.
    marks: Vec<Mark>,
    /// The same entries, encoded.
    bytes: ByteLog,
}

/// What is known of an entry without decoding it.
#[derive(Clone, Copy)]
struct Mark {
    term: Term,
    /// Where the entry begins in the encoded log.
    start: u64,
}

/// Entries as they are sent: how many, and their encoding.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Entries {
    count: usize,
    encoded: Bytes,
}

impl Entries {
    /// No entries: a heartbeat.
    pub(super) fn none() -> Entries {
        Entries { count: 0, encoded: Bytes::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Term, and encoding, of one entry after the other.
    fn iter(&self) -> impl Iterator<Item = (Term, &[u8])> {
        split(&self.encoded)
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries", self.count)
    }
}

/// One entry, borrowed from its encoding.
type Entry<'a> = (Term, &'a [u8]);

/// Splits encoded entries: the term and the encoding of each.
pub(super) fn split(mut encoded: &[u8]) -> impl Iterator<Item = (Term, &[u8])> {
    std::iter::from_fn(move || {
        if encoded.is_empty() {
            return None;
        }
        let ((term, _), rest) = postcard::take_from_bytes::<Entry<'_>>(encoded).expect("this is what was encoded");
        let (entry, rest) = encoded.split_at(encoded.len() - rest.len());
        encoded = rest;
        Some((term, entry))
    })
}

impl Log {
    /// A log without entries that begins after entry `base_index` of term `base_term`.
    pub(super) fn new(base_index: Index, base_term: Term) -> Log {
        Log { base_index, base_term, marks: Vec::new(), bytes: ByteLog::default() }
    }

    pub(super) fn base_index(&self) -> Index {
        self.base_index
    }

    pub(super) fn base_term(&self) -> Term {
        self.base_term
    }

    pub(super) fn last_index(&self) -> Index {
        self.base_index + self.marks.len() as Index
    }

    pub(super) fn last_term(&self) -> Term {
        self.marks.last().map_or(self.base_term, |mark| mark.term)
    }

    /// The term of an entry; none if it is compacted or not there yet.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index == self.base_index {
            return Some(self.base_term);
        }
        self.mark(index).map(|mark| mark.term)
    }

    fn mark(&self, index: Index) -> Option<Mark> {
        let place = index.checked_sub(self.base_index + 1)?;
        self.marks.get(place as usize).copied()
    }

    /// The first entry of `term`, going back from an entry of that term at `index`.
    pub(super) fn first_index_of(&self, term: Term, index: Index) -> Index {
        let first = (self.base_index + 1..index).rev().take_while(|before| self.term(*before) == Some(term)).last();
        first.unwrap_or(index)
    }

    /// The last entry of `term` at or before `index`, if there is one that is not compacted.
    pub(super) fn last_index_of(&self, term: Term, index: Index) -> Option<Index> {
        let not_newer = |candidate: &Index| self.term(*candidate).is_some_and(|other| other <= term);
        let candidate = (self.base_index..=index).rev().find(not_newer)?;
        (self.term(candidate) == Some(term)).then_some(candidate)
    }

    /// The command of an entry.
    ///
    /// # Panics
    /// If the entry is compacted or not there yet.
    pub(super) fn command(&self, index: Index) -> Command {
        let start = self.mark(index).expect("the entry is in the log").start;
        let encoded = self.bytes.slice(start, self.start_of(index + 1));
        let (_, command) = postcard::from_bytes::<Entry<'_>>(encoded).expect("this is what was encoded");
        Command::from(command)
    }

    /// Where an entry begins, or the end of the log.
    fn start_of(&self, index: Index) -> u64 {
        self.mark(index).map_or(self.bytes.end(), |mark| mark.start)
    }

    /// Adds an entry at the end, and gives its index.
    pub(super) fn append(&mut self, term: Term, command: &Command) -> Index {
        self.marks.push(Mark { term, start: self.bytes.end() });
        self.bytes.append_with(|buffer| {
            let entry: Entry<'_> = (term, command.as_bytes());
            postcard::to_extend(&entry, buffer).expect("bytes can be encoded")
        });
        self.last_index()
    }

    /// Adds entries that are encoded already.
    pub(super) fn extend_encoded(&mut self, encoded: &[u8]) {
        split(encoded).for_each(|(term, entry)| self.append_encoded(term, entry));
    }

    fn append_encoded(&mut self, term: Term, entry: &[u8]) {
        self.marks.push(Mark { term, start: self.bytes.end() });
        self.bytes.append(entry);
    }

    /// Everything from `index` on, to be sent.
    pub(super) fn entries_from(&self, index: Index) -> Entries {
        let encoded = self.bytes.copy(self.start_of(index), self.bytes.end());
        Entries { count: (self.last_index() + 1 - index) as usize, encoded: encoded.into() }
    }

    /// Takes the leader's entries after `prev_log_index`. True if the log changed.
    pub(super) fn merge(&mut self, prev_log_index: Index, entries: &Entries) -> bool {
        let mut changed = false;
        for (index, (term, entry)) in (prev_log_index + 1..).zip(entries.iter()) {
            if index <= self.base_index || self.term(index) == Some(term) {
                continue;
            }
            // AE.3: only a real conflict deletes: an old request must not shorten the log.
            if index <= self.last_index() {
                self.truncate(index);
            }
            // AE.4
            self.append_encoded(term, entry);
            changed = true;
        }
        changed
    }

    /// Deletes the entry at `index` and all that follow it.
    fn truncate(&mut self, index: Index) {
        self.bytes.truncate(self.start_of(index));
        self.marks.truncate((index - self.base_index - 1) as usize);
    }

    /// Forgets everything through `index`, which is in the log.
    pub(super) fn compact(&mut self, index: Index) {
        let term = self.term(index).expect("only what is in the log is compacted");
        self.bytes.discard(self.start_of(index + 1));
        self.marks.drain(..(index - self.base_index) as usize);
        (self.base_index, self.base_term) = (index, term);
    }

    /// Begins the log anew after a snapshot through `index`, whose last entry is of `term`.
    pub(super) fn install(&mut self, index: Index, term: Term) {
        if self.term(index) == Some(term) {
            // IS.6: what follows may be acknowledged already.
            self.compact(index);
        } else {
            // IS.7
            *self = Log::new(index, term);
        }
    }

    /// The encoded entries, in parts that stay the same while the log only grows.
    pub(super) fn encoded_parts(&self) -> impl Iterator<Item = Bytes> {
        self.bytes.parts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log after `base_index` with entries of these terms; each command is its index.
    fn log(base_index: Index, terms: &[Term]) -> Log {
        let mut log = Log::new(base_index, 1);
        for term in terms {
            let index = log.last_index() + 1;
            assert_eq!(log.append(*term, &Command::integer(index)), index);
        }
        log
    }

    fn terms(log: &Log) -> Vec<Option<Term>> {
        (log.base_index()..=log.last_index()).map(|index| log.term(index)).collect()
    }

    #[test]
    fn entries_travel_and_arrive_as_they_were() {
        let leader = log(0, &[1, 1, 2, 3]);
        let mut follower = log(0, &[1, 1]);
        assert!(follower.merge(2, &leader.entries_from(3)));
        assert_eq!(terms(&follower)[1..], terms(&leader)[1..]);
        assert_eq!(follower.command(4), Command::integer(4));
    }

    #[test]
    fn merging_keeps_what_agrees_and_replaces_what_conflicts() {
        let leader = log(0, &[1, 2]);
        let mut longer = log(0, &[1, 2, 2, 2]);
        assert!(!longer.merge(0, &leader.entries_from(1)), "an old request must not shorten the log");
        assert_eq!(longer.last_index(), 4);
        let mut conflicting = log(0, &[1, 1, 1, 1]);
        assert!(conflicting.merge(0, &leader.entries_from(1)));
        assert_eq!(terms(&conflicting)[1..], [Some(1), Some(2)]);
    }

    #[test]
    fn compaction_keeps_the_rest() {
        let mut log = log(0, &[1, 1, 2, 3, 3]);
        log.compact(3);
        assert_eq!((log.base_index(), log.base_term(), log.last_index()), (3, 2, 5));
        assert_eq!((log.term(2), log.term(3), log.term(4)), (None, Some(2), Some(3)));
        assert_eq!(log.command(5), Command::integer(5));
        log.compact(5);
        assert_eq!((log.last_index(), log.last_term()), (5, 3));
    }

    #[test]
    fn a_snapshot_whose_end_is_in_the_log_keeps_what_follows() {
        let mut known = log(0, &[1, 1, 2, 3]);
        known.install(3, 2);
        assert_eq!((known.base_index(), known.last_index()), (3, 4));
        let mut other = log(0, &[1, 1, 1, 1]);
        other.install(3, 2);
        assert_eq!((other.base_index(), other.last_index(), other.last_term()), (3, 3, 2));
    }

    #[test]
    fn terms_are_found_from_either_end() {
        let log = log(0, &[1, 4, 4, 4, 6, 6]);
        assert_eq!(log.first_index_of(4, 4), 2);
        assert_eq!(log.first_index_of(1, 1), 1);
        assert_eq!(log.last_index_of(4, 6), Some(4));
        assert_eq!(log.last_index_of(5, 6), None);
        assert_eq!(log.last_index_of(6, 5), Some(5));
    }

    #[test]
    fn what_is_saved_is_what_is_read() {
        let mut saved = log(7, &[2; 2_000]);
        saved.compact(100);
        let encoded: Vec<u8> = saved.encoded_parts().flatten().collect();
        let mut read = Log::new(saved.base_index(), saved.base_term());
        read.extend_encoded(&encoded);
        assert_eq!(read.last_index(), 2_007);
        assert_eq!(read.command(1_500), Command::integer(1_500));
    }
}
