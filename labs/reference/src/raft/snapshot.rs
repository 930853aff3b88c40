//! Log compaction (§7).

use std::rc::Rc;

use bytes::Bytes;
use raftlab::api::{Index, ServerId};

use super::Server;
use super::messages::{InstallSnapshot, InstallSnapshotReply};
use super::replication::{Sent, current_progress, ticket};
use super::state::{Installed, State};

impl Server {
    /// The service has a snapshot through `index`: the log up to there is not needed any more.
    pub(super) fn compact(&self, index: Index, snapshot: Bytes) {
        let mut state = self.state.borrow_mut();
        // A snapshot from the leader may have come first; and what is not applied cannot be in a
        // snapshot.
        if index <= state.log.base_index() || index > state.last_applied {
            return;
        }
        state.log.compact(index);
        self.persist(&state, Some(snapshot));
    }

    /// Sends the snapshot to a follower that needs entries which are compacted.
    pub(super) fn send_snapshot(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        let last_included_index = state.log.base_index();
        let request = InstallSnapshot {
            term: state.current_term,
            leader_id: self.me,
            last_included_index,
            last_included_term: state.log.base_term(),
            data: self.persister.snapshot(),
        };
        let sent =
            Sent { ticket: ticket(state, peer), term: request.term, prev_log_index: last_included_index, count: 1 };
        let reply = self.peers[peer].call(&request);
        let server = self.clone();
        self.ctx.spawn(async move {
            match reply.await {
                Some(reply) => server.snapshot_answered(peer, sent, &reply),
                None => server.unanswered(peer, sent),
            }
        });
    }

    fn snapshot_answered(self: &Rc<Server>, peer: ServerId, sent: Sent, reply: &InstallSnapshotReply) {
        let mut state = self.state.borrow_mut();
        if state.see_term(reply.term) {
            return self.persist(&state, None);
        }
        let Some(progress) = current_progress(&mut state, peer, sent.term) else { return };
        progress.landed(sent);
        progress.raise_match(sent.prev_log_index);
        self.advance_commit(&mut state);
        self.replicate(&mut state, peer);
    }

    /// Answers a leader that sends its snapshot.
    pub(super) fn install_snapshot(&self, args: InstallSnapshot) -> InstallSnapshotReply {
        let mut state = self.state.borrow_mut();
        // IS.1
        if args.term < state.current_term {
            return InstallSnapshotReply { term: state.current_term };
        }
        let new_term = state.see_term(args.term);
        state.follow(self.ctx.now());
        let (index, term) = (args.last_included_index, args.last_included_term);
        if index <= state.commit_index {
            // Everything in it is committed here already: it is late, or the follower's own
            // service is about to take one.
            if new_term {
                self.persist(&state, None);
            }
            return InstallSnapshotReply { term: state.current_term };
        }
        state.log.install(index, term);
        state.commit_index = index;
        // IS.5: state and snapshot in one, before the leader hears of it.
        self.persist(&state, Some(args.data.clone()));
        state.installed = Some(Installed { index, term, snapshot: args.data });
        self.to_apply.notify();
        log::debug!(target: "SNAP", "installed a snapshot through {index} of term {term}");
        InstallSnapshotReply { term: state.current_term }
    }
}
