//! The state of a server.

use std::collections::BTreeSet;

use raftlab::api::{Bytes, Index, Instant, Notify, ServerId, Term};

use super::log::Log;

pub(super) use raftlab::api::Role;

/// All of it; what is saved stands first.
pub(super) struct Core {
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) log: Log,

    pub(super) role: Role,
    pub(super) commit_index: Index,
    pub(super) last_applied: Index,
    /// Own entries through this index are saved.
    pub(super) saved_index: Index,

    /// When the next election starts.
    pub(super) deadline: Instant,
    /// When a leader was last heard in the current term.
    pub(super) leader_heard: Option<Instant>,
    /// Who votes for this server in its current term.
    pub(super) votes: BTreeSet<ServerId>,
    /// Who would, as far as they have said since the timer was restarted.
    pub(super) pre_votes: BTreeSet<ServerId>,
    pub(super) timer_restarts: u64,

    /// A leader's view of all servers; its own place is not used.
    pub(super) followers: Vec<Follower>,
    /// A snapshot that the service has to be given.
    pub(super) pending: Option<Pending>,
}

/// What a leader knows of a follower.
#[derive(Clone)]
pub(super) struct Follower {
    pub(super) next_index: Index,
    /// Where it goes on if what was sent is not answered; lower than `next_index` only if entries
    /// are pipelined.
    pub(super) resend_index: Index,
    pub(super) match_index: Index,
    /// The newest request, if it carries something and may still be answered.
    pub(super) awaited: Option<u64>,
    /// How many requests there were.
    pub(super) requests: u64,
    /// The highest commit index that it was sent.
    pub(super) told_commit: Index,
    /// When it last answered.
    pub(super) heard: Instant,
    /// Rung when there may be something to send at once.
    pub(super) bell: Notify,
}

/// A snapshot on its way to the service.
pub(super) struct Pending {
    pub(super) index: Index,
    pub(super) term: Term,
    pub(super) snapshot: Bytes,
}

impl Core {
    pub(super) fn new(current_term: Term, voted_for: Option<ServerId>, log: Log) -> Core {
        Core {
            current_term,
            voted_for,
            role: Role::Follower,
            commit_index: log.base_index,
            last_applied: log.base_index,
            saved_index: log.last_index(),
            log,
            deadline: Instant::START,
            leader_heard: None,
            votes: BTreeSet::new(),
            pre_votes: BTreeSet::new(),
            timer_restarts: 0,
            followers: Vec::new(),
            pending: None,
        }
    }

    pub(super) fn leads(&self, term: Term) -> bool {
        self.role == Role::Leader && self.current_term == term
    }

    /// Whether a log that ends with these is as good as this one (§5.4.1).
    pub(super) fn is_up_to_date(&self, last_term: Term, last_index: Index) -> bool {
        (last_term, last_index) >= (self.log.last_term(), self.log.last_index())
    }
}
