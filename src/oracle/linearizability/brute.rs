//! A checker that tries all orders, to test the search with: too simple to be wrong, too slow for
//! anything but a few operations. And the key/value service of one key as one would say it.

use super::kv::KvInput;
use super::{Model, Operation};

/// Whether operations can be ordered.
pub(super) fn can_be_ordered<M: Model>(model: &M, operations: &[Operation<M::Input, M::Output>]) -> bool {
    let all: Vec<usize> = (0..operations.len()).collect();
    rest_can_be_ordered(model, operations, &model.initial(), &all)
}

fn rest_can_be_ordered<M: Model>(
    model: &M,
    operations: &[Operation<M::Input, M::Output>],
    state: &M::State,
    rest: &[usize],
) -> bool {
    if rest.iter().all(|each| operations[*each].returned.is_none()) {
        return true;
    }
    rest.iter().any(|next| {
        let next_operation = &operations[*next];
        if rest.iter().any(|other| operations[*other].precedes(next_operation)) {
            return false;
        }
        let left: Vec<usize> = rest.iter().copied().filter(|other| other != next).collect();
        let state = model.step(state, &next_operation.input, next_operation.output());
        state.is_some_and(|state| rest_can_be_ordered(model, operations, &state, &left))
    })
}

/// Whether an order is one of these operations, and allowed.
pub(super) fn is_allowed<M: Model>(model: &M, operations: &[Operation<M::Input, M::Output>], order: &[usize]) -> bool {
    let place = |operation: usize| order.iter().position(|each| *each == operation);
    let all = 0..operations.len();
    let complete = all.clone().all(|each| operations[each].returned.is_none() || place(each).is_some());
    let once = order.iter().enumerate().all(|(at, each)| place(*each) == Some(at));
    let in_time = order
        .iter()
        .enumerate()
        .all(|(at, each)| order[at..].iter().all(|later| !operations[*later].precedes(&operations[*each])));
    let allowed = order.iter().try_fold(model.initial(), |state, each| {
        model.step(&state, &operations[*each].input, operations[*each].output())
    });
    complete && once && in_time && allowed.is_some()
}

/// The service of one key, whose state is its value.
pub(super) struct PlainKey;

impl Model for PlainKey {
    type State = String;
    type Input = KvInput;
    type Output = String;

    fn initial(&self) -> String {
        String::new()
    }

    fn step(&self, held: &String, input: &KvInput, output: Option<&String>) -> Option<String> {
        match input {
            KvInput::Get { .. } => output.is_none_or(|read| read == held).then(|| held.clone()),
            KvInput::Put { value, .. } => Some(value.clone()),
            KvInput::Append { value, .. } => Some(format!("{held}{value}")),
        }
    }

    fn observes(&self, input: &KvInput, _: Option<&String>) -> bool {
        matches!(input, KvInput::Get { .. })
    }
}
