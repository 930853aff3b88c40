//! Tests of the search, the models and the words by histories: written by hand, and drawn.

mod drawn;
mod kv;
mod registers;

use super::*;
use crate::base::Instant;

/// A story of one key, told operation by operation; times are milliseconds.
struct Story(History<KvInput, String>);

const KEY: &str = "4";

impl Story {
    fn new() -> Story {
        Story(History::new())
    }

    fn add(mut self, client: usize, (from, to): (u64, Option<u64>), input: KvInput, output: &str) -> Story {
        let id = self.0.call(client, Instant::from_millis(from), input);
        if let Some(to) = to {
            self.0.end(id, Instant::from_millis(to), output.to_owned());
        }
        self
    }

    fn get(self, client: usize, from: u64, to: u64, value: &str) -> Story {
        self.add(client, (from, Some(to)), KvInput::Get { key: KEY.to_owned() }, value)
    }

    fn put(self, client: usize, from: u64, to: u64, value: &str) -> Story {
        self.add(client, (from, Some(to)), put(value), "")
    }

    fn append(self, client: usize, from: u64, to: u64, value: &str) -> Story {
        self.add(client, (from, Some(to)), append(value), "")
    }

    /// A Put that never returns.
    fn lost_put(self, client: usize, from: u64, value: &str) -> Story {
        self.add(client, (from, None), put(value), "")
    }

    /// An Append that never returns.
    fn lost_append(self, client: usize, from: u64, value: &str) -> Story {
        self.add(client, (from, None), append(value), "")
    }

    fn check(&self) -> Verdict {
        check_kv(&self.0, &Budget::default())
    }

    /// The order in which it could have happened.
    #[track_caller]
    fn legal(&self) -> Vec<usize> {
        match self.check() {
            Verdict::Linearizable(orders) => orders.into_iter().flat_map(|order| order.operations).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn illegal(&self, kind: ContradictionKind, at: u64, operations: &[usize]) -> Contradiction {
        match self.check() {
            Verdict::Contradicted(told) => {
                let facts = (told.kind, told.at, &told.operations[..]);
                assert_eq!(facts, (kind, Instant::from_millis(at), operations), "{:#?}", told.evidence);
                *told
            }
            other => panic!("{other:?}"),
        }
    }
}

fn put(value: &str) -> KvInput {
    KvInput::Put { key: KEY.to_owned(), value: value.to_owned() }
}

fn append(value: &str) -> KvInput {
    KvInput::Append { key: KEY.to_owned(), value: value.to_owned() }
}
