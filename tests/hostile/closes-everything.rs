//! S0 closes everything that the process has open, the way to raftlab among it. No run passes, for
//! nothing can be told of it any more; that is told, and is no trouble of raftlab's surroundings.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

unsafe extern "C" {
    fn close(descriptor: i32) -> i32;
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        for descriptor in 0..1024 {
            // SAFETY: it breaks whoever owns the descriptor, which is what it is for.
            unsafe { close(descriptor) };
        }
    })
}
