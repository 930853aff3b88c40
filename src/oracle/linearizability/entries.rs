//! The calls and returns that are not ordered yet, in the order of time.
//!
//! Two linked lists over the same numbers: calls and returns of operations that returned, and the
//! calls of those that never did. Taking an operation out and putting it back, in the reverse
//! order, costs the same however long the lists are.

use super::history::Moment;

/// A call or a return: a number that says of which operation it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry(u32);

/// Where the list of operations that returned begins and ends.
const FINISHED: Entry = Entry(0);
/// Where the list of those that never did begins and ends.
const UNFINISHED: Entry = Entry(1);

impl Entry {
    fn call(operation: usize) -> Entry {
        Entry(2 + 2 * operation as u32)
    }

    fn end(operation: usize) -> Entry {
        Entry(3 + 2 * operation as u32)
    }

    fn at(self) -> usize {
        self.0 as usize
    }

    fn is_call(self) -> bool {
        self.0 >= 2 && self.0.is_multiple_of(2)
    }

    /// The operation that is called or returns here.
    pub(super) fn operation(self) -> usize {
        (self.0 as usize - 2) / 2
    }
}

/// Both lists.
pub(super) struct Entries {
    next: Vec<Entry>,
    previous: Vec<Entry>,
    /// By entry, its place in the order of time, whichever list it is in.
    rank: Vec<u32>,
    /// Operations with lower numbers returned, the others did not.
    finished: usize,
}

impl Entries {
    /// The lists of operations with these calls and returns: those that returned first, then those
    /// that did not. At equal moments calls come before returns, for intervals are closed.
    pub(super) fn new(intervals: &[(Moment, Option<Moment>)], finished: usize) -> Entries {
        let mut order = Vec::with_capacity(intervals.len() + finished);
        for (operation, (called, returned)) in intervals.iter().enumerate() {
            order.push((*called, false, Entry::call(operation).0));
            order.extend(returned.map(|at| (at, true, Entry::end(operation).0)));
        }
        order.sort_unstable();
        let slots = 2 + 2 * intervals.len();
        let loose = || (0..slots as u32).map(Entry).collect();
        let mut entries = Entries { next: loose(), previous: loose(), rank: vec![0; slots], finished };
        for (rank, (_, _, entry)) in order.into_iter().enumerate() {
            entries.append(Entry(entry), rank as u32);
        }
        entries
    }

    fn append(&mut self, entry: Entry, rank: u32) {
        let head = if entry.operation() < self.finished { FINISHED } else { UNFINISHED };
        let last = self.previous[head.at()];
        self.rank[entry.at()] = rank;
        (self.next[entry.at()], self.previous[entry.at()]) = (head, last);
        self.link(entry);
    }

    fn link(&mut self, entry: Entry) {
        let (next, previous) = (self.next[entry.at()], self.previous[entry.at()]);
        self.next[previous.at()] = entry;
        self.previous[next.at()] = entry;
    }

    fn unlink(&mut self, entry: Entry) {
        let (next, previous) = (self.next[entry.at()], self.previous[entry.at()]);
        self.next[previous.at()] = next;
        self.previous[next.at()] = previous;
    }

    /// Takes an operation out of its list.
    pub(super) fn take(&mut self, operation: usize) {
        self.unlink(Entry::call(operation));
        if operation < self.finished {
            self.unlink(Entry::end(operation));
        }
    }

    /// Puts the operation that was taken last back to where it was.
    pub(super) fn put_back(&mut self, operation: usize) {
        if operation < self.finished {
            self.link(Entry::end(operation));
        }
        self.link(Entry::call(operation));
    }

    /// The first operation, by its call, of those that returned and are not taken.
    pub(super) fn first(&self) -> Option<usize> {
        let first = self.next[FINISHED.at()];
        (first != FINISHED).then(|| first.operation())
    }

    /// The operations that may come next, of those that returned: all that were called before the
    /// first return.
    pub(super) fn finished_candidates(&self) -> impl Iterator<Item = usize> {
        let calls = std::iter::successors(Some(self.next[FINISHED.at()]), |entry| Some(self.next[entry.at()]));
        calls.take_while(|entry| entry.is_call()).map(Entry::operation)
    }

    /// The candidate after `operation`; the first of all after none. Those that returned come
    /// first: whoever never returned need not have happened.
    pub(super) fn candidate_after(&self, operation: Option<usize>) -> Option<usize> {
        let entry = operation.map_or(FINISHED, Entry::call);
        let next = self.next[entry.at()];
        let is_finished = operation.is_none_or(|operation| operation < self.finished);
        if is_finished && next.is_call() {
            return Some(next.operation());
        }
        self.unfinished_candidate(if is_finished { self.next[UNFINISHED.at()] } else { next })
    }

    fn unfinished_candidate(&self, entry: Entry) -> Option<usize> {
        if entry == UNFINISHED {
            return None;
        }
        (self.rank[entry.at()] < self.first_return()).then(|| entry.operation())
    }

    /// The place in time of the first return.
    fn first_return(&self) -> u32 {
        let mut entry = self.next[FINISHED.at()];
        while entry.is_call() {
            entry = self.next[entry.at()];
        }
        if entry == FINISHED { u32::MAX } else { self.rank[entry.at()] }
    }
}
