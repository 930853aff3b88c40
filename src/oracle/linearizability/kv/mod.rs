//! The key/value service of lab 3: Get, Put and Append on texts by key.
//!
//! Source: `lab-spec/kv.md` §3.10. Every key holds a text, empty at first. Keys do not know each
//! other, so a history is linearizable if and only if it is for every key by itself.

mod composition;
mod contradiction;
mod shown;
mod steps;
mod texts;
mod words;

use std::collections::BTreeMap;

use super::budget::{Budget, Limit};
use super::history::{History, Operation, Returned};
use super::search::{Answer, search};
use super::verdict::{Order, Undecided, Verdict};
use contradiction::Suspect;
use steps::KeyModel;

/// What a client asks of the service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KvInput {
    /// What a key holds. The output of this call is the value; that of the others is not looked at.
    Get {
        /// The key.
        key: String,
    },
    /// Replaces what a key holds.
    Put {
        /// The key.
        key: String,
        /// What it is to hold.
        value: String,
    },
    /// Adds to the end of what a key holds.
    Append {
        /// The key.
        key: String,
        /// What is added.
        value: String,
    },
}

impl KvInput {
    /// The key that this is about.
    pub fn key(&self) -> &str {
        match self {
            KvInput::Get { key } | KvInput::Put { key, .. } | KvInput::Append { key, .. } => key,
        }
    }

    fn is_get(&self) -> bool {
        matches!(self, KvInput::Get { .. })
    }

    fn is_put(&self) -> bool {
        matches!(self, KvInput::Put { .. })
    }
}

/// An operation of a history that is not copied.
type KvOperation<'a> = Operation<&'a KvInput, &'a str>;

/// The operations on one key.
struct Key<'a> {
    name: &'a str,
    operations: Vec<KvOperation<'a>>,
    /// Their numbers in the history.
    numbers: Vec<usize>,
}

/// Whether the history of a key/value service is linearizable.
///
/// The same history and budget always get the same verdict. A contradiction in any key counts more
/// than other keys that could not be decided; of several contradictions, the earliest is told.
pub fn check_kv(history: &History<KvInput, String>, budget: &Budget) -> Verdict {
    let keys: Vec<Key<'_>> = keys(history).collect();
    let (mut orders, mut suspects, mut undecided) = (Vec::new(), Vec::new(), Vec::new());
    let mut steps = budget.explain_steps;
    let mut left = budget.steps;
    for (number, key) in keys.iter().enumerate() {
        // What one key leaves, the others have.
        let share = left / (keys.len() - number) as u64;
        let (answer, used) = key.search(&Budget { steps: share, ..*budget });
        left = left.saturating_sub(used);
        match answer {
            Answer::Linearizable(order) => orders.push(key.order(&order)),
            Answer::NotLinearizable => suspects.push(Suspect::new(key, budget, &mut steps)),
            Answer::Undecided(limit) => match Suspect::by_one_read(key, budget, &mut steps) {
                Some(suspect) => suspects.push(suspect),
                None => undecided.push(key.undecided(limit)),
            },
        }
    }
    match suspects.iter().min_by_key(|suspect| suspect.at()) {
        Some(earliest) => Verdict::Contradicted(Box::new(earliest.explain(budget, &mut steps))),
        None if undecided.is_empty() => Verdict::Linearizable(orders),
        None => Verdict::Undecided(undecided),
    }
}

impl Key<'_> {
    fn search(&self, budget: &Budget) -> (Answer, u64) {
        let (model, operations) = KeyModel::prepare(&self.operations);
        search(&model, &operations, budget)
    }

    fn order(&self, order: &[usize]) -> Order {
        Order { key: self.name.to_owned(), operations: order.iter().map(|each| self.numbers[*each]).collect() }
    }

    fn undecided(&self, limit: Limit) -> Undecided {
        Undecided { key: self.name.to_owned(), operations: self.operations.len(), limit }
    }
}

/// The operations of a history by key, in the order of the keys.
fn keys(history: &History<KvInput, String>) -> impl Iterator<Item = Key<'_>> {
    let mut keys: BTreeMap<&str, Key<'_>> = BTreeMap::new();
    for (number, operation) in history.operations().iter().enumerate() {
        let name = operation.input.key();
        let key = keys.entry(name).or_insert_with(|| Key { name, operations: Vec::new(), numbers: Vec::new() });
        let returned = operation.returned.as_ref();
        let returned = returned.map(|returned| Returned { at: returned.at, output: returned.output.as_str() });
        let Operation { client, ref input, called, .. } = *operation;
        key.operations.push(Operation { client, input, called, returned });
        key.numbers.push(number);
    }
    keys.into_values()
}
