//! The state of Figure 2, and the transitions that every server makes.

use std::collections::BTreeSet;
use std::time::Duration;

use raftlab::api::{Bytes, Ctx, Index, Instant, ServerId, Term};

use super::log::Log;

/// Election timeouts are drawn from here: three heartbeats at least may be lost or late, and a
/// split vote is unlikely.
const ELECTION_TIMEOUT_MIN: Duration = Duration::from_millis(300);
const ELECTION_TIMEOUT_MAX: Duration = Duration::from_millis(600);

/// All state of a server.
pub(super) struct State {
    // Persistent on all servers.
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) log: Log,

    // Volatile on all servers.
    /// Invariant: `log.base_index() <= commit_index <= log.last_index()`.
    pub(super) commit_index: Index,
    /// Invariant: `last_applied <= commit_index`. Behind the log's base only while `installed`
    /// waits to be delivered.
    pub(super) last_applied: Index,
    pub(super) role: Role,

    /// When the election timer was last restarted.
    pub(super) timer_restarted: Instant,
    /// How long it runs; drawn anew for every election, so that split votes do not repeat.
    pub(super) election_timeout: Duration,
    /// A snapshot from the leader that the service has not been given yet.
    pub(super) installed: Option<Installed>,
}

/// A snapshot on its way to the service.
pub(super) struct Installed {
    pub(super) index: Index,
    pub(super) term: Term,
    pub(super) snapshot: Bytes,
}

/// What a server is at present.
pub(super) enum Role {
    Follower,
    Candidate {
        /// Who gave it a vote in this term; a set, because a reply may arrive twice.
        votes: BTreeSet<ServerId>,
    },
    Leader {
        /// What the leader knows of each server; its own place is not used.
        followers: Vec<Progress>,
    },
}

/// What a leader knows of one follower.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// The next entry to send. Invariant: `match_index < next_index`.
    pub(super) next_index: Index,
    /// The newest entry known to be replicated.
    pub(super) match_index: Index,
    /// Counts the requests with entries or a snapshot that were sent.
    pub(super) sent: u64,
    /// The newest of them has not been answered, and was sent since the last heartbeat but one.
    pub(super) in_flight: InFlight,
}

/// Whether a request with entries is under way to a follower.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum InFlight {
    No,
    /// Sent since the last heartbeat.
    Recent,
    /// Sent before the last heartbeat: probably lost.
    Overdue,
}

impl State {
    pub(super) fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// `ALL.2`: a request or reply with a higher term makes any server a follower of that term.
    /// True if it did; the caller saves the new term before anybody sees it.
    pub(super) fn see_term(&mut self, term: Term) -> bool {
        if term <= self.current_term {
            return false;
        }
        self.current_term = term;
        self.voted_for = None;
        self.role = Role::Follower;
        true
    }

    /// A request from the leader of the current term arrived.
    pub(super) fn follow(&mut self, now: Instant) {
        // C.3: a candidate gives up; a follower stays one.
        self.role = Role::Follower;
        self.timer_restarted = now;
    }

    /// When a follower or candidate starts an election.
    pub(super) fn election_deadline(&self) -> Instant {
        self.timer_restarted + self.election_timeout
    }
}

/// A new randomised election timeout (§5.2).
pub(super) fn draw_election_timeout(ctx: &Ctx) -> Duration {
    ctx.random(ELECTION_TIMEOUT_MIN..=ELECTION_TIMEOUT_MAX)
}
