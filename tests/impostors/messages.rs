//! The requests of Figures 2 and 13, encoded as the reference encodes its own: impostors and honest
//! servers understand each other.

use raftlab::api::{Bytes, Description, Index, ReplyDescription, Rpc, ServerId, Term};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RequestVote {
    pub(crate) term: Term,
    pub(crate) candidate_id: ServerId,
    pub(crate) last_log_index: Index,
    pub(crate) last_log_term: Term,
}

impl RequestVote {
    /// From a candidate with an empty log.
    pub(crate) fn new(candidate_id: ServerId, term: Term) -> RequestVote {
        RequestVote { term, candidate_id, last_log_index: 0, last_log_term: 0 }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RequestVoteReply {
    pub(crate) term: Term,
    pub(crate) vote_granted: bool,
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

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AppendEntries {
    pub(crate) term: Term,
    pub(crate) leader_id: ServerId,
    pub(crate) prev_log_index: Index,
    pub(crate) prev_log_term: Term,
    /// How many, and their encoding.
    pub(crate) entries: (usize, Bytes),
    pub(crate) leader_commit: Index,
}

impl AppendEntries {
    /// A heartbeat behind an entry, from a leader that has committed nothing.
    pub(crate) fn heartbeat(leader_id: ServerId, term: Term, prev: (Index, Term)) -> AppendEntries {
        let (prev_log_index, prev_log_term) = prev;
        AppendEntries { term, leader_id, prev_log_index, prev_log_term, entries: (0, Bytes::new()), leader_commit: 0 }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AppendEntriesReply {
    pub(crate) term: Term,
    pub(crate) success: bool,
    /// The term that stands in the way, and where it begins.
    pub(crate) conflict: Option<(Option<Term>, Index)>,
}

impl AppendEntriesReply {
    /// Gives no reason for a refusal.
    pub(crate) fn new(term: Term, success: bool) -> AppendEntriesReply {
        AppendEntriesReply { term, success, conflict: None }
    }
}

impl Rpc for AppendEntries {
    const NAME: &'static str = "AppendEntries";
    type Reply = AppendEntriesReply;

    fn describe(&self) -> Description {
        Description::AppendEntries {
            term: self.term,
            prev_log_index: self.prev_log_index,
            prev_log_term: self.prev_log_term,
            entries: self.entries.0,
            leader_commit: self.leader_commit,
        }
    }

    fn describe_reply(reply: &AppendEntriesReply) -> ReplyDescription {
        ReplyDescription::AppendEntries { term: reply.term, success: reply.success }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshot {
    pub(crate) term: Term,
    pub(crate) leader_id: ServerId,
    pub(crate) last_included_index: Index,
    pub(crate) last_included_term: Term,
    pub(crate) data: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InstallSnapshotReply {
    pub(crate) term: Term,
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
