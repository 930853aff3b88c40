//! Which run comes next.

use std::cmp::Reverse;
use std::iter::Peekable;
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

/// Hands out runs: first one of every test, which shows how long each takes, and then in this
/// [`Order`]. As long as the first run of a test has not ended, its others wait until nothing else
/// is left: if that run is stuck, they would be too, and take one worker after the other away from
/// all other tests.
///
/// The order of runs influences nothing in them.
pub(super) struct Schedule {
    order: Order,
    plans: Mutex<Vec<Plan>>,
}

/// In which order tests come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// All runs of the longest test first, so that in the end no core waits for a long run that
    /// began last.
    LongestFirst,
    /// An iteration of every test before the next of any: where nobody knows when it ends, no test
    /// may wait for another.
    InTurn,
}

/// The iterations of a test that are to be played, in order.
pub(super) type Todo = Box<dyn Iterator<Item = u64> + Send>;

/// One test.
struct Plan {
    todo: Peekable<Todo>,
    /// The iteration that was handed out first.
    first: Option<u64>,
    /// How long that took; none before it has ended.
    cost: Option<Duration>,
}

impl Schedule {
    /// A schedule for tests of which these iterations are to be played.
    pub(super) fn new(order: Order, tests: impl Iterator<Item = Todo>) -> Schedule {
        let plans = tests.map(|todo| Plan { todo: todo.peekable(), first: None, cost: None });
        Schedule { order, plans: Mutex::new(plans.collect()) }
    }

    /// The next run; none when all are handed out.
    pub(super) fn next(&self) -> Option<Next> {
        let mut plans = self.plans();
        let open = plans.iter_mut().enumerate().filter_map(|(test, plan)| {
            let next = *plan.todo.peek()?;
            Some((test, next, plan))
        });
        // No cost is less than any; the first of equal ones, so from the end.
        let (test, _, plan) = open.rev().max_by_key(|(_, next, plan)| match self.order {
            Order::LongestFirst => (plan.first.is_none(), plan.cost, Reverse(0)),
            Order::InTurn => (plan.first.is_none(), plan.cost.map(|_| Duration::ZERO), Reverse(*next)),
        })?;
        let iteration = plan.todo.next()?;
        plan.first.get_or_insert(iteration);
        Some(Next { test, iteration })
    }

    /// Notes how long a test's first run took.
    pub(super) fn took(&self, next: Next, time: Duration) {
        let plan = &mut self.plans()[next.test];
        if plan.first == Some(next.iteration) {
            plan.cost = Some(time);
        }
    }

    fn plans(&self) -> MutexGuard<'_, Vec<Plan>> {
        self.plans.lock().expect("nothing panics while it holds the schedule")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schedule for tests with so many iterations each.
    fn schedule(iterations: &[u64]) -> Schedule {
        Schedule::new(Order::LongestFirst, iterations.iter().map(|iterations| Box::new(1..=*iterations) as Todo))
    }

    #[test]
    fn what_is_left_is_played_and_nothing_else() {
        let left = [vec![2u64, 5], vec![], vec![9]].into_iter();
        let schedule = Schedule::new(Order::LongestFirst, left.map(|left| Box::new(left.into_iter()) as Todo));
        let order: Vec<(usize, u64)> =
            std::iter::from_fn(|| schedule.next()).map(|next| (next.test, next.iteration)).collect();
        assert_eq!(order, [(0, 2), (2, 9), (0, 5)]);
    }

    #[test]
    fn every_run_comes_once_the_first_of_each_test_first_and_then_the_longest() {
        let schedule = schedule(&[2, 3, 1, 0]);
        let mut order = Vec::new();
        while let Some(next) = schedule.next() {
            order.push((next.test, next.iteration));
            schedule.took(next, Duration::from_millis([5, 50, 500, 1][next.test]));
        }
        assert_eq!(order, [(0, 1), (1, 1), (2, 1), (1, 2), (1, 3), (0, 2)]);
    }

    #[test]
    fn where_there_is_no_end_no_test_waits_for_another() {
        let without_end = [1u64, 1, 4].into_iter().map(|first| Box::new(first..) as Todo);
        let schedule = Schedule::new(Order::InTurn, without_end);
        let next = |_| {
            let next = schedule.next().expect("there is no end");
            schedule.took(next, Duration::from_millis([5, 50, 500][next.test]));
            (next.test, next.iteration)
        };
        let order: Vec<(usize, u64)> = (0..10).map(next).collect();
        // The third test has been played before: the others catch up.
        let caught_up = [(0, 1), (1, 1), (2, 4), (0, 2), (1, 2), (0, 3), (1, 3), (0, 4), (1, 4), (0, 5)];
        assert_eq!(order, caught_up);
    }

    #[test]
    fn a_test_whose_first_run_has_not_ended_waits_for_the_others() {
        let schedule = schedule(&[2, 3, 2]);
        let firsts: Vec<Next> = (0..3).filter_map(|_| schedule.next()).collect();
        schedule.took(firsts[0], Duration::from_millis(5));
        schedule.took(firsts[2], Duration::from_millis(1));
        let order: Vec<usize> = std::iter::from_fn(|| schedule.next()).map(|next| next.test).collect();
        assert_eq!(order, [0, 2, 1, 1]);
    }
}
