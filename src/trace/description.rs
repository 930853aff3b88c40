//! What a request, and its reply, say of themselves to the tester.

use crate::base::{Index, ServerId, Term};

/// Which of Raft's requests a message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RpcKind {
    /// Figure 2, RequestVote.
    RequestVote,
    /// Figure 2, AppendEntries, heartbeats included.
    AppendEntries,
    /// Figure 13, InstallSnapshot.
    InstallSnapshot,
    /// A request that does not describe itself.
    Other,
}

/// A request in the words of the Raft paper, for the trace and for the rules that watch messages.
///
/// Describing requests is optional: what a submission does not describe is not checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Description {
    /// A RequestVote request (Figure 2). A pre-vote binds nobody and is none: leave it [`Other`](Self::Other).
    RequestVote {
        /// The candidate's term.
        term: Term,
        /// The candidate.
        candidate: ServerId,
        /// Index of the candidate's last log entry.
        last_log_index: Index,
        /// Term of that entry.
        last_log_term: Term,
    },
    /// An AppendEntries request (Figure 2).
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// Index of the entry before the new ones.
        prev_log_index: Index,
        /// Term of that entry.
        prev_log_term: Term,
        /// How many entries the request carries; none makes it a heartbeat.
        entries: usize,
        /// The leader's commit index.
        leader_commit: Index,
    },
    /// An InstallSnapshot request (Figure 13).
    InstallSnapshot {
        /// The leader's term.
        term: Term,
        /// Index of the last entry that the snapshot stands for.
        last_included_index: Index,
        /// Term of that entry.
        last_included_term: Term,
        /// Size of the snapshot in bytes.
        size: usize,
    },
    /// Nothing is said.
    #[default]
    Other,
}

impl Description {
    /// The term of whoever sent it; none if the request does not say.
    pub const fn term(&self) -> Option<Term> {
        match *self {
            Description::RequestVote { term, .. }
            | Description::AppendEntries { term, .. }
            | Description::InstallSnapshot { term, .. } => Some(term),
            Description::Other => None,
        }
    }

    /// Which request this describes.
    pub const fn kind(&self) -> RpcKind {
        match self {
            Description::RequestVote { .. } => RpcKind::RequestVote,
            Description::AppendEntries { .. } => RpcKind::AppendEntries,
            Description::InstallSnapshot { .. } => RpcKind::InstallSnapshot,
            Description::Other => RpcKind::Other,
        }
    }
}

/// A reply in the words of the Raft paper, beside [`Description`]. As optional.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReplyDescription {
    /// Results of RequestVote (Figure 2).
    RequestVote {
        /// The voter's term.
        term: Term,
        /// Whether the candidate got the vote.
        vote_granted: bool,
    },
    /// Results of AppendEntries (Figure 2).
    AppendEntries {
        /// The follower's term.
        term: Term,
        /// Whether the follower has the entry before the new ones, and now these.
        success: bool,
    },
    /// Results of InstallSnapshot (Figure 13).
    InstallSnapshot {
        /// The follower's term.
        term: Term,
    },
    /// Nothing is said.
    #[default]
    Other,
}

impl ReplyDescription {
    /// The term of whoever answered; none if the reply does not say.
    pub const fn term(&self) -> Option<Term> {
        match *self {
            ReplyDescription::RequestVote { term, .. }
            | ReplyDescription::AppendEntries { term, .. }
            | ReplyDescription::InstallSnapshot { term } => Some(term),
            ReplyDescription::Other => None,
        }
    }
}
