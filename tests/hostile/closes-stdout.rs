//! S0 closes the process's standard output. Nothing is told there that counts: the grade is the
//! reference's.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

unsafe extern "C" {
    fn close(descriptor: i32) -> i32;
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        // SAFETY: nothing owns the standard output.
        unsafe { close(1) };
    })
}
