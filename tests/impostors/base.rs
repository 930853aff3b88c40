//! What most impostors are for the rest: a server that says the same for ever.

use std::rc::Rc;

use raftlab::api::{Bytes, Command, Index, Raft, Rpc, ServerState, Started};
use serde::{Deserialize, Serialize};

/// A server that does nothing of its own.
pub(crate) struct Idle {
    is_leader: bool,
}

impl Idle {
    /// Follows somebody in term 0, for ever.
    pub(crate) fn follower() -> Rc<dyn Raft> {
        Rc::new(Idle { is_leader: false })
    }

    /// Leads term 1, and accepts every command as the first one.
    pub(crate) fn leader() -> Rc<dyn Raft> {
        Rc::new(Idle { is_leader: true })
    }
}

impl Raft for Idle {
    fn start(&self, _: Command) -> Option<Started> {
        self.is_leader.then_some(Started { index: 1, term: 1 })
    }

    fn state(&self) -> ServerState {
        ServerState { term: self.is_leader.into(), is_leader: self.is_leader }
    }

    fn snapshot(&self, _: Index, _: Bytes) {}
}

/// A request that means nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ping;

impl Rpc for Ping {
    const NAME: &'static str = "Ping";
    type Reply = ();
}
