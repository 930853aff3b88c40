//! A key/value service for labs 3A and 3B, to be written above the Raft that passes 2A to 2D.
//!
//! Every operation, a read too, becomes a command in Raft's log, and is done when the log brings it back.
//! So all servers do the same in the same order, and nobody answers from a state that may be old.
//!
//! | what | where |
//! |---|---|
//! | a clerk tries server after server until one has done it | `clerk` |
//! | from a clerk's request through the log to the answer | `server` |
//! | handlers wait for their own command, and notice when it may never come | `waiting` |
//! | what is committed is done once, however often it comes | `state` |
//! | a snapshot is taken when the log has grown, and replaces everything when it comes | `snapshot` |
//!
//! The service knows of Raft only what `raftlab::api::Raft` says, and Raft nothing of the service. Every
//! `todo!` says what is to be written there, for which part; README.md says in which order.
#![allow(
    dead_code,
    unused_imports,
    unused_variables,
    reason = "not everything is used before 3B; take this away when that is written"
)]

mod clerk;
mod messages;
mod server;
mod snapshot;
mod state;
mod waiting;

pub(crate) use clerk::make_clerk;
pub(crate) use server::make_server;
