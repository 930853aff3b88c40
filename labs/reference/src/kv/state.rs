//! The replicated state machine: the values, and who has got how far in writing them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::messages::{ClientId, ClientRequest, Operation};

/// Everything that the log decides. All servers that have applied the same prefix have the same, and
/// ordered maps encode it to the same bytes.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct State {
    values: BTreeMap<String, String>,
    /// By client, the sequence number of its last write that was done. One is enough, for a clerk has one
    /// call outstanding: a later number says that all earlier ones were answered. What was answered need
    /// not be kept, for a write answers nothing, and a read may be done again.
    sessions: BTreeMap<ClientId, u64>,
}

impl State {
    /// Does what a committed request asks for; what it answers.
    pub(super) fn execute(&mut self, request: ClientRequest) -> &str {
        let ClientRequest { client_id, sequence, operation } = request;
        // A read changes nothing, so it may be done as often as it comes.
        if let Operation::Get { key } = operation {
            return self.values.get(&key).map_or("", String::as_str);
        }
        if self.is_new(client_id, sequence) {
            self.write(operation);
        }
        ""
    }

    /// Whether this write has not been done. The copy of an older one may come late.
    fn is_new(&mut self, client_id: ClientId, sequence: u64) -> bool {
        let done = self.sessions.entry(client_id).or_default();
        let is_new = sequence > *done;
        *done = sequence.max(*done);
        is_new
    }

    fn write(&mut self, operation: Operation) {
        match operation {
            Operation::Put { key, value } => {
                self.values.insert(key, value);
            }
            Operation::Append { key, value } => self.values.entry(key).or_default().push_str(&value),
            Operation::Get { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(state: &mut State, key: &str) -> String {
        state
            .execute(ClientRequest { client_id: 9, sequence: 1, operation: Operation::Get { key: key.to_owned() } })
            .to_owned()
    }

    fn append(state: &mut State, client_id: ClientId, sequence: u64, value: &str) {
        let operation = Operation::Append { key: "k".to_owned(), value: value.to_owned() };
        assert_eq!(state.execute(ClientRequest { client_id, sequence, operation }), "");
    }

    #[test]
    fn a_write_is_done_once_however_often_and_late_it_comes() {
        let mut state = State::default();
        for (client_id, sequence, value) in [(1, 1, "a"), (1, 1, "a"), (2, 1, "b"), (1, 2, "c"), (1, 1, "a")] {
            append(&mut state, client_id, sequence, value);
        }
        assert_eq!(get(&mut state, "k"), "abc");
    }

    #[test]
    fn put_replaces_and_a_missing_key_is_empty() {
        let mut state = State::default();
        append(&mut state, 1, 1, "a");
        let operation = Operation::Put { key: "k".to_owned(), value: "new".to_owned() };
        state.execute(ClientRequest { client_id: 1, sequence: 2, operation });
        assert_eq!((get(&mut state, "k"), get(&mut state, "other")), ("new".to_owned(), String::new()));
    }
}
