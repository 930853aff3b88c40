//! A task of S0 runs into a loop without `.await` after a second. Every run that gets there is `stuck`
//! (never yields). After a few, the test is given up: it takes seconds, not minutes.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        loop {
            std::hint::spin_loop();
        }
    })
}
