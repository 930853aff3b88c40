//! Heartbeats (§5.2), log replication (§5.3) and the commit rule (§5.4.2).

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Command, Index, Role, ServerId, Started, Term};

use super::Server;
use super::log::Entry;
use super::messages::{AppendEntries, AppendEntriesReply};
use super::state::State;

/// The labs allow no more than ten heartbeats a second.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(100);

/// A leader's heartbeats in `term`.
pub(super) async fn run_heartbeats(server: Rc<Server>, term: Term) {
    log::debug!(target: "TIMR", "{} sends heartbeats in term {term} every {HEARTBEAT_INTERVAL:?}", server.me);
    todo!(
        "2A: for as long as this server leads in `term`: send to everybody (`replicate_to_all`), then \
         `ctx.sleep(…).await` the interval; the first time at once (Figure 2, leaders, rule 1)"
    )
}

/// Sends to everybody whenever a command was started, without waiting for the next heartbeat.
/// Commands that are started at one instant share a request.
pub(super) async fn run_replicator(server: Rc<Server>) {
    loop {
        server.to_replicate.notified().await;
        server.replicate_to_all();
    }
}

impl Server {
    /// Takes a client's command, if this server leads.
    pub(super) fn submit(&self, command: Command) -> Option<Started> {
        let role = self.state.borrow().role;
        if role != Role::Leader {
            return None;
        }
        todo!(
            "2B: append the command to the log and save it, ring `to_replicate`, and say at once which index and term \
             it has (Figure 2, leaders, rule 2)"
        )
    }

    /// A leader sends every follower what it lacks; nothing is a heartbeat.
    fn replicate_to_all(self: &Rc<Server>) {
        let mut state = self.state.borrow_mut();
        if state.role == Role::Leader {
            self.peers.others().for_each(|peer| self.replicate(&mut state, peer));
        }
    }

    /// Sends a follower what it lacks.
    fn replicate(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        let next_index = state.next_index[peer.number()];
        assert!(next_index > 0, "next_index of {peer} is 0: nothing precedes index 1; was a late refusal counted?");
        if next_index <= state.log.base_index() {
            return self.send_snapshot(state, peer);
        }
        let request = self.append_for(state, peer);
        let sent =
            Sent { term: request.term, prev_log_index: request.prev_log_index, count: request.entries.len() as Index };
        let reply = self.peers[peer].call(&request);
        let server = self.clone();
        self.ctx.spawn(async move {
            // No reply: a message was lost, or the peer is down or cut off. The next heartbeat tries again.
            if let Some(reply) = reply.await {
                server.append_answered(peer, sent, &reply);
            }
        });
    }

    /// The request that a follower gets next.
    fn append_for(&self, state: &State, peer: ServerId) -> AppendEntries {
        todo!(
            "2A: fill in the request of Figure 2, with `entries_for` this follower; `prev_log_index` is the index \
             before its `next_index`, which `log.term` knows the term of"
        )
    }

    /// What a follower lacks.
    fn entries_for(&self, state: &State, peer: ServerId) -> Vec<Entry> {
        if state.log.last_index() == 0 {
            // In 2A there are only heartbeats.
            return Vec::new();
        }
        todo!("2B: all entries from its next_index on (Figure 2, leaders, rule 3)")
    }

    /// Takes the reply to a request, of which `sent` is what must be known of it by now.
    fn append_answered(self: &Rc<Server>, peer: ServerId, sent: Sent, reply: &AppendEntriesReply) {
        let mut state = self.state.borrow_mut();
        if state.see_term(reply.term) {
            return self.persist(&state, None);
        }
        if state.log.last_index() == 0 {
            // Nobody lacks anything of an empty log, and in 2A there is no other.
            return;
        }
        if !reply.success {
            log::debug!(target: "LOG2", "hears that {peer} refuses what follows index {}", sent.prev_log_index);
        }
        todo!(
            "2B: on success raise match_index and next_index to what this request carried, and see what is committed \
             (`advance_commit`); on refusal lower next_index and send again; a reply to a request of an earlier term \
             says nothing (Figure 2, leaders, rule 3; §5.3)"
        )
    }

    /// A leader commits what it may.
    fn advance_commit(&self, state: &mut State) {
        if state.commit_index == state.log.last_index() {
            // Nothing is left to be committed.
            return;
        }
        log::debug!(target: "CMIT", "may commit more than {} of {:?}", state.commit_index, state.match_index);
        todo!(
            "2B: raise commit_index to what a majority has, and ring `to_apply` (Figure 2, leaders, rule 4; §5.4.2 and \
             Figure 8 say why the term matters)"
        )
    }

    /// Answers a leader.
    pub(super) fn append_entries(&self, args: &AppendEntries) -> AppendEntriesReply {
        todo!(
            "2A: refuse an earlier term and see a later one; whoever else sends this leads the current term: become its \
             follower and restart the timer; what has changed is saved before the reply, whose success `take` knows \
             (Figure 2, AppendEntries, rule 1; candidates, rule 3)"
        )
    }

    /// Takes entries from the current leader. False if they do not fit to the log.
    fn take(&self, state: &mut State, args: &AppendEntries) -> bool {
        if args.prev_log_index == 0 && args.entries.is_empty() {
            // The beginning of the log fits always, and in 2A nothing follows it.
            return true;
        }
        let (index, last_index) = (args.prev_log_index, state.log.last_index());
        log::debug!(target: "LOG2", "has {last_index} entries, and gets {} after index {index}", args.entries.len());
        todo!(
            "2B: refuse if the log has no entry of prev_log_term at prev_log_index; else merge the entries (`log.merge`), \
             save what has changed, raise commit_index and ring `to_apply` (Figure 2, AppendEntries, rules 2 to 5)"
        )
    }
}

/// What a leader remembers of a request until it is answered.
#[derive(Clone, Copy, Debug)]
struct Sent {
    term: Term,
    prev_log_index: Index,
    count: Index,
}
