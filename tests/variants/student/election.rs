//! The election timer, and elections.

use std::collections::BTreeSet;
use std::rc::Rc;

use raftlab::api::{ServerId, Term};

use super::Server;
use super::core::{Core, Role};
use super::messages::{RequestVote, Vote};
use super::styles::POLL;

pub(super) async fn run_timer(server: Rc<Server>) {
    loop {
        server.wait_for_timer().await;
        let mut core = server.core.borrow_mut();
        if server.ctx.now() < core.deadline {
            continue;
        }
        server.restart_timer(&mut core);
        match core.role {
            Role::Leader => {}
            _ if server.style.pre_vote => server.ask_whether_to_campaign(&mut core),
            _ => server.campaign(&mut core),
        }
    }
}

impl Server {
    /// Until the deadline may have passed, or has moved.
    async fn wait_for_timer(&self) {
        let rest = if self.style.polls_timer { POLL } else { self.core.borrow().deadline - self.ctx.now() };
        self.ctx.timeout(rest, self.timer.notified()).await;
    }

    pub(super) fn restart_timer(&self, core: &mut Core) {
        core.timer_restarts += 1;
        let (min, max) = self.style.election_timeout;
        let deadline = self.ctx.now() + self.ctx.random(min..=max);
        core.deadline = if self.style.keeps_later_deadline { core.deadline.max(deadline) } else { deadline };
        if !self.style.polls_timer {
            self.timer.notify();
        }
    }

    /// Any message may be the first of a later term. True if it is; then the new term must be saved.
    pub(super) fn see_term(&self, core: &mut Core, term: Term) -> bool {
        if term <= core.current_term {
            return false;
        }
        core.current_term = term;
        core.voted_for = None;
        core.leader_heard = None;
        self.step_down(core);
        true
    }

    pub(super) fn step_down(&self, core: &mut Core) {
        let steps_down = std::mem::replace(&mut core.role, Role::Follower) != Role::Follower;
        if steps_down && self.style.restarts_timer_on_step_down {
            self.restart_timer(core);
        }
    }

    /// A reply of a later term ends whatever this server was about to do with it.
    pub(super) fn is_outdated_by(&self, core: &mut Core, term: Term) -> bool {
        let outdated = self.see_term(core, term);
        if outdated {
            self.save(core, None);
        }
        outdated
    }

    pub(super) fn campaign(self: &Rc<Server>, core: &mut Core) {
        core.current_term += 1;
        core.voted_for = Some(self.me);
        core.leader_heard = None;
        core.role = Role::Candidate;
        core.votes = BTreeSet::from([self.me]);
        self.save(core, None);
        let request = self.vote_request(core, core.current_term);
        for peer in self.peers.others() {
            let (server, call, term) = (self.clone(), self.peers[peer].call(&request), request.term);
            self.ctx.spawn(async move {
                if let Some(vote) = call.await {
                    server.voted(peer, term, &vote);
                }
            });
        }
    }

    pub(super) fn vote_request(&self, core: &Core, term: Term) -> RequestVote {
        let (last_log_index, last_log_term) = (core.log.last_index(), core.log.last_term());
        RequestVote { term, candidate: self.me, last_log_index, last_log_term }
    }

    fn voted(self: &Rc<Server>, voter: ServerId, term: Term, vote: &Vote) {
        let mut core = self.core.borrow_mut();
        if self.is_outdated_by(&mut core, vote.term) {
            return;
        }
        if vote.granted && core.role == Role::Candidate && core.current_term == term {
            core.votes.insert(voter);
            if core.votes.len() >= self.peers.majority() {
                self.lead(&mut core);
            }
        }
    }

    pub(super) fn request_vote(&self, args: &RequestVote) -> Vote {
        let mut core = self.core.borrow_mut();
        if args.term < core.current_term || (self.style.sticky && self.has_leader(&core)) {
            return Vote { term: core.current_term, granted: false };
        }
        let new_term = self.see_term(&mut core, args.term);
        let free = core.voted_for.is_none_or(|candidate| candidate == args.candidate);
        let granted = free && core.is_up_to_date(args.last_log_term, args.last_log_index);
        if granted {
            core.voted_for = Some(args.candidate);
            self.restart_timer(&mut core);
        }
        if new_term || granted || self.style.saves_always {
            self.save(&mut core, None);
        }
        Vote { term: core.current_term, granted }
    }

    /// Whether there is no need for another leader. A leader itself is no judge of that, unless it
    /// looks whether it is followed.
    pub(super) fn has_leader(&self, core: &Core) -> bool {
        let (min, _) = self.style.election_timeout;
        let heard = core.leader_heard.is_some_and(|heard| self.ctx.now() < heard + min);
        heard || (core.role == Role::Leader && self.style.checks_quorum)
    }
}
