//! S0 aborts the process after a second, which no handler of panics sees. No run passes; that the process
//! was ended by a signal is told, and the others of the class are graded.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || std::process::abort())
}
