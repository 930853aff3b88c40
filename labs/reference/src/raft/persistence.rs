//! What survives a crash: `current_term`, `voted_for` and the log (Figure 2), and the snapshot.
//!
//! The log is kept encoded, so that saving it means handing over parts that mostly have not
//! changed.

use std::iter;

use bytes::Bytes;
use raftlab::api::{Ctx, Index, Parts, Persister, ServerId, Term};

use super::Server;
use super::log::Log;
use super::state::{Role, State, draw_election_timeout};

/// What is saved before the log's entries: `current_term`, `voted_for`, and where the log begins.
pub(super) type Head = (Term, Option<ServerId>, Index, Term);

/// Room for a head: at most ten bytes for each number, and two for the vote.
const HEAD_MAX: usize = 32;

impl Server {
    /// Saves the persistent state, with a new snapshot if there is one. To be called before the
    /// change can be seen by anybody: before a reply, a request, or the return to a client.
    pub(super) fn persist(&self, state: &State, snapshot: Option<Bytes>) {
        let log = &state.log;
        let head: Head = (state.current_term, state.voted_for, log.base_index(), log.base_term());
        let mut buffer = [0; HEAD_MAX];
        let head = postcard::to_slice(&head, &mut buffer).expect("plain numbers can be encoded");
        let state: Parts = iter::once(Bytes::copy_from_slice(head)).chain(log.encoded_parts()).collect();
        self.persister.save(state, snapshot);
    }
}

/// The state after a restart, or of a server that starts for the first time.
pub(super) fn restore(persister: &Persister, ctx: &Ctx) -> State {
    let (current_term, voted_for, log) = read(&persister.state());
    State {
        current_term,
        voted_for,
        // The snapshot holds what is committed through the log's base, and the service has
        // restored itself from it.
        commit_index: log.base_index(),
        last_applied: log.base_index(),
        log,
        role: Role::Follower,
        timer_restarted: ctx.now(),
        election_timeout: draw_election_timeout(ctx),
        installed: None,
    }
}

/// What was saved: the head, and the encoded entries. A server that never saved is in term 0.
pub(super) fn split(saved: &[u8]) -> (Head, &[u8]) {
    if saved.is_empty() {
        return (Head::default(), &[]);
    }
    postcard::take_from_bytes(saved).expect("this is what was saved")
}

fn read(saved: &[u8]) -> (Term, Option<ServerId>, Log) {
    let ((current_term, voted_for, base_index, base_term), entries) = split(saved);
    let mut log = Log::new(base_index, base_term);
    log.extend_encoded(entries);
    (current_term, voted_for, log)
}
