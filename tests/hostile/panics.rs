//! S0 panics in a task after a second. Every run ends as `panicked`, with this message.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || panic!("hostile: this server has had enough"))
}
