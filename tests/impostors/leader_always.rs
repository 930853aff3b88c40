//! Everybody leads term 1 from the start.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

pub(crate) fn make(_: Boot) -> Rc<dyn Raft> {
    Idle::leader()
}
