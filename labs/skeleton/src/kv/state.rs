//! The replicated state machine: the values, and who has got how far in writing them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::messages::{ClientId, ClientRequest, Operation};

/// Everything that the log decides: all servers that have applied the same prefix have the same.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct State {
    values: BTreeMap<String, String>,
    /// By client, the number of its last write that was done. One is enough, for a clerk has one call
    /// outstanding: a later number says that all earlier ones were answered.
    sessions: BTreeMap<ClientId, u64>,
}

impl State {
    /// Does what a committed request asks for; what a read has found, and nothing for a write.
    pub(super) fn execute(&mut self, request: &ClientRequest) -> String {
        todo!(
            "3A: give the value of the key, which is empty if there is none; or, if the write is new (`is_new`), replace \
             that value or add to its end; one that was done before is answered like a new one"
        )
    }

    /// Whether this write has not been done. It has from now on.
    fn is_new(&mut self, client_id: ClientId, sequence: u64) -> bool {
        todo!(
            "3A: compare its number with that of the client's last write (`sessions`), and remember the later one: the \
             copy of an older request may come late (§8)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(state: &mut State, key: &str) -> String {
        state.execute(&ClientRequest { client_id: 9, sequence: 1, operation: Operation::Get { key: key.to_owned() } })
    }

    fn append(state: &mut State, client_id: ClientId, sequence: u64, value: &str) {
        let operation = Operation::Append { key: "k".to_owned(), value: value.to_owned() };
        state.execute(&ClientRequest { client_id, sequence, operation });
    }

    #[test]
    #[ignore = "3A: to be written"]
    fn a_write_is_done_once_however_often_and_late_it_comes() {
        let mut state = State::default();
        for (client_id, sequence, value) in [(1, 1, "a"), (1, 1, "a"), (2, 1, "b"), (1, 2, "c"), (1, 1, "a")] {
            append(&mut state, client_id, sequence, value);
        }
        assert_eq!(get(&mut state, "k"), "abc");
    }

    #[test]
    #[ignore = "3A: to be written"]
    fn put_replaces_and_a_missing_key_is_empty() {
        let mut state = State::default();
        append(&mut state, 1, 1, "a");
        let operation = Operation::Put { key: "k".to_owned(), value: "new".to_owned() };
        state.execute(&ClientRequest { client_id: 1, sequence: 2, operation });
        assert_eq!((get(&mut state, "k"), get(&mut state, "other")), ("new".to_owned(), String::new()));
    }
}
