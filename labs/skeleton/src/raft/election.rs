//! Leader election (§5.2, §5.4.1).

use std::rc::Rc;

use raftlab::api::{ServerId, Term};

use super::Server;
use super::messages::{RequestVote, RequestVoteReply};
use super::state::State;

/// Looks after the election timer, for ever.
pub(super) async fn run_timer(server: Rc<Server>) {
    loop {
        // The borrow ends with this line: nothing may be borrowed while a task waits.
        let deadline = server.state.borrow().election_deadline;
        server.ctx.sleep_until(deadline).await;
        server.timer_elapsed();
    }
}

impl Server {
    /// The deadline that the timer waited for has come.
    fn timer_elapsed(self: &Rc<Server>) {
        todo!(
            "2A: a follower or candidate starts an election (`campaign`), unless the deadline has moved meanwhile; a \
             leader only restarts its timer (Figure 2, followers, rule 2; candidates, rule 4)"
        )
    }

    /// Starts an election.
    fn campaign(self: &Rc<Server>, state: &mut State) {
        log::debug!(target: "VOTE", "starts an election after term {}", state.current_term);
        todo!(
            "2A: begin a new term as a candidate that votes for itself, restart the timer, save (`persist`), and send \
             every other server (`peers.others()`) a request with `ask_for_vote` (Figure 2, candidates, rule 1)"
        )
    }

    /// Sends a request for a vote. The reply is awaited by a task of its own, so nobody waits for it.
    fn ask_for_vote(self: &Rc<Server>, peer: ServerId, request: &RequestVote) {
        // The request leaves here, as it is now, and not when the reply is awaited.
        let reply = self.peers[peer].call(request);
        let (server, term) = (self.clone(), request.term);
        self.ctx.spawn(async move {
            // No reply: a message was lost, or the peer is down or cut off.
            if let Some(reply) = reply.await {
                server.vote_answered(peer, term, &reply);
            }
        });
    }

    /// Takes the reply to a request that was sent in term `term`, which may be over.
    fn vote_answered(self: &Rc<Server>, voter: ServerId, term: Term, reply: &RequestVoteReply) {
        let mut state = self.state.borrow_mut();
        // A reply's term counts like a request's, and is saved before anybody can see it.
        if state.see_term(reply.term) {
            return self.persist(&state, None);
        }
        let answer = if reply.vote_granted { "gives" } else { "refuses" };
        log::debug!(target: "VOTE", "hears that {voter} {answer} it the vote of term {term}");
        todo!(
            "2A: count the vote if this is still a candidate of the same term, and lead (`lead`) as soon as \
             `peers.majority()` servers have given theirs (Figure 2, candidates, rule 2)"
        )
    }

    /// Becomes the leader of the current term.
    fn lead(self: &Rc<Server>, state: &mut State) {
        log::debug!(target: "LEAD", "won term {} with the votes of {:?}", state.current_term, state.votes);
        todo!(
            "2A: become the leader, set next_index and match_index of every server anew (Figure 2, volatile state on \
             leaders), and spawn `replication::run_heartbeats` for this term (leaders, rule 1)"
        )
    }

    /// Answers a candidate.
    pub(super) fn request_vote(&self, args: &RequestVote) -> RequestVoteReply {
        todo!(
            "2A: see the request's term, then grant the vote or not; who grants it remembers that and restarts the \
             timer; what has changed is saved before the reply (Figure 2, RequestVote, rules 1 and 2, with \
             `is_up_to_date`)"
        )
    }
}

/// Whether the candidate's log is at least as up to date as the own one (§5.4.1).
fn is_up_to_date(state: &State, args: &RequestVote) -> bool {
    if state.log.last_index() == 0 {
        // No log is less up to date than an empty one, and in 2A all logs are.
        return true;
    }
    let (index, term) = (state.log.last_index(), state.log.last_term());
    log::debug!(target: "VOTE", "has a log that ends with entry {index} of term {term}, and compares");
    todo!("2B: compare the last entries of both logs (end of §5.4.1)")
}
