//! Log replication (§5.3), heartbeats (§5.2) and the commit rule (§5.4.2).
//!
//! A leader sends new entries at once, but never a second request with entries to a follower
//! while one is under way, so commands that come quickly share requests. Whatever is lost is
//! sent again at the next heartbeat.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Index, ServerId, Term};

use super::Server;
use super::log::Entries;
use super::messages::{AppendEntries, AppendEntriesReply, Conflict};
use super::state::{InFlight, Progress, Role, State};

/// The labs allow no more than ten heartbeats a second.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(100);

/// `L.1`: sends to everybody at once on winning `term`, and then at every interval, for as long
/// as the server leads in it.
pub(super) async fn run_heartbeats(server: Rc<Server>, term: Term) {
    loop {
        {
            let mut state = server.state.borrow_mut();
            if !(state.is_leader() && state.current_term == term) {
                return;
            }
            for peer in server.peers.others() {
                server.beat(&mut state, peer);
            }
        }
        server.ctx.sleep(HEARTBEAT_INTERVAL).await;
    }
}

/// Sends new entries whenever a command was started.
pub(super) async fn run_replicator(server: Rc<Server>) {
    loop {
        server.to_replicate.notified().await;
        let mut state = server.state.borrow_mut();
        for peer in server.peers.others() {
            server.replicate(&mut state, peer);
        }
    }
}

impl Server {
    /// A heartbeat; carries entries unless some may still be under way.
    fn beat(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        let Some(progress) = progress_of(state, peer) else { return };
        match progress.in_flight {
            InFlight::Recent => {
                progress.in_flight = InFlight::Overdue;
                // Behind a snapshot that is under way, the first entry that can be spoken of.
                let next_index = progress.next_index.max(state.log.base_index() + 1);
                self.send_append(state, peer, next_index, Entries::none());
            }
            InFlight::No | InFlight::Overdue => self.send(state, peer),
        }
    }

    /// Sends what a follower lacks, unless something is under way to it.
    pub(super) fn replicate(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        let last_index = state.log.last_index();
        let Some(progress) = progress_of(state, peer) else { return };
        if progress.in_flight == InFlight::No && progress.next_index <= last_index {
            self.send(state, peer);
        }
    }

    /// Sends everything from `next_index` on, as entries or, where they are compacted, as a
    /// snapshot; an empty append if there is nothing.
    fn send(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        let (base_index, last_index) = (state.log.base_index(), state.log.last_index());
        let Some(progress) = progress_of(state, peer) else { return };
        let next_index = progress.next_index;
        let nothing_new = next_index > last_index;
        if !nothing_new {
            progress.sent += 1;
            progress.in_flight = InFlight::Recent;
        }
        if next_index <= base_index {
            return self.send_snapshot(state, peer);
        }
        // L.3
        let entries = if nothing_new { Entries::none() } else { state.log.entries_from(next_index) };
        self.send_append(state, peer, next_index, entries);
    }

    fn send_append(self: &Rc<Server>, state: &mut State, peer: ServerId, next_index: Index, entries: Entries) {
        let prev_log_index = next_index - 1;
        let request = AppendEntries {
            term: state.current_term,
            leader_id: self.me,
            prev_log_index,
            prev_log_term: state.log.term(prev_log_index).expect("what is before next_index is not compacted"),
            entries,
            leader_commit: state.commit_index,
        };
        let sent =
            Sent { ticket: ticket(state, peer), term: request.term, prev_log_index, count: request.entries.len() };
        let reply = self.peers[peer].call(&request);
        let server = self.clone();
        self.ctx.spawn(async move {
            match reply.await {
                Some(reply) => server.append_answered(peer, sent, &reply),
                None => server.unanswered(peer, sent),
            }
        });
    }

    /// The request or its reply was lost. The next heartbeat, or the next command, sends again.
    pub(super) fn unanswered(&self, peer: ServerId, sent: Sent) {
        if let Some(progress) = current_progress(&mut self.state.borrow_mut(), peer, sent.term) {
            progress.landed(sent);
        }
    }

    fn append_answered(self: &Rc<Server>, peer: ServerId, sent: Sent, reply: &AppendEntriesReply) {
        let mut state = self.state.borrow_mut();
        if state.see_term(reply.term) {
            return self.persist(&state, None);
        }
        // A reply to an earlier term's request says nothing about this term.
        let Some(progress) = current_progress(&mut state, peer, sent.term) else { return };
        progress.landed(sent);
        if reply.success {
            // L.3a: only what this request carried is known to be there, and a late reply must
            // not take anything back.
            progress.raise_match(sent.prev_log_index + sent.count as Index);
            self.advance_commit(&mut state);
        } else if let Some(conflict) = reply.conflict
            && sent.prev_log_index + 1 == progress.next_index
        {
            // L.3b: a late refusal of an older request does not come here.
            let match_index = progress.match_index;
            let next_index = back_up(&state, conflict, sent.prev_log_index).max(match_index + 1);
            if let Some(follower) = progress_of(&mut state, peer) {
                follower.next_index = next_index;
                follower.in_flight = InFlight::No;
            }
        }
        self.replicate(&mut state, peer);
    }

