//! Snapshots of the service, which let Raft cut its log.

use raftlab::api::{Bytes, Index};

use super::server::Server;
use super::state::State;

impl Server {
    /// Everything through `index` is done: gives Raft a snapshot of it if the log has grown too long.
    pub(super) fn snapshot_if_full(&self, index: Index) {
        let Some(limit) = self.max_raft_state else { return };
        todo!(
            "3B: when what Raft has saved (`persister.state_len()`) nears the limit, give it (`raft.snapshot`) the state as \
             it is now, behind this very command, in bytes (`encode`)"
        )
    }

    /// A snapshot has come in place of the commands through `index`.
    pub(super) fn install(&self, index: Index, snapshot: &[u8]) {
        todo!("3B: `restore` it in place of the whole state, and let nobody wait for what it covers (`waiting.skip`)")
    }
}

/// All that must be known of the commands that the log forgets.
fn encode(state: &State) -> Bytes {
    todo!("3B: encode the values, and the sessions, for copies of a write may come later (`postcard::to_stdvec`)")
}

/// The state that a snapshot holds; a new one where there is none.
pub(super) fn restore(snapshot: &[u8]) -> State {
    if snapshot.is_empty() {
        return State::default();
    }
    todo!("3B: decode what `encode` has encoded (`postcard::from_bytes`)")
}

#[cfg(test)]
mod tests {
    use super::super::messages::{ClientRequest, Operation};
    use super::*;

    /// Appends to a key, as the first request of a client.
    fn append(state: &mut State, value: &str) {
        let operation = Operation::Append { key: "k".to_owned(), value: value.to_owned() };
        state.execute(&ClientRequest { client_id: 1, sequence: 1, operation });
    }

    #[test]
    #[ignore = "3B: to be written"]
    fn a_snapshot_holds_the_values_and_what_was_done_of_each_client() {
        let mut state = State::default();
        append(&mut state, "a");
        let mut restored = restore(&encode(&state));
        append(&mut restored, "a copy that comes after the snapshot");
        let get = Operation::Get { key: "k".to_owned() };
        assert_eq!(restored.execute(&ClientRequest { client_id: 2, sequence: 1, operation: get }), "a");
    }
}
