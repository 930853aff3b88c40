//! Before an election, whether it would be won (thesis, §9.6).

use std::collections::BTreeSet;
use std::rc::Rc;

use raftlab::api::{ServerId, Term};

use super::Server;
use super::core::{Core, Role};
use super::messages::{PreVote, Vote};

impl Server {
    /// Asks for votes in the next term, without going there.
    pub(super) fn ask_whether_to_campaign(self: &Rc<Server>, core: &mut Core) {
        core.pre_votes = BTreeSet::from([self.me]);
        let request = PreVote(self.vote_request(core, core.current_term + 1));
        let question = (core.current_term, core.timer_restarts);
        for peer in self.peers.others() {
            let (server, call) = (self.clone(), self.peers[peer].call(&request));
            self.ctx.spawn(async move {
                if let Some(vote) = call.await {
                    server.pre_voted(peer, question, &vote);
                }
            });
        }
    }

    /// Whatever restarted the timer, or began another term, since the question was asked has
    /// answered it: there is a leader, or may soon be one.
    fn pre_voted(self: &Rc<Server>, voter: ServerId, question: (Term, u64), vote: &Vote) {
        let mut core = self.core.borrow_mut();
        if self.is_outdated_by(&mut core, vote.term) || question != (core.current_term, core.timer_restarts) {
            return;
        }
        if vote.granted && core.role != Role::Leader && !self.has_leader(&core) {
            core.pre_votes.insert(voter);
            if core.pre_votes.len() >= self.peers.majority() {
                self.restart_timer(&mut core);
                self.campaign(&mut core);
            }
        }
    }

    pub(super) fn pre_vote(&self, PreVote(args): &PreVote) -> Vote {
        let core = self.core.borrow();
        let content = core.role == Role::Leader || self.has_leader(&core);
        let granted =
            args.term > core.current_term && !content && core.is_up_to_date(args.last_log_term, args.last_log_index);
        Vote { term: core.current_term, granted }
    }
}
