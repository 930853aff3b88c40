//! What is to be played, in pieces, and who comes next.
#![cfg(unix)]

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

/// Some iterations of one test of one submission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unit {
    /// Which of the submissions.
    pub(super) submission: usize,
    /// Which of its tests.
    pub(super) test: usize,
    pub(super) iterations: RangeInclusive<u64>,
}

/// Iterations in a unit, where there are so many.
const LENGTH: u64 = 25;

/// In which order units come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// One submission after the other, and one test after the other: grades are ready early.
    OneByOne,
    /// Some iterations of everything before more of anything: where the time may be over, nothing is to be
    /// without any.
    InRounds,
}

/// What nobody has begun yet.
pub(super) struct Units(Mutex<VecDeque<Unit>>);

impl Units {
    /// Units for these submissions, each with how often its tests are played.
    pub(super) fn new(submissions: impl IntoIterator<Item = (usize, Vec<u64>)>, order: Order) -> Units {
        let mut units: Vec<Unit> = Vec::new();
        for (submission, tests) in submissions {
            for (test, planned) in tests.into_iter().enumerate() {
                let firsts = (1..=planned).step_by(LENGTH as usize);
                units.extend(firsts.map(|first| {
                    let iterations = first..=planned.min(first + LENGTH - 1);
                    Unit { submission, test, iterations }
                }));
            }
        }
        if order == Order::InRounds {
            units.sort_by_key(|unit| *unit.iterations.start());
        }
        Units(Mutex::new(units.into()))
    }

    /// The next one; none when all were begun.
    pub(super) fn next(&self) -> Option<Unit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(order: Order) -> Vec<(usize, usize, u64, u64)> {
        let units = Units::new([(0, vec![30, 10]), (2, vec![26])], order);
        let next = std::iter::from_fn(|| units.next());
        next.map(|unit| (unit.submission, unit.test, *unit.iterations.start(), *unit.iterations.end())).collect()
    }

    #[test]
    fn every_iteration_is_in_one_unit() {
        assert_eq!(all(Order::OneByOne), [(0, 0, 1, 25), (0, 0, 26, 30), (0, 1, 1, 10), (2, 0, 1, 25), (2, 0, 26, 26)]);
        assert_eq!(all(Order::InRounds), [(0, 0, 1, 25), (0, 1, 1, 10), (2, 0, 1, 25), (0, 0, 26, 30), (2, 0, 26, 26)]);
    }
}
