//! What a server shows of itself through the glass box.

use crate::base::{Index, Instant, ServerId, Term};

/// What a server is at present (§5.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// Answers others. Also who only asks whether it would win an election (a pre-vote).
    #[default]
    Follower,
    /// Asks for votes in its current term.
    Candidate,
    /// Leads its current term.
    Leader,
}

/// The state of Figure 2 at one moment, except for the log's entries and what a leader keeps of
/// each follower.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Inspection {
    /// The latest term that the server has seen.
    pub current_term: Term,
    /// The candidate that got its vote in this term.
    pub voted_for: Option<ServerId>,
    /// What it is at present.
    pub role: Role,
    /// The last index that is not in the log any more, because a snapshot stands for it; 0 at first.
    pub base_index: Index,
    /// The index of the last entry; the base index if there is none.
    pub last_index: Index,
    /// The highest entry known to be committed.
    pub commit_index: Index,
    /// The highest entry handed to the service, or on its way to it.
    pub last_applied: Index,
    /// When a follower or candidate starts its next election if nothing happens; none if the server
    /// cannot say, or leads.
    pub election_deadline: Option<Instant>,
}

/// What a leader keeps of one follower (Figure 2, volatile state on leaders).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// The next entry to send.
    pub next_index: Index,
    /// The highest entry known to be replicated.
    pub match_index: Index,
}

/// What saved bytes mean, but for the log's entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SavedState {
    /// The saved term.
    pub current_term: Term,
    /// The saved vote.
    pub voted_for: Option<ServerId>,
    /// The last index that the saved snapshot stands for.
    pub base_index: Index,
    /// The term of that entry.
    pub base_term: Term,
}

/// How a server's log differs from what it showed before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogChange<'a> {
    /// The term of the entry at the base index.
    pub base_term: Term,
    /// Entries through this index are as before.
    pub kept: Index,
    /// The terms of all entries after it.
    pub terms: &'a [Term],
}
