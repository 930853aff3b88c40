//! Which run comes next.

use std::sync::{Mutex, MutexGuard};
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
/// longest tests first, so that in the end no core waits for a long run that began last. As long
/// as the first run of a test has not ended, its others wait until nothing else is left: if that
/// run is stuck, they would be too, and take one worker after the other away from all other tests.
///
/// The order of runs influences nothing in them.
pub(super) struct Schedule(Mutex<Vec<Plan>>);

/// One test.
struct Plan {
    iterations: u64,
    /// Iterations that were handed out.
    begun: u64,
    /// How long the first iteration took; none before it has ended.
    cost: Option<Duration>,
}

impl Schedule {
    /// A schedule for tests with so many iterations each.
    pub(super) fn new(iterations: Vec<u64>) -> Schedule {
        let plans = iterations.into_iter().map(|iterations| Plan { iterations, begun: 0, cost: None });
        Schedule(Mutex::new(plans.collect()))
    }

    /// The next run; none when all are handed out.
    pub(super) fn next(&self) -> Option<Next> {
        let mut plans = self.plans();
        let open = plans.iter_mut().enumerate().filter(|(_, plan)| plan.begun < plan.iterations);
        // No cost is less than any; the first of equal ones, so from the end.
        let (test, plan) = open.rev().max_by_key(|(_, plan)| (plan.begun == 0, plan.cost))?;
        plan.begun += 1;
        Some(Next { test, iteration: plan.begun })
    }

    /// Notes how long a first iteration took.
    pub(super) fn took(&self, next: Next, time: Duration) {
        if next.iteration == 1 {
            self.plans()[next.test].cost = Some(time);
        }
    }

    fn plans(&self) -> MutexGuard<'_, Vec<Plan>> {
        self.0.lock().expect("nothing panics while it holds the schedule")
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

    #[test]
    fn a_test_whose_first_run_has_not_ended_waits_for_the_others() {
        let schedule = Schedule::new(vec![2, 3, 2]);
        let firsts: Vec<Next> = (0..3).filter_map(|_| schedule.next()).collect();
        schedule.took(firsts[0], Duration::from_millis(5));
        schedule.took(firsts[2], Duration::from_millis(1));
        let order: Vec<usize> = std::iter::from_fn(|| schedule.next()).map(|next| next.test).collect();
        assert_eq!(order, [0, 2, 1, 1]);
    }
}
