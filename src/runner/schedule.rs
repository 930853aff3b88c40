//! Which run comes next.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// One run of a campaign, before it is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Next {
    /// Which of the campaign's tests.
    pub(super) test: usize,
    /// Which iteration of it, counted from 1.
    pub(super) iteration: u64,
}

/// Hands out runs: first one of every test, which shows how long each takes, and then the
/// longest tests first, so that in the end no core waits for a long run that began last.
///
/// The order of runs influences nothing in them.
pub(super) struct Schedule(Mutex<Plan>);

struct Plan {
    iterations: Vec<u64>,
    /// How long the first iteration took, as far as it has ended.
    cost: BTreeMap<usize, Duration>,
    /// Tests whose first iteration has not been handed out; after that, tests with iterations
    /// left, in order.
    waiting: Vec<usize>,
    next_iteration: u64,
    calibrating: bool,
}

impl Schedule {
    /// A schedule for tests with so many iterations each.
    pub(super) fn new(iterations: Vec<u64>) -> Schedule {
        let waiting = (0..iterations.len()).rev().filter(|test| iterations[*test] > 0).collect();
        let plan = Plan { iterations, cost: BTreeMap::new(), waiting, next_iteration: 1, calibrating: true };
        Schedule(Mutex::new(plan))
    }

    /// The next run; none when all are handed out.
    pub(super) fn next(&self) -> Option<Next> {
        self.0.lock().expect("nothing panics while it holds the schedule").next()
    }

    /// Notes how long a first iteration took.
    pub(super) fn took(&self, next: Next, time: Duration) {
        if next.iteration == 1 {
            self.0.lock().expect("nothing panics while it holds the schedule").cost.insert(next.test, time);
        }
    }
}

impl Plan {
    fn next(&mut self) -> Option<Next> {
        if self.calibrating {
            if let Some(test) = self.waiting.pop() {
                return Some(Next { test, iteration: 1 });
            }
            self.calibrating = false;
            self.next_iteration = 2;
            self.waiting = (0..self.iterations.len()).filter(|test| self.iterations[*test] > 1).collect();
            // The longest last, where they are taken from.
            self.waiting.sort_by_key(|test| self.cost.get(test).copied().unwrap_or(Duration::MAX));
        }
        let test = *self.waiting.last()?;
        let iteration = self.next_iteration;
        self.next_iteration += 1;
        if iteration == self.iterations[test] {
            self.waiting.pop();
            self.next_iteration = 2;
        }
        Some(Next { test, iteration })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_comes_once_the_first_of_each_test_first_and_then_the_longest() {
        let schedule = Schedule::new(vec![2, 3, 1, 0]);
        let mut order = Vec::new();
        while let Some(next) = schedule.next() {
            order.push((next.test, next.iteration));
            schedule.took(next, Duration::from_millis([5, 50, 500, 1][next.test]));
        }
        assert_eq!(order, [(0, 1), (1, 1), (2, 1), (1, 2), (1, 3), (0, 2)]);
    }
}
