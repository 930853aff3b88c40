//! raftlab's reference Raft as a submission: the whole command line, on this implementation.

mod raft;

use std::process::ExitCode;

fn main() -> ExitCode {
    raftlab::cli::main("reference", raft::make)
}
