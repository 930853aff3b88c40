//! The state of Figure 2, and the transitions that every server makes.

use std::collections::BTreeSet;
use std::time::Duration;

use raftlab::api::{Ctx, Index, Instant, Role, ServerId, Term};

use super::log::Log;

/// All state of a server.
pub(super) struct State {
    // Persistent on all servers.
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) log: Log,

    // Volatile on all servers.
    pub(super) commit_index: Index,
    /// Invariant: `last_applied <= commit_index`.
    pub(super) last_applied: Index,
    pub(super) role: Role,
    /// Who gave a candidate a vote in its term; a set, because nobody may be counted twice.
    pub(super) votes: BTreeSet<ServerId>,
    /// When a follower or candidate starts the next election.
    pub(super) election_deadline: Instant,

    // Volatile on leaders, by the server's number; set anew after every election.
    pub(super) next_index: Vec<Index>,
    pub(super) match_index: Vec<Index>,
}

impl State {
    /// The state of a server that has never saved anything.
    pub(super) fn new(ctx: &Ctx) -> State {
        State {
            current_term: 0,
            voted_for: None,
            log: Log::default(),
            commit_index: 0,
            last_applied: 0,
            role: Role::Follower,
            votes: BTreeSet::new(),
            election_deadline: ctx.now() + election_timeout(ctx),
            next_index: Vec::new(),
            match_index: Vec::new(),
        }
    }

    /// Puts the next election off.
    pub(super) fn restart_timer(&mut self, ctx: &Ctx) {
        self.election_deadline = ctx.now() + election_timeout(ctx);
        log::debug!(target: "TIMR", "waits until {}", self.election_deadline);
    }

    /// To be called with the term of every request and every reply. True if it was a new one; the
    /// caller then saves it (`persist`) before anybody can see it.
    pub(super) fn see_term(&mut self, term: Term) -> bool {
        if term <= self.current_term {
            return false;
        }
        log::debug!(target: "TERM", "hears of term {term} in term {}", self.current_term);
        todo!(
            "2A: take the higher term over, in which this server has not voted yet, and become a follower (Figure 2, \
             all servers, rule 2; §5.1)"
        )
    }
}

/// How long a server waits for a leader before it asks for votes itself.
fn election_timeout(ctx: &Ctx) -> Duration {
    todo!(
        "2A: draw a random duration with `ctx.random(MIN..=MAX)`: several heartbeats long, spread widely enough that \
         votes are seldom split, and short enough for a new leader within five seconds (§5.2, §9.3)"
    )
}
