//! The channel from Raft to its service.

use bytes::Bytes;

use crate::base::{Command, Index, Term};
use crate::sim::HandOver;

/// What Raft delivers to its service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ApplyMsg {
    /// A committed command. Indices follow each other without gaps in each incarnation.
    Command {
        /// Its index.
        index: Index,
        /// The command.
        command: Command,
    },
    /// A snapshot from the leader, in place of all commands through `index`.
    Snapshot {
        /// The last index that it stands for.
        index: Index,
        /// The term of that entry.
        term: Term,
        /// The bytes that the leader's service gave to its Raft.
        snapshot: Bytes,
    },
}

/// The apply channel: a hand-over without a buffer, like the course's.
#[derive(Clone)]
pub struct ApplySender(HandOver<ApplyMsg>);

impl ApplySender {
    /// The Raft side of `channel`.
    pub fn new(channel: HandOver<ApplyMsg>) -> ApplySender {
        ApplySender(channel)
    }

    /// Delivers a message; ends when the service has taken it.
    ///
    /// The service may call [`Raft::snapshot`](super::Raft::snapshot) before it takes the next
    /// one, so nothing that `snapshot` needs may be held while waiting here.
    #[track_caller]
    pub fn send(&self, message: ApplyMsg) -> impl Future<Output = ()> {
        self.0.give(message)
    }
}
