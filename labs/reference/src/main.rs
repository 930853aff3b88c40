//! raftlab's reference as a submission: the whole command line, on this implementation.

mod kv;
mod raft;

use std::process::ExitCode;

use raftlab::api::Submission;

fn main() -> ExitCode {
    let submission = Submission::raft(raft::make).with_kv(kv::make_server, kv::make_clerk);
    raftlab::cli::main_of(env!("CARGO_BIN_NAME"), submission)
}
