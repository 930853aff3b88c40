//! A complete Raft for labs 2A to 2D, to be read beside Figures 2 and 13 of the extended paper.
//!
//! All protocol state lives in one `RefCell` ([`state::State`]) and is changed by plain methods
//! that run to their end; only tasks wait, and none holds the state while it does. What must be
//! durable is saved before anybody can see it.
//!
//! Every rule of the two figures has a tag. It stands once in the code, at the line that does it:
//!
//! | tag | rule | where |
//! |---|---|---|
//! | `AE.1` | reply false if term < current_term | `replication::append_entries` |
//! | `AE.2` | reply false if the log has no entry at prev_log_index with prev_log_term | `replication::append_entries` |
//! | `AE.3` | delete an entry that conflicts, and all that follow it | `log::Log::merge` |
//! | `AE.4` | append entries that are not there yet | `log::Log::merge` |
//! | `AE.5` | commit_index = min(leader_commit, index of last new entry) | `replication::append_entries` |
//! | `RV.1` | reply false if term < current_term | `election::may_vote` |
//! | `RV.2` | grant if voted_for is none or the candidate, and its log is at least as up to date | `election::may_vote` |
//! | `ALL.1` | apply what is committed | `apply::next` |
//! | `ALL.2` | a higher term: adopt it and become a follower | `state::State::see_term` |
//! | `F.1` | answer requests of candidates and leaders | `serve` |
//! | `F.2` | election timeout without a word from a leader or a vote given: become a candidate | `election::run_timer` |
//! | `C.1` | election: next term, vote for oneself, restart the timer, ask everybody | `election::campaign` |
//! | `C.2` | votes of a majority: become leader | `election::count_vote` |
//! | `C.3` | a leader of the same term: become a follower | `state::State::follow` |
//! | `C.4` | the election times out: start another | `election::run_timer` |
//! | `L.1` | heartbeats at once on winning, and while idle | `replication::run_heartbeats` |
//! | `L.2` | a client's command: append it; the service answers when it is applied | `start` |
//! | `L.3` | last index ≥ next_index: send the entries from there | `replication::send` |
//! | `L.3a` | success: raise next_index and match_index | `replication::append_answered` |
//! | `L.3b` | inconsistency: lower next_index and try again | `replication::append_answered` |
//! | `L.4` | a majority of match_index ≥ N and log\[N\] of this term: commit N | `replication::advance_commit` |
//! | `IS.1` | reply at once if term < current_term | `snapshot::install_snapshot` |
//! | `IS.5` | save the snapshot, discard those with a smaller index | `snapshot::install_snapshot` |
//! | `IS.6` | the log has the snapshot's last entry: keep what follows it | `log::Log::install` |
//! | `IS.7` | otherwise discard the whole log | `log::Log::install` |
//! | `IS.8` | reset the state machine from the snapshot | `apply::next` |
//!
//! `IS.2` to `IS.4` are about sending a snapshot in chunks; the labs send it whole.

mod apply;
mod byte_log;
mod election;
mod inspect;
mod log;
mod messages;
mod persistence;
mod replication;
mod snapshot;
mod state;

use std::cell::RefCell;
use std::rc::Rc;

use raftlab::api::{
    ApplySender, Boot, Bytes, Command, Ctx, Index, Inspect, Notify, Peers, Persister, Raft, ServerId, ServerState,
    Started,
};

use messages::{AppendEntries, InstallSnapshot, RequestVote};
use state::State;

/// One Raft server.
struct Server {
    me: ServerId,
    peers: Peers,
    persister: Persister,
    apply: ApplySender,
    ctx: Ctx,
    state: RefCell<State>,
    /// Rung when there may be something new to apply.
    to_apply: Notify,
    /// Rung when a leader has something new to replicate, or has just been elected.
    to_replicate: Notify,
}

/// Makes a server: restores what it saved, answers requests, and starts its tasks.
pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, peers, persister, apply, ctx } = boot;
    let state = RefCell::new(persistence::restore(&persister, &ctx));
    let (to_apply, to_replicate) = (Notify::new(), Notify::new());
    let server = Rc::new(Server { me, peers, persister, apply, ctx, state, to_apply, to_replicate });
    serve(&server);
    server.ctx.spawn(election::run_timer(server.clone()));
    server.ctx.spawn(replication::run_replicator(server.clone()));
    server.ctx.spawn(apply::run(server.clone()));
    server
}

/// `F.1`: answers requests, in whatever role.
fn serve(server: &Rc<Server>) {
    let raft = server.clone();
    server.ctx.serve(move |_, args: RequestVote| {
        let raft = raft.clone();
        async move { raft.request_vote(&args) }
    });
    let raft = server.clone();
    server.ctx.serve(move |_, args: AppendEntries| {
        let raft = raft.clone();
        async move { raft.append_entries(&args) }
    });
    let raft = server.clone();
    server.ctx.serve(move |_, args: InstallSnapshot| {
        let raft = raft.clone();
        async move { raft.install_snapshot(args) }
    });
}

impl Raft for Server {
    fn start(&self, command: Command) -> Option<Started> {
        let mut state = self.state.borrow_mut();
        if !state.is_leader() {
            return None;
        }
        // L.2: durable before anybody can see it; sent by the replicator, together with whatever
        // else is started at this instant.
        let term = state.current_term;
        let index = state.log.append(term, &command);
        self.persist(&state, None);
        self.to_replicate.notify();
        Some(Started { index, term })
    }

    fn state(&self) -> ServerState {
        let state = self.state.borrow();
        ServerState { term: state.current_term, is_leader: state.is_leader() }
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.compact(index, snapshot);
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}
