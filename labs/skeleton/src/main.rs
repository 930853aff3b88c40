//! A Raft and a key/value service, with raftlab's whole command line to try them.

mod kv;
mod raft;

use std::process::ExitCode;

use raftlab::api::Submission;

fn main() -> ExitCode {
    let submission = Submission::raft(raft::make).with_kv(kv::make_server, kv::make_clerk);
    raftlab::cli::main_of(env!("CARGO_PKG_NAME"), submission)
}
