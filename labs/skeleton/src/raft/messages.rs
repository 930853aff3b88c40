//! The requests and replies of Figures 2 and 13.

use raftlab::api::{Bytes, Description, Index, ReplyDescription, Rpc, ServerId, Term};
use serde::{Deserialize, Serialize};

use super::log::Entry;

/// Invoked by candidates to gather votes (§5.2).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RequestVote {
    pub(super) term: Term,
    pub(super) candidate_id: ServerId,
    pub(super) last_log_index: Index,
    pub(super) last_log_term: Term,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RequestVoteReply {
    pub(super) term: Term,
    pub(super) vote_granted: bool,
}

impl Rpc for RequestVote {
    const NAME: &'static str = "RequestVote";
    type Reply = RequestVoteReply;

    fn describe(&self) -> Description {
        let RequestVote { term, candidate_id: candidate, last_log_index, last_log_term } = *self;
        Description::RequestVote { term, candidate, last_log_index, last_log_term }
    }

    fn describe_reply(reply: &RequestVoteReply) -> ReplyDescription {
        ReplyDescription::RequestVote { term: reply.term, vote_granted: reply.vote_granted }
    }
}

/// Invoked by the leader to replicate entries (§5.3); also the heartbeat (§5.2).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppendEntries {
    pub(super) term: Term,
    pub(super) leader_id: ServerId,
    pub(super) prev_log_index: Index,
    pub(super) prev_log_term: Term,
    pub(super) entries: Vec<Entry>,
    pub(super) leader_commit: Index,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppendEntriesReply {
    pub(super) term: Term,
    pub(super) success: bool,
    // 2C: what lets a refused leader go back by a whole term at a time (end of §5.3).
}

impl Rpc for AppendEntries {
    const NAME: &'static str = "AppendEntries";
    type Reply = AppendEntriesReply;

    fn describe(&self) -> Description {
        Description::AppendEntries {
            term: self.term,
            prev_log_index: self.prev_log_index,
            prev_log_term: self.prev_log_term,
            entries: self.entries.len(),
            leader_commit: self.leader_commit,
        }
    }

    fn describe_reply(reply: &AppendEntriesReply) -> ReplyDescription {
        ReplyDescription::AppendEntries { term: reply.term, success: reply.success }
    }
}

/// Invoked by the leader to send its snapshot to a follower that is too far behind (§7).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InstallSnapshot {
    pub(super) term: Term,
    pub(super) leader_id: ServerId,
    pub(super) last_included_index: Index,
    pub(super) last_included_term: Term,
    pub(super) data: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InstallSnapshotReply {
    pub(super) term: Term,
}

impl Rpc for InstallSnapshot {
    const NAME: &'static str = "InstallSnapshot";
    type Reply = InstallSnapshotReply;

    fn describe(&self) -> Description {
        Description::InstallSnapshot {
            term: self.term,
            last_included_index: self.last_included_index,
            last_included_term: self.last_included_term,
            size: self.data.len(),
        }
    }

    fn describe_reply(reply: &InstallSnapshotReply) -> ReplyDescription {
        ReplyDescription::InstallSnapshot { term: reply.term }
    }
}
