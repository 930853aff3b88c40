//! S0 leads, and panics when it is asked for agreement.

use std::rc::Rc;

use raftlab::api::{Boot, Bytes, Command, Index, Raft, ServerState, Started};

use crate::base::Idle;

struct Refusing;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    if boot.me.number() == 0 { Rc::new(Refusing) } else { Idle::follower() }
}

impl Raft for Refusing {
    fn start(&self, command: Command) -> Option<Started> {
        panic!("no place for {command}");
    }

    fn state(&self) -> ServerState {
        ServerState { term: 1, is_leader: true }
    }

    fn snapshot(&self, _: Index, _: Bytes) {}
}
