//! Leader election (§5.2, §5.4.1).

use std::collections::BTreeSet;
use std::rc::Rc;

use raftlab::api::{ServerId, Term};

use super::Server;
use super::messages::{RequestVote, RequestVoteReply};
use super::replication;
use super::state::{InFlight, Progress, Role, State, draw_election_timeout};

/// Starts an election whenever the election timeout elapses.
pub(super) async fn run_timer(server: Rc<Server>) {
    loop {
        let deadline = server.state.borrow().election_deadline();
        server.ctx.sleep_until(deadline).await;
        let mut state = server.state.borrow_mut();
        if server.ctx.now() < state.election_deadline() {
            continue;
        }
        match state.role {
            // F.2: nothing heard from a leader, and no vote given.
            Role::Follower => server.campaign(&mut state),
            // C.4: nobody won.
            Role::Candidate { .. } => server.campaign(&mut state),
            Role::Leader { .. } => state.timer_restarted = server.ctx.now(),
        }
    }
}

impl Server {
    /// `C.1`: starts an election.
    fn campaign(self: &Rc<Server>, state: &mut State) {
        state.current_term += 1;
        state.voted_for = Some(self.me);
        state.role = Role::Candidate { votes: BTreeSet::from([self.me]) };
        state.timer_restarted = self.ctx.now();
        state.election_timeout = draw_election_timeout(&self.ctx);
        self.persist(state, None);
        log::debug!(target: "VOTE", "asks for votes in term {}", state.current_term);
        let request = RequestVote {
            term: state.current_term,
            candidate_id: self.me,
            last_log_index: state.log.last_index(),
            last_log_term: state.log.last_term(),
        };
        for peer in self.peers.others() {
            let reply = self.peers[peer].call(&request);
            let (server, term) = (self.clone(), request.term);
            self.ctx.spawn(async move {
                if let Some(reply) = reply.await {
                    server.vote_answered(peer, term, &reply);
                }
            });
        }
    }

    /// Takes the reply to a vote request sent in term `term`.
    fn vote_answered(self: &Rc<Server>, voter: ServerId, term: Term, reply: &RequestVoteReply) {
        let mut state = self.state.borrow_mut();
        if state.see_term(reply.term) {
            return self.persist(&state, None);
        }
        if reply.vote_granted && state.current_term == term {
            self.count_vote(&mut state, voter);
        }
    }

    fn count_vote(self: &Rc<Server>, state: &mut State, voter: ServerId) {
        let Role::Candidate { votes } = &mut state.role else { return };
        votes.insert(voter);
        // C.2
        if votes.len() >= self.peers.majority() {
            log::debug!(target: "LEAD", "won term {} with the votes of {votes:?}", state.current_term);
            self.lead(state);
        }
    }

    fn lead(self: &Rc<Server>, state: &mut State) {
        let follower =
            Progress { next_index: state.log.last_index() + 1, match_index: 0, sent: 0, in_flight: InFlight::No };
        state.role = Role::Leader { followers: vec![follower; self.peers.len()] };
        self.ctx.spawn(replication::run_heartbeats(self.clone(), state.current_term));
    }

    /// Answers a candidate.
    pub(super) fn request_vote(&self, args: &RequestVote) -> RequestVoteReply {
        let mut state = self.state.borrow_mut();
        let mut changed = state.see_term(args.term);
        let vote_granted = may_vote(&state, args);
        if vote_granted {
            changed |= state.voted_for.replace(args.candidate_id).is_none();
            state.timer_restarted = self.ctx.now();
        }
        if changed {
            self.persist(&state, None);
        }
        RequestVoteReply { term: state.current_term, vote_granted }
    }
}

fn may_vote(state: &State, args: &RequestVote) -> bool {
    // RV.1
    if args.term < state.current_term {
        return false;
    }
    // RV.2: "up to date" compares the last entries' terms first, then the logs' lengths (§5.4.1).
    let free = state.voted_for.is_none_or(|candidate| candidate == args.candidate_id);
    free && (args.last_log_term, args.last_log_index) >= (state.log.last_term(), state.log.last_index())
}
