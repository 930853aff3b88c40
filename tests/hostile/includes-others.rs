//! Its Raft is that of a submission beside it, `neighbour`, which it includes by a path out of its own
//! `src`. It does not compile, and what the compiler says has nothing of the other's sources.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const STOLEN: &str = include_str!("../../neighbour/src/raft/state.rs");

#[path = "../../neighbour/src/raft/mod.rs"]
mod stolen;

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::confess(&[format!("include {} lines of another's", STOLEN.lines().count())]);
    stolen::make(boot)
}
