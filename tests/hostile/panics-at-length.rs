//! S0 panics with a message of 8 MiB. Every run ends as `panicked`, with the beginning of it: a report is
//! as long as for any other panic.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || panic!("hostile: {}", "so it goes on, ".repeat((8 << 20) / 15)))
}
