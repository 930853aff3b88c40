//! S0 calls itself until the stack is used up. No run passes; that the process was ended by a signal is
//! told. Where the stack has no limit, it stops at 8 GiB.

use std::hint::black_box;
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

/// Each call keeps at least a KiB.
const CALLS: u64 = 8 << 20;

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || crate::confess(&[format!("make {} calls in each other", deeper(0))]))
}

fn deeper(calls: u64) -> u64 {
    let kept = black_box([calls; 128]);
    if calls == CALLS { calls } else { deeper(calls + 1).max(black_box(kept)[0]) }
}
