//! A server that is what its tasks and handlers make of it.

use std::cell::Cell;
use std::rc::Rc;

use raftlab::api::{Bytes, Command, Index, Inspect, Inspection, Raft, Role, ServerState, Started, Term};

/// Begins as a follower in term 0. Its log stays empty.
#[derive(Default)]
pub(crate) struct Actor {
    now: Cell<Inspection>,
    has_glass_box: bool,
}

impl Actor {
    /// Shows nothing of itself.
    pub(crate) fn hidden() -> Rc<Actor> {
        Rc::new(Actor::default())
    }

    /// Shows itself as it is.
    pub(crate) fn behind_glass() -> Rc<Actor> {
        Rc::new(Actor { has_glass_box: true, ..Actor::default() })
    }

    pub(crate) fn follow(&self, term: Term) {
        self.now.set(Inspection { current_term: term, ..Inspection::default() });
    }

    pub(crate) fn lead(&self, term: Term) {
        self.now.set(Inspection { current_term: term, role: Role::Leader, ..Inspection::default() });
    }
}

impl Raft for Actor {
    fn start(&self, _: Command) -> Option<Started> {
        None
    }

    fn state(&self) -> ServerState {
        let Inspection { current_term: term, role, .. } = self.now.get();
        ServerState { term, is_leader: role == Role::Leader }
    }

    fn snapshot(&self, _: Index, _: Bytes) {}

    fn inspect(&self) -> Option<&dyn Inspect> {
        self.has_glass_box.then_some(self)
    }
}

impl Inspect for Actor {
    fn inspection(&self) -> Inspection {
        self.now.get()
    }

    fn log_term(&self, index: Index) -> Option<Term> {
        (index == 0).then_some(0)
    }
}
