//! How a leader replicates its log: a task for each follower sends what is due, and one for each
//! request takes its answer, however late.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Command, Index, Notify, ServerId, Started, Term};

use super::Server;
use super::core::{Core, Follower, Role};
use super::log::Entry;
use super::messages::{AppendEntries, Appended};
use super::styles::{SLOW_SAVE, WINDOW};

/// As often as the lab allows.
const HEARTBEAT: Duration = Duration::from_millis(100);

impl Server {
    pub(super) fn lead(self: &Rc<Server>, core: &mut Core) {
        core.role = Role::Leader;
        let next = core.log.last_index() + 1;
        let follower = || Follower {
            next_index: next,
            resend_index: next,
            match_index: 0,
            awaited: None,
            requests: 0,
            told_commit: 0,
            heard: self.ctx.now(),
            bell: Notify::new(),
        };
        core.followers = self.peers.all().map(|_| follower()).collect();
        for peer in self.peers.others() {
            let bell = core.followers[peer.number()].bell.clone();
            self.ctx.spawn(feed(self.clone(), peer, core.current_term, bell));
        }
        if self.style.checks_quorum {
            self.ctx.spawn(watch_quorum(self.clone(), core.current_term));
        }
    }

    pub(super) fn submit(self: &Server, command: Command) -> Option<Started> {
        let mut core = self.core.borrow_mut();
        if core.role != Role::Leader {
            return None;
        }
        let term = core.current_term;
        core.log.append(Entry { term, command });
        if self.style.saves_after_sending {
            self.late_save.notify();
        } else {
            self.save(&mut core, None);
        }
        if !self.style.waits_for_heartbeat {
            core.followers.iter().for_each(|follower| follower.bell.notify());
        }
        Some(Started { index: core.log.last_index(), term })
    }

    /// Sends what is due; false if this server does not lead any more.
    fn send(self: &Rc<Server>, peer: ServerId, term: Term, heartbeat: bool) -> bool {
        let mut core = self.core.borrow_mut();
        if !core.leads(term) {
            return false;
        }
        let (last_index, base_index, commit_index) = (core.log.last_index(), core.log.base_index, core.commit_index);
        let follower = &mut core.followers[peer.number()];
        if heartbeat {
            follower.awaited = None;
            follower.next_index = follower.resend_index;
        }
        let tells = self.style.announces_commits && commit_index > follower.told_commit;
        let carries = follower.next_index <= last_index.min(follower.resend_index + WINDOW);
        if !heartbeat && (follower.awaited.is_some() || !(carries || tells)) {
            return true;
        }
        follower.requests += 1;
        follower.told_commit = follower.told_commit.max(commit_index);
        follower.awaited = Some(follower.requests).filter(|_| carries && !self.style.pipelined);
        if follower.next_index <= base_index {
            self.send_snapshot(&mut core, peer);
        } else {
            self.send_entries(&mut core, peer);
        }
        true
    }

    fn send_entries(self: &Rc<Server>, core: &mut Core, peer: ServerId) {
        let Follower { next_index, requests, .. } = core.followers[peer.number()];
        let prev_log_index = next_index - 1;
        let request = AppendEntries {
            term: core.current_term,
            prev_log_index,
            prev_log_term: core.log.term(prev_log_index).expect("what is compacted is sent as a snapshot"),
            entries: core.log.copy(next_index, self.style.entries_max),
            leader_commit: core.commit_index,
        };
        let last_sent = prev_log_index + request.entries.len() as Index;
        let sent = Sent { term: request.term, number: requests, prev_log_index, last_sent };
        self.count_on(core, peer, last_sent);
        if self.style.sends_twice && last_sent > prev_log_index {
            self.ctx.spawn(self.peers[peer].call(&request));
        }
        let (server, call) = (self.clone(), self.peers[peer].call(&request));
        self.ctx.spawn(async move {
            let reply = call.await;
            server.appended(peer, sent, reply);
        });
    }

    /// What was just sent need not be sent again at once.
    pub(super) fn count_on(&self, core: &mut Core, peer: ServerId, last_sent: Index) {
        let more = last_sent < core.log.last_index();
        if self.style.pipelined {
            let follower = &mut core.followers[peer.number()];
            follower.next_index = last_sent + 1;
            if more {
                follower.bell.notify();
            }
        }
    }

