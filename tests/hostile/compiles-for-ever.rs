//! The compiler counts to a number that it never reaches. That it took too long is told, as of any
//! submission that does not compile, and the others of the class are graded.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

/// By itself, the compiler would give up a constant that takes long.
#[allow(long_running_const_eval, reason = "this is what it is for")]
const LAST: u64 = {
    let mut number = 0;
    while number < u64::MAX {
        number += 1;
    }
    number
};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::confess(&[format!("compile {LAST}")]);
    crate::raft::make(boot)
}
