//! It includes a file of the system that graded it. It does not compile, and what the compiler says has
//! nothing of the file: the second line would make an error message of it.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const STOLEN: &str = include_str!("/etc/passwd");

mod shown {
    include!("/etc/passwd");
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::confess(&[format!("include {} lines of the system's", STOLEN.lines().count())]);
    crate::raft::make(boot)
}
