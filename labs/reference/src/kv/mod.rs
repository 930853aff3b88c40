//! A complete key/value service for labs 3A and 3B, on top of any Raft.
//!
//! Every operation, a read too, becomes a command in Raft's log, and is done when the log brings it back.
//! So all servers do the same in the same order, and nobody answers from a state that may be old.
//!
//! | what | where |
//! |---|---|
//! | a clerk tries server after server until one answers | `clerk` |
//! | a leader answers for its own command only, and notices when it is deposed | `waiting` |
//! | what is committed is done once, however often it comes | `state` |
//! | a snapshot holds the values and the sessions, and is taken when the log has grown | `snapshot` |
//!
//! The service knows of Raft only what [`Raft`](raftlab::api::Raft) says, and Raft nothing of the service.

mod clerk;
mod messages;
mod server;
mod snapshot;
mod state;
mod waiting;

pub(crate) use clerk::make_clerk;
pub(crate) use server::make_server;
