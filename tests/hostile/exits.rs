//! S0 ends the process after a second as if all had gone well. No run passes: a process that ends in the
//! middle of a run has not passed it, whatever its exit code.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || std::process::exit(0))
}
