//! raftlab's own binary: the command line on the reference Raft.

use std::process::ExitCode;

/// The reference, compiled from its own crate's sources, so that the compiler holds it to the
/// public door.
#[path = "../labs/reference/src/raft/mod.rs"]
mod reference;

fn main() -> ExitCode {
    raftlab::cli::main("the reference", reference::make)
}