    /// `L.4`: commits the newest entry of this term that a majority has, and with it all before.
    pub(super) fn advance_commit(&self, state: &mut State) {
        let last_index = state.log.last_index();
        let Role::Leader { followers } = &state.role else { return };
        let mut replicated: Vec<Index> = followers.iter().map(|progress| progress.match_index).collect();
        replicated[self.me.number()] = last_index;
        replicated.sort_unstable();
        let by_majority = replicated[replicated.len() - self.peers.majority()];
        if by_majority > state.commit_index && state.log.term(by_majority) == Some(state.current_term) {
            state.commit_index = by_majority;
            self.to_apply.notify();
        }
    }

    /// Answers a leader.
    pub(super) fn append_entries(&self, args: &AppendEntries) -> AppendEntriesReply {
        let mut state = self.state.borrow_mut();
        // AE.1
        if args.term < state.current_term {
            return AppendEntriesReply { term: state.current_term, success: false, conflict: None };
        }
        let new_term = state.see_term(args.term);
        state.follow(self.ctx.now());
        // AE.2
        let conflict = conflict(&state, args);
        let changed = conflict.is_none() && state.log.merge(args.prev_log_index, &args.entries);
        if new_term || changed {
            self.persist(&state, None);
        }
        if conflict.is_none() {
            // AE.5: the leader may know of commits beyond what it just sent.
            let last_new = args.prev_log_index + args.entries.len() as Index;
            if args.leader_commit.min(last_new) > state.commit_index {
                state.commit_index = args.leader_commit.min(last_new);
                self.to_apply.notify();
            }
        }
        AppendEntriesReply { term: state.current_term, success: conflict.is_none(), conflict }
    }
}

/// What a leader remembers of a request until it is answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// The value of [`Progress::sent`] at that time.
    pub(super) ticket: u64,
    pub(super) term: Term,
    pub(super) prev_log_index: Index,
    pub(super) count: usize,
}

impl Progress {
    /// The request was answered, or will never be.
    pub(super) fn landed(&mut self, sent: Sent) {
        let carried_something = sent.count > 0;
        if carried_something && sent.ticket == self.sent {
            self.in_flight = InFlight::No;
        }
    }

    /// The follower is known to have everything through `index`.
    pub(super) fn raise_match(&mut self, index: Index) {
        self.match_index = self.match_index.max(index);
        self.next_index = self.next_index.max(self.match_index + 1);
    }
}

pub(super) fn ticket(state: &mut State, peer: ServerId) -> u64 {
    progress_of(state, peer).map_or(0, |progress| progress.sent)
}

/// The progress of a follower, if this server leads.
fn progress_of(state: &mut State, peer: ServerId) -> Option<&mut Progress> {
    match &mut state.role {
        Role::Leader { followers } => Some(&mut followers[peer.number()]),
        _ => None,
    }
}

/// The same, if the server still leads in `term`.
pub(super) fn current_progress(state: &mut State, peer: ServerId, term: Term) -> Option<&mut Progress> {
    if state.current_term == term { progress_of(state, peer) } else { None }
}

/// Why an append cannot be taken: none if the log has `prev_log_term` at `prev_log_index`. What
/// is compacted is committed, so it always matches.
fn conflict(state: &State, args: &AppendEntries) -> Option<Conflict> {
    let log = &state.log;
    if args.prev_log_index < log.base_index() {
        return None;
    }
    match log.term(args.prev_log_index) {
        None => Some(Conflict { term: None, index: log.last_index() + 1 }),
        Some(term) if term == args.prev_log_term => None,
        Some(term) => Some(Conflict { term: Some(term), index: log.first_index_of(term, args.prev_log_index) }),
    }
}

/// Where the leader goes on after a refusal: after its own last entry of the conflicting term if
/// it has one, or else where the follower's entries of that term begin (end of §5.3).
fn back_up(state: &State, conflict: Conflict, prev_log_index: Index) -> Index {
    let own = conflict.term.and_then(|term| state.log.last_index_of(term, prev_log_index));
    own.map_or(conflict.index, |last| last + 1).min(prev_log_index).max(1)
}
