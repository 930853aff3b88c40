//! raftlab's own binary: the command line on the reference.

use std::process::ExitCode;

use raftlab::api::Submission;

/// The reference, compiled from its own crate's sources, so that the compiler holds it to the
/// public door.
#[path = "../labs/reference/src/raft/mod.rs"]
mod raft;

/// The key/value service above it, likewise.
#[path = "../labs/reference/src/kv/mod.rs"]
mod kv;

fn main() -> ExitCode {
    raftlab::cli::main_of("the reference", Submission::raft(raft::make).with_kv(kv::make_server, kv::make_clerk))
}
