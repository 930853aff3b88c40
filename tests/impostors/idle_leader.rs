//! S0 leads, accepts every command, and does nothing with it.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    if boot.me.number() == 0 { Idle::leader() } else { Idle::follower() }
}
