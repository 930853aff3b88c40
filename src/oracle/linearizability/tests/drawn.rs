//! Thousands of small histories, each judged by all orders as well.

use super::super::brute::{PlainKey, can_be_ordered, is_allowed};
use super::super::*;
use super::{KEY, append, put};
use crate::base::{Instant, Random, Seed};

const HISTORIES: u64 = 6_000;

type KvOperation = Operation<KvInput, String>;

/// A history of up to seven operations on one key, in the order of calls. Values are few and short,
/// so that many of them look alike, and reads are right about half the time.
fn kv_history(random: &mut Random) -> Vec<KvOperation> {
    let texts = ["", "a", "b", "ab", "aa", "ba", "aab", "aba", "bab"];
    let mut operations: Vec<KvOperation> = (0..random.between(1..=7))
        .map(|_| {
            let (input, output) = match random.below(8) {
                0 => (put(texts[random.below(4) as usize]), ""),
                1..=3 => (append(texts[random.between(1..=2) as usize]), ""),
                _ => (KvInput::Get { key: KEY.to_owned() }, texts[random.below(9) as usize]),
            };
            drawn(random, input, output.to_owned())
        })
        .collect();
    operations.sort_by_key(|operation| operation.called);
    operations
}

fn drawn<I, O>(random: &mut Random, input: I, output: O) -> Operation<I, O> {
    let called = random.below(12);
    let at = Instant::from_micros(called + random.below(7));
    let returned = random.chance(5, 6).then_some(Returned { at: at.into(), output });
    Operation { client: random.below(3) as usize, input, called: Instant::from_micros(called).into(), returned }
}

fn history(operations: &[KvOperation]) -> History<KvInput, String> {
    let mut history = History::new();
    for Operation { client, input, called, returned } in operations.iter().cloned() {
        let id = history.call(client, called, input);
        if let Some(returned) = returned {
            history.end(id, returned.at, returned.output);
        }
    }
    history
}

/// The operations of which a contradiction tells, with everything else as it says: other reads
/// ignored, other writes at any time after their calls, or never.
fn told(operations: &[KvOperation], bound: &[usize]) -> Vec<KvOperation> {
    let all = operations.iter().enumerate();
    let heard = all.filter(|(number, each)| bound.contains(number) || !matches!(each.input, KvInput::Get { .. }));
    heard
        .map(|(number, each)| KvOperation {
            returned: each.returned.clone().filter(|_| bound.contains(&number)),
            ..each.clone()
        })
        .collect()
}

/// The operations called by `at`, those that returned later as if they had not yet.
fn until(operations: &[KvOperation], at: Instant) -> Vec<KvOperation> {
    let called = operations.iter().filter(|each| each.called.instant() <= at);
    called
        .map(|each| KvOperation {
            returned: each.returned.clone().filter(|returned| returned.at.instant() <= at),
            ..each.clone()
        })
        .collect()
}

#[test]
fn every_verdict_is_that_of_all_orders() {
    let mut random = Seed(0x5eed).stream("key/value histories");
    let mut counts = [0; 2];
    for number in 0..HISTORIES {
        let operations = kv_history(&mut random);
        let expected = can_be_ordered(&PlainKey, &operations);
        counts[usize::from(expected)] += 1;
        match check_kv(&history(&operations), &Budget::default()) {
            Verdict::Linearizable(orders) => {
                assert!(expected, "history {number}: {operations:#?}");
                assert!(is_allowed(&PlainKey, &operations, &orders[0].operations), "history {number}: {orders:?}");
            }
            Verdict::Contradicted(contradiction) => {
                assert!(!expected, "history {number}: {operations:#?}");
                assert_contradicts(&operations, &contradiction);
            }
            Verdict::Undecided(_) => panic!("history {number}: {operations:#?}"),
        }
    }
    assert!(counts.iter().all(|count| *count > HISTORIES / 10), "both kinds occur: {counts:?}");
}

/// What is told cannot be ordered, all of it is needed, and it came to light when it says.
fn assert_contradicts(operations: &[KvOperation], contradiction: &Contradiction) {
    let found = &contradiction.operations;
    assert!(!can_be_ordered(&PlainKey, &told(operations, found)), "{contradiction:#?} in {operations:#?}");
    for left_out in found {
        let rest: Vec<usize> = found.iter().copied().filter(|each| each != left_out).collect();
        let rest = told(operations, &rest);
        assert!(can_be_ordered(&PlainKey, &rest), "{contradiction:#?} needs {left_out} in {operations:#?}");
    }
    let at = contradiction.at;
    assert!(!can_be_ordered(&PlainKey, &until(operations, at)), "{contradiction:#?} in {operations:#?}");
    let before = Instant::from_micros(at.as_micros().wrapping_sub(1));
    let was_open = at == Instant::START || can_be_ordered(&PlainKey, &until(operations, before));
    assert!(was_open, "{contradiction:#?} was so earlier in {operations:#?}");
}

#[test]
fn every_answer_of_the_plain_model_is_that_of_all_orders() {
    let mut random = Seed(0x5eed).stream("plain histories");
    for number in 0..HISTORIES {
        let operations = kv_history(&mut random);
        assert_answer(number, &PlainKey, &operations);
    }
}

#[test]
fn every_answer_about_registers_is_that_of_all_orders() {
    let mut random = Seed(0x5eed).stream("register histories");
    let mut legal = 0;
    for number in 0..HISTORIES {
        let count = random.between(1..=7);
        let operations: Vec<_> = (0..count).map(|_| register_operation(&mut random)).collect();
        legal += u64::from(assert_answer(number, &Register::default(), &operations));
    }
    assert!((HISTORIES / 10..HISTORIES * 9 / 10).contains(&legal), "both kinds occur: {legal}");
}

fn register_operation(random: &mut Random) -> Operation<RegisterInput, RegisterOutput> {
    let value = |random: &mut Random| random.below(3) as i64;
    let (input, output) = match random.below(5) {
        0 => (RegisterInput::Read, RegisterOutput::Value(None)),
        1 => (RegisterInput::Read, RegisterOutput::Value(Some(value(random)))),
        2 => (RegisterInput::Write(value(random)), RegisterOutput::Done),
        3 => (RegisterInput::CompareAndSet(value(random), value(random)), RegisterOutput::Done),
        _ => (RegisterInput::CompareAndSet(value(random), value(random)), RegisterOutput::Differs),
    };
    drawn(random, input, output)
}

/// Whether the operations can be ordered, on which the search and all orders must agree.
fn assert_answer<M>(number: u64, model: &M, operations: &[Operation<M::Input, M::Output>]) -> bool
where
    M: Model<Input: std::fmt::Debug, Output: std::fmt::Debug>,
{
    let expected = can_be_ordered(model, operations);
    match search(model, operations, &Budget::default()).0 {
        Answer::Linearizable(order) => {
            assert!(
                expected && is_allowed(model, operations, &order),
                "history {number}: {order:?} of {operations:#?}"
            );
        }
        Answer::NotLinearizable => assert!(!expected, "history {number}: {operations:#?}"),
        Answer::Undecided(limit) => panic!("history {number}, {limit:?}: {operations:#?}"),
    }
    expected
}
