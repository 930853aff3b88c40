//! Correct implementations that differ from the reference in all that Raft leaves open, behind
//! raftlab's command line, which must find nothing. The environment variable VARIANT names one:
//!
//! ```text
//! VARIANT=pre-vote cargo run --release --example variants -- test -n 1000
//! ```
//!
//! `tests/variants.rs` plays each of them a few times; their names stand in `student/styles.rs`.

use std::process::ExitCode;

mod student;

fn main() -> ExitCode {
    let wanted = std::env::var("VARIANT").unwrap_or_default();
    let named = student::VARIANTS.into_iter().find(|(name, _)| *name == wanted);
    let (name, make) = named.expect("VARIANT names one of them");
    raftlab::cli::main(name, make)
}
