//! What servers say to each other.

use raftlab::api::{Bytes, Description, Index, ReplyDescription, Rpc, ServerId, Term};
use serde::{Deserialize, Serialize};

use super::log::Entry;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RequestVote {
    pub(super) term: Term,
    pub(super) candidate: ServerId,
    pub(super) last_log_index: Index,
    pub(super) last_log_term: Term,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Vote {
    pub(super) term: Term,
    pub(super) granted: bool,
}

impl Rpc for RequestVote {
    const NAME: &'static str = "RequestVote";
    type Reply = Vote;

    fn describe(&self) -> Description {
        let RequestVote { term, candidate, last_log_index, last_log_term } = *self;
        Description::RequestVote { term, candidate, last_log_index, last_log_term }
    }

    fn describe_reply(reply: &Vote) -> ReplyDescription {
        ReplyDescription::RequestVote { term: reply.term, vote_granted: reply.granted }
    }
}

/// Would it be granted? Nobody's state changes by it, so it does not describe itself as a vote.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PreVote(pub(super) RequestVote);

impl Rpc for PreVote {
    const NAME: &'static str = "PreVote";
    type Reply = Vote;
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AppendEntries {
    pub(super) term: Term,
    pub(super) prev_log_index: Index,
    pub(super) prev_log_term: Term,
    pub(super) entries: Vec<Entry>,
    pub(super) leader_commit: Index,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Appended {
    pub(super) term: Term,
    pub(super) success: bool,
    /// After a refusal: the next entry to send.
    pub(super) go_on_at: Index,
}

impl Rpc for AppendEntries {
    const NAME: &'static str = "AppendEntries";
    type Reply = Appended;

    fn describe(&self) -> Description {
        let AppendEntries { term, prev_log_index, prev_log_term, ref entries, leader_commit } = *self;
        Description::AppendEntries { term, prev_log_index, prev_log_term, entries: entries.len(), leader_commit }
    }

    fn describe_reply(reply: &Appended) -> ReplyDescription {
        ReplyDescription::AppendEntries { term: reply.term, success: reply.success }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InstallSnapshot {
    pub(super) term: Term,
    pub(super) last_included_index: Index,
    pub(super) last_included_term: Term,
    pub(super) data: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Installed {
    pub(super) term: Term,
}

impl Rpc for InstallSnapshot {
    const NAME: &'static str = "InstallSnapshot";
    type Reply = Installed;

    fn describe(&self) -> Description {
        let InstallSnapshot { term, last_included_index, last_included_term, ref data } = *self;
        Description::InstallSnapshot { term, last_included_index, last_included_term, size: data.len() }
    }

    fn describe_reply(reply: &Installed) -> ReplyDescription {
        ReplyDescription::InstallSnapshot { term: reply.term }
    }
}
