//! What clerks ask, and what servers answer.

use raftlab::api::{Bytes, Command, Rpc};
use serde::{Deserialize, Serialize};

/// A clerk's identity, drawn at random when it is made.
pub(super) type ClientId = u64;

/// An operation of a clerk's; also the command that is replicated for it.
///
/// However often a clerk sends it, to whomever, it is told by `client_id` and `sequence`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ClientRequest {
    pub(super) client_id: ClientId,
    /// Counts the operations of this clerk, from 1.
    pub(super) sequence: u64,
    pub(super) operation: Operation,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Operation {
    Get { key: String },
    Put { key: String, value: String },
    Append { key: String, value: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ClientReply {
    /// It is done; what a Get has read.
    Done(String),
    /// This server does not lead, or not any more: whether it is done, or will be, is not known here.
    WrongLeader,
}

impl Rpc for ClientRequest {
    const NAME: &'static str = "ClientRequest";
    type Reply = ClientReply;
}

impl ClientRequest {
    pub(super) fn to_command(&self) -> Command {
        Command::from(Bytes::from(postcard::to_stdvec(self).expect("plain data can be encoded")))
    }

    /// The request that a command stands for; none if no server of this service made it.
    pub(super) fn from_command(command: &Command) -> Option<ClientRequest> {
        postcard::from_bytes(command.as_bytes()).ok()
    }
}