    fn appended(&self, peer: ServerId, sent: Sent, reply: Option<Appended>) {
        let mut core = self.core.borrow_mut();
        let term = reply.as_ref().map_or(0, |reply| reply.term);
        if self.is_outdated_by(&mut core, term) || !core.leads(sent.term) {
            return;
        }
        let follower = &mut core.followers[peer.number()];
        follower.landed(sent.number);
        let Some(reply) = reply else { return };
        follower.heard = self.ctx.now();
        if reply.success {
            self.matches(&mut core, peer, sent.last_sent);
        } else {
            follower.back_up(sent.prev_log_index, reply.go_on_at);
        }
        if !self.style.waits_for_heartbeat {
            core.followers[peer.number()].bell.notify();
        }
    }

    /// The follower has everything through `index`.
    pub(super) fn matches(&self, core: &mut Core, peer: ServerId, index: Index) {
        let follower = &mut core.followers[peer.number()];
        follower.match_index = follower.match_index.max(index);
        follower.resend_index = follower.resend_index.max(follower.match_index + 1);
        follower.next_index = follower.next_index.max(follower.resend_index);
        self.commit_what_a_majority_has(core);
    }

    pub(super) fn commit_what_a_majority_has(&self, core: &mut Core) {
        let have = |index: Index| {
            let others = self.peers.others().filter(|peer| core.followers[peer.number()].match_index >= index);
            others.count() + usize::from(core.saved_index >= index)
        };
        let is_own = |index: &Index| core.log.term(*index) == Some(core.current_term);
        let candidates = (core.commit_index + 1..=core.log.last_index()).rev().take_while(is_own);
        let Some(index) = candidates.into_iter().find(|index| have(*index) >= self.peers.majority()) else { return };
        self.commit(core, index);
        if self.style.announces_commits {
            core.followers.iter().for_each(|follower| follower.bell.notify());
        }
    }
}

/// What is remembered of a request.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub(super) term: Term,
    pub(super) number: u64,
    pub(super) prev_log_index: Index,
    pub(super) last_sent: Index,
}

impl Follower {
    /// A request was answered or lost.
    pub(super) fn landed(&mut self, number: u64) {
        self.awaited.take_if(|awaited| *awaited == number);
    }

    /// The follower did not have what stands at `prev_log_index`.
    fn back_up(&mut self, prev_log_index: Index, go_on_at: Index) {
        if prev_log_index > self.match_index {
            self.resend_index = self.resend_index.min(go_on_at).max(self.match_index + 1);
            self.next_index = self.resend_index;
        }
    }
}

/// Sends one follower a heartbeat, or more, at each tick, and what else there is when the bell rings.
async fn feed(server: Rc<Server>, peer: ServerId, term: Term, bell: Notify) {
    let mut tick = server.ctx.now();
    loop {
        let now = server.ctx.now();
        let heartbeat = now >= tick;
        if heartbeat {
            tick = now + HEARTBEAT;
        }
        if !server.send(peer, term, heartbeat) {
            return;
        }
        server.ctx.timeout(tick - now, bell.notified()).await;
    }
}

/// Saves some time after a command was sent, until which the leader does not count itself.
pub(super) async fn save_late(server: Rc<Server>) {
    loop {
        server.late_save.notified().await;
        let pause = server.ctx.random(SLOW_SAVE);
        server.ctx.sleep(pause).await;
        let mut core = server.core.borrow_mut();
        server.save(&mut core, None);
        if core.role == Role::Leader {
            server.commit_what_a_majority_has(&mut core);
        }
    }
}

/// Steps down as soon as no majority has answered for the longest election timeout.
async fn watch_quorum(server: Rc<Server>, term: Term) {
    let (_, patience) = server.style.election_timeout;
    loop {
        server.ctx.sleep(HEARTBEAT).await;
        let mut core = server.core.borrow_mut();
        if !core.leads(term) {
            return;
        }
        let now = server.ctx.now();
        let heard = server.peers.others().filter(|peer| now < core.followers[peer.number()].heard + patience);
        if heard.count() + 1 < server.peers.majority() {
            return server.step_down(&mut core);
        }
    }
}
