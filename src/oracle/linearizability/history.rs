//! What clients did: their operations, each with its call and what came of it.

use std::fmt;

use crate::base::Instant;

/// When something happened, in the order of a history: the instant, and if more is known of what happened at
/// the same one, which place it had there.
///
/// A clock alone tells nothing of the order at one instant: such a moment is the [`Instant`], and all of
/// them are one. A simulation does things one after the other, and virtual time stands still meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Moment {
    at: Instant,
    place: u32,
}

impl Moment {
    /// What happens at an instant as the `place`-th of all in its history.
    pub const fn new(at: Instant, place: u32) -> Moment {
        Moment { at, place }
    }

    /// The instant.
    pub const fn instant(self) -> Instant {
        self.at
    }
}

impl From<Instant> for Moment {
    fn from(at: Instant) -> Moment {
        Moment::new(at, 0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.at, f)
    }
}

/// One operation of a client.
///
/// It takes effect once, at some moment between its call and its return, both included: an
/// operation that is called at the moment at which another returns may come before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation<I, O> {
    /// Who called.
    pub client: usize,
    /// What was asked for.
    pub input: I,
    /// When it was called.
    pub called: Moment,
    /// What came of it. None: it never returned; it may have taken effect at any time after its
    /// call, or never.
    pub returned: Option<Returned<O>>,
}

/// How an operation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Returned<O> {
    /// When the client heard of it. Invariant: not before the call.
    pub at: Moment,
    /// What the client was told.
    pub output: O,
}

impl<I, O> Operation<I, O> {
    /// What the client was told; none if it heard nothing.
    pub fn output(&self) -> Option<&O> {
        self.returned.as_ref().map(|returned| &returned.output)
    }

    /// When the client heard of it, if it did.
    pub fn returned_at(&self) -> Option<Moment> {
        self.returned.as_ref().map(|returned| returned.at)
    }

    /// Whether this was over before `other` was called, so that it must have taken effect first.
    pub fn precedes(&self, other: &Operation<I, O>) -> bool {
        self.returned_at().is_some_and(|at| at < other.called)
    }
}

/// The operations of a run, in the order in which they were called.
#[derive(Clone, Debug)]
pub struct History<I, O> {
    operations: Vec<Operation<I, O>>,
}

/// One operation of a [`History`], between its call and its return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperationId(usize);

impl<I, O> History<I, O> {
    /// Nothing was called yet.
    pub fn new() -> History<I, O> {
        History { operations: Vec::new() }
    }

    /// `client` calls, at `at`.
    pub fn call(&mut self, client: usize, at: impl Into<Moment>, input: I) -> OperationId {
        self.operations.push(Operation { client, input, called: at.into(), returned: None });
        OperationId(self.operations.len() - 1)
    }

    /// A call returns, at `at`.
    ///
    /// # Panics
    /// If it has returned already, or would return before it was called.
    pub fn end(&mut self, id: OperationId, at: impl Into<Moment>, output: O) {
        let at = at.into();
        let operation = &mut self.operations[id.0];
        assert!(operation.returned.is_none(), "an operation returned twice, a bug in raftlab");
        assert!(at >= operation.called, "an operation returned before it was called, a bug in raftlab");
        operation.returned = Some(Returned { at, output });
    }

    /// All operations, those that never returned included.
    pub fn operations(&self) -> &[Operation<I, O>] {
        &self.operations
    }
}

impl<I, O> Default for History<I, O> {
    fn default() -> History<I, O> {
        History::new()
    }
}
