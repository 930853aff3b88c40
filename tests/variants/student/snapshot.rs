//! Snapshots: the service's own, and those of the leader (§7).

use std::rc::Rc;

use raftlab::api::{Bytes, Index, ServerId};

use super::Server;
use super::core::{Core, Pending};
use super::leader::Sent;
use super::messages::{InstallSnapshot, Installed};

impl Server {
    pub(super) fn compact(&self, index: Index, snapshot: Bytes) {
        let mut core = self.core.borrow_mut();
        // The leader's snapshot may have been faster.
        if index > core.log.base_index && index <= core.last_applied {
            core.log.compact(index);
            self.save(&mut core, Some(snapshot));
        }
    }

    pub(super) fn send_snapshot(self: &Rc<Server>, core: &mut Core, peer: ServerId) {
        let last_included_index = core.log.base_index;
        let request = InstallSnapshot {
            term: core.current_term,
            last_included_index,
            last_included_term: core.log.term(last_included_index).expect("the base has a term"),
            data: self.persister.snapshot(),
        };
        let number = core.followers[peer.number()].requests;
        let sent = Sent { term: request.term, number, prev_log_index: 0, last_sent: last_included_index };
        self.count_on(core, peer, last_included_index);
        let (server, call) = (self.clone(), self.peers[peer].call(&request));
        self.ctx.spawn(async move {
            let reply = call.await;
            server.installed(peer, sent, reply);
        });
    }

    fn installed(&self, peer: ServerId, sent: Sent, reply: Option<Installed>) {
        let mut core = self.core.borrow_mut();
        let term = reply.as_ref().map_or(0, |reply| reply.term);
        if self.is_outdated_by(&mut core, term) || !core.leads(sent.term) {
            return;
        }
        let follower = &mut core.followers[peer.number()];
        follower.landed(sent.number);
        if reply.is_some() {
            follower.heard = self.ctx.now();
            follower.bell.notify();
            self.matches(&mut core, peer, sent.last_sent);
        }
    }

    pub(super) fn install_snapshot(&self, args: InstallSnapshot) -> Installed {
        let mut core = self.core.borrow_mut();
        let Some(new_term) = self.hear_leader(&mut core, args.term) else {
            return Installed { term: core.current_term };
        };
        let (index, term, snapshot) = (args.last_included_index, args.last_included_term, args.data);
        if index > core.commit_index {
            core.log.install(index, term);
            core.commit_index = index;
            self.save(&mut core, Some(snapshot.clone()));
            core.pending = Some(Pending { index, term, snapshot });
            self.applier.notify();
        } else if new_term || self.style.saves_always {
            self.save(&mut core, None);
        }
        Installed { term: core.current_term }
    }
}
