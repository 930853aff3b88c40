//! Histories of a register, written by hand.

use super::super::brute::is_allowed;
use super::super::{Answer, Budget, Operation, Register, RegisterInput, RegisterOutput, Returned, search};
use crate::base::Instant;
use RegisterInput::{CompareAndSet, Read, Write};
use RegisterOutput::{Differs, Done, Value};

type Call = (RegisterInput, u64, Option<(u64, RegisterOutput)>);

fn answer(calls: &[Call]) -> Answer {
    let model = Register { initial: Some(0) };
    let operation = |(client, (input, called, returned)): (usize, &Call)| Operation {
        client,
        input: *input,
        called: Instant::from_millis(*called).into(),
        returned: returned.map(|(at, output)| Returned { at: Instant::from_millis(at).into(), output }),
    };
    let operations: Vec<_> = calls.iter().enumerate().map(operation).collect();
    let (answer, _) = search(&model, &operations, &Budget::default());
    if let Answer::Linearizable(order) = &answer {
        assert!(is_allowed(&model, &operations, order), "{order:?}");
    }
    answer
}

#[track_caller]
fn legal(calls: &[Call]) {
    assert!(matches!(answer(calls), Answer::Linearizable(_)));
}

#[track_caller]
fn illegal(calls: &[Call]) {
    assert_eq!(answer(calls), Answer::NotLinearizable);
}

fn read(value: i64, from: u64, to: u64) -> Call {
    (Read, from, Some((to, Value(Some(value)))))
}

fn write(value: i64, from: u64, to: u64) -> Call {
    (Write(value), from, Some((to, Done)))
}

/// `lab-spec/kv.md` §8.4, "Small vectors".
#[test]
fn the_vectors_that_come_with_porcupine() {
    legal(&[write(100, 0, 100), read(100, 25, 75), read(0, 30, 60)]);
    illegal(&[write(200, 0, 100), read(200, 10, 30), read(0, 40, 90)]);
    legal(&[write(100, 0, 100), read(100, 25, 75), read(0, 30, 30), read(0, 30, 30)]);
    illegal(&[write(200, 0, 100), read(200, 10, 10), read(200, 10, 10), read(0, 40, 90)]);
    assert_eq!(answer(&[]), Answer::Linearizable(vec![]));
}

#[test]
fn compare_and_set_says_what_it_found() {
    let cas = |from, to, at, output| (CompareAndSet(from, to), at, Some((at + 1, output)));
    legal(&[cas(0, 1, 10, Done), cas(0, 2, 20, Differs), cas(1, 3, 30, Done), read(3, 40, 50)]);
    illegal(&[cas(1, 2, 10, Done)]);
    illegal(&[cas(0, 2, 10, Differs)]);
}

#[test]
fn what_never_returned_may_have_happened() {
    let lost = (CompareAndSet(1, 2), 5, None);
    legal(&[lost, write(1, 10, 20), read(2, 30, 40)]);
    legal(&[lost, write(1, 10, 20), read(1, 30, 40), read(2, 50, 60)]);
    illegal(&[lost, write(1, 10, 20), read(2, 30, 40), read(1, 50, 60)]);
    illegal(&[read(2, 1, 2), (Write(2), 5, None)]);
}
