//! What each worker is at, for the one who watches them.
//!
//! A run that never yields cannot be ended: no code of ours runs in it. But it can be seen that
//! its steps do not go on, and told which it is.
#![expect(clippy::disallowed_types, reason = "watching workers needs the wall clock; no run sees it")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::schedule::Next;
use crate::sim::{Beat, Pulse};

/// One place per worker.
pub(super) struct Board {
    places: Vec<Place>,
}

#[derive(Default)]
struct Place {
    pulse: Arc<Pulse>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Idle,
    Playing {
        next: Next,
        /// The pulse when it was last seen to move, and when that was.
        pulse: u64,
        since: Instant,
    },
    /// Given up: reported as stuck.
    Stuck,
    Gone,
}

impl Board {
    pub(super) fn new(workers: usize) -> Board {
        Board { places: (0..workers).map(|_| Place::default()).collect() }
    }

    /// What a worker's runs move.
    pub(super) fn pulse(&self, worker: usize) -> Arc<Pulse> {
        self.places[worker].pulse.clone()
    }

    /// A worker begins a run.
    pub(super) fn begin(&self, worker: usize, next: Next) {
        let pulse = self.places[worker].pulse.steps();
        self.set(worker, State::Playing { next, pulse, since: Instant::now() });
    }

    /// A worker ended its run. False if it was given up before: then its result comes too late.
    pub(super) fn end(&self, worker: usize) -> bool {
        !matches!(self.set(worker, State::Idle), State::Stuck)
    }

    /// A worker has nothing to do any more.
    pub(super) fn leave(&self, worker: usize) {
        self.set(worker, State::Gone);
    }

    /// Whether every worker has left or is stuck.
    pub(super) fn all_done(&self) -> bool {
        self.places.iter().all(|place| matches!(*place.lock(), State::Gone | State::Stuck))
    }

    /// Gives up the runs whose steps have not gone on for `patience`, and says what they were at.
    pub(super) fn give_up(&self, patience: Duration) -> Vec<(Next, Beat)> {
        self.places.iter().filter_map(|place| place.give_up(patience)).collect()
    }

    fn set(&self, worker: usize, state: State) -> State {
        std::mem::replace(&mut *self.places[worker].lock(), state)
    }
}

impl Place {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self, patience: Duration) -> Option<(Next, Beat)> {
        let mut state = self.lock();
        let State::Playing { next, pulse, since } = &mut *state else { return None };
        let now = self.pulse.steps();
        // A search in a long history may take a while, and has a budget of its own.
        if now != *pulse || self.pulse.is_judged() {
            (*pulse, *since) = (now, Instant::now());
            return None;
        }
        if since.elapsed() < patience {
            return None;
        }
        let next = *next;
        *state = State::Stuck;
        Some((next, self.pulse.beat()))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::base::{self, Clock, Random};
    use crate::sim::{End, Limits, Simulation};

    const RUN: Next = Next { test: 3, iteration: 7 };

    #[test]
    fn a_run_without_a_pulse_is_given_up_and_its_result_comes_too_late() {
        let board = Board::new(2);
        board.begin(0, RUN);
        assert_eq!(board.give_up(Duration::from_secs(1_000)), []);
        assert_eq!(board.give_up(Duration::ZERO), [(RUN, Beat::default())]);
        assert_eq!(board.give_up(Duration::ZERO), [], "it is told once");
        assert!(!board.all_done());
        board.leave(1);
        assert!(board.all_done());
        assert!(!board.end(0));
    }

    #[test]
    fn a_run_that_is_judged_has_all_the_time_it_takes() {
        let board = Board::new(1);
        board.begin(0, RUN);
        board.pulse(0).set_judged(true);
        assert_eq!(board.give_up(Duration::ZERO), []);
        // What the implementation does afterwards is watched again, and so is the next run.
        board.pulse(0).set_judged(false);
        assert_eq!(board.give_up(Duration::ZERO).len(), 1);
        assert!(!board.end(0));
        board.pulse(0).set_judged(true);
        board.begin(0, RUN);
        drop(Simulation::new(Rc::default(), Random::new(1), Limits::default(), Some(board.pulse(0))));
        assert_eq!(board.give_up(Duration::ZERO).len(), 1);
    }

    #[test]
    fn a_run_whose_steps_go_on_is_not() {
        let board = Board::new(1);
        board.begin(0, RUN);
        let clock = Rc::new(Clock::default());
        let simulation = Simulation::new(clock, Random::new(1), Limits::default(), Some(board.pulse(0)));
        let sim = simulation.handle();
        let group = sim.group("S0.1");
        assert_eq!(simulation.run(group, sim.sleep(Duration::from_millis(7))), End::Finished);
        assert_eq!(board.give_up(Duration::ZERO), []);
        let [(_, beat)] = &board.give_up(Duration::ZERO)[..] else { panic!("nothing goes on any more") };
        assert_eq!((beat.steps, beat.now), (3, base::Instant::from_millis(7)), "two polls and a timer");
        assert!(!board.end(0));
    }
}
