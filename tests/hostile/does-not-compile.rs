//! It does not compile. It earns nothing, and its author is shown what the compiler says (E0308).

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    let hostile: u64 = "a number";
    crate::raft::make(boot)
}
