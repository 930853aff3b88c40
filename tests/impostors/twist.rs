//! An honest server, but for one thing.

use std::rc::Rc;

use raftlab::api::{
    Boot, Bytes, Command, Index, Inspect, Inspection, Progress, Raft, SavedState, ServerState, Started, Term,
};

use crate::reference;

/// What may be wrong with it. Everything is honest, unless an impostor says otherwise.
pub(crate) trait Twist: 'static {
    fn start(&self, honest: &dyn Raft, command: Command) -> Option<Started> {
        honest.start(command)
    }

    fn snapshot(&self, honest: &dyn Raft, index: Index, snapshot: Bytes) {
        honest.snapshot(index, snapshot);
    }

    fn inspection(&self, honest: &dyn Inspect) -> Inspection {
        honest.inspection()
    }

    fn log_term(&self, honest: &dyn Inspect, index: Index) -> Option<Term> {
        honest.log_term(index)
    }
}

struct Twisted<T> {
    honest: Rc<dyn Raft>,
    twist: T,
}

impl<T> Twisted<T> {
    fn glass(&self) -> &dyn Inspect {
        self.honest.inspect().expect("the reference shows itself")
    }
}

/// Makes an honest server with a twist.
pub(crate) fn make(boot: Boot, twist: impl Twist) -> Rc<dyn Raft> {
    Rc::new(Twisted { honest: reference::make(boot), twist })
}

impl<T: Twist> Raft for Twisted<T> {
    fn start(&self, command: Command) -> Option<Started> {
        self.twist.start(&*self.honest, command)
    }

    fn state(&self) -> ServerState {
        self.honest.state()
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.twist.snapshot(&*self.honest, index, snapshot);
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}

impl<T: Twist> Inspect for Twisted<T> {
    fn inspection(&self) -> Inspection {
        self.twist.inspection(self.glass())
    }

    fn log_term(&self, index: Index) -> Option<Term> {
        self.twist.log_term(self.glass(), index)
    }

    fn progress(&self, servers: &mut [Progress]) {
        self.glass().progress(servers);
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        self.glass().saved(state)
    }

    fn saved_terms(&self, state: &[u8]) -> Option<Vec<Term>> {
        self.glass().saved_terms(state)
    }
}
