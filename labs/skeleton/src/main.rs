//! A Raft, with raftlab's whole command line to try it.

mod raft;

use std::process::ExitCode;

fn main() -> ExitCode {
    raftlab::cli::main(env!("CARGO_PKG_NAME"), raft::make)
}
