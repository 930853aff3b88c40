//! What a check of a whole history comes to.

use std::fmt;

use super::budget::Limit;
use crate::base::Instant;

/// Whether a history is linearizable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is, and this proves it: an order for each key.
    Linearizable(Vec<Order>),
    /// It is not.
    Contradicted(Box<Contradiction>),
    /// Nothing is wrong with the keys that were decided, but some were not. This is no pass.
    Undecided(Vec<Undecided>),
}

/// An order in which the operations on a key could have happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The key.
    pub key: String,
    /// Numbers of operations in the history. Of those that never returned, the ones that took
    /// effect; reads that never returned are left out.
    pub operations: Vec<usize>,
}

/// A key for which the budget did not suffice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// The key.
    pub key: String,
    /// How many operations on it there are.
    pub operations: usize,
    /// What was used up.
    pub limit: Limit,
}

/// Operations on a key that cannot be ordered: as few of them as were found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contradiction {
    /// What they look like.
    pub kind: ContradictionKind,
    /// The key.
    pub key: String,
    /// When it came to light: the first return after which no order of the history was possible.
    pub at: Instant,
    /// Whose operations they are, by number.
    pub clients: Vec<usize>,
    /// Numbers of the operations in the history, by their calls. They alone contradict each other,
    /// even if every other read is ignored and every other write may have happened at any time
    /// after its call, or never.
    pub operations: Vec<usize>,
    /// What contradicts what, a sentence each.
    pub evidence: Vec<String>,
}

/// What a contradiction looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContradictionKind {
    /// A read returned what nobody had written.
    NeverWritten,
    /// A read shows more often than it was written, what was written.
    Duplicate,
    /// A write that was acknowledged is not in a later read, nor in those after it, nor in any other.
    LostUpdate,
    /// A write that was acknowledged is not in a later read, and nothing shows whether that read was stale
    /// or the write is lost.
    MissedWrite,
    /// A read does not show a write that was over before it, and that another read shows; or shows
    /// less than an earlier read.
    StaleRead,
    /// Writes appear in an order in which they cannot have happened, or in two orders.
    Reordered,
    /// Two reads of which neither continues the other, as if there were two keys.
    Diverged,
    /// None of these alone.
    NoOrder,
}

impl fmt::Display for ContradictionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ContradictionKind::NeverWritten => "a value that nobody wrote",
            ContradictionKind::Duplicate => "a write that took effect twice",
            ContradictionKind::LostUpdate => "a lost update",
            ContradictionKind::MissedWrite => "a read that misses a write",
            ContradictionKind::StaleRead => "a stale read",
            ContradictionKind::Reordered => "writes in an impossible order",
            ContradictionKind::Diverged => "reads of two different pasts",
            ContradictionKind::NoOrder => "operations that cannot be ordered",
        })
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used_up = match self.limit {
            Limit::Steps => "steps",
            Limit::CacheBytes => "memory",
        };
        write!(f, "key {}: {} operations, and the search used up its {used_up}", self.key, self.operations)
    }
}
