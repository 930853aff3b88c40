//! Snapshots of the service, which let Raft cut its log.

use raftlab::api::{Bytes, Index};

use super::server::Server;
use super::state::State;

/// A snapshot is taken when the saved log has this share of what it may come to: the next few commands
/// come before Raft has cut it.
const FULL: (usize, usize) = (3, 4);

impl Server {
    /// Everything through `index` is applied: gives Raft a snapshot of it if the log has grown too long.
    pub(super) fn snapshot_if_full(&self, index: Index) {
        let Some(limit) = self.max_raft_state else { return };
        if self.persister.state_len() * FULL.1 >= limit * FULL.0 {
            self.raft.snapshot(index, encode(&self.state.borrow()));
        }
    }

    /// The leader's snapshot replaces the whole state.
    pub(super) fn install(&self, index: Index, snapshot: &[u8]) {
        *self.state.borrow_mut() = restore(snapshot);
        self.waiting.borrow_mut().skip(index);
    }
}

fn encode(state: &State) -> Bytes {
    postcard::to_stdvec(state).expect("plain data can be encoded").into()
}

/// The state that a snapshot holds; a new one where there is none.
pub(super) fn restore(snapshot: &[u8]) -> State {
    if snapshot.is_empty() {
        return State::default();
    }
    postcard::from_bytes(snapshot).expect("this is what a server of this service has saved")
}
