//! What a simulation is at, for someone who watches from another thread.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam::atomic::AtomicCell;

use super::place::Place;
use crate::base::Instant;

/// Moves with every step of a simulation. One may serve several simulations, one after the other.
#[derive(Debug)]
pub struct Pulse {
    steps: AtomicU64,
    now: AtomicU64,
    /// A rule takes its time, and none of the simulation's code runs.
    judged: AtomicBool,
    /// The number of the group whose code is running.
    group: AtomicU32,
    /// Where the task was spawned that is being polled.
    task: AtomicCell<Option<Place>>,
    /// The names of the groups, by number.
    groups: Mutex<Vec<String>>,
}

/// No group.
const NOBODY: u32 = u32::MAX;

/// What a simulation was at when somebody looked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Beat {
    /// Steps so far.
    pub steps: u64,
    /// Its virtual time.
    pub now: Instant,
    /// The name of the group whose code was running.
    pub group: Option<String>,
    /// Where the task was spawned that was being polled; none for a call from outside of any task.
    pub task: Option<Place>,
}

impl Default for Pulse {
    fn default() -> Pulse {
        Pulse {
            steps: AtomicU64::default(),
            now: AtomicU64::default(),
            judged: AtomicBool::default(),
            group: AtomicU32::new(NOBODY),
            task: AtomicCell::default(),
            groups: Mutex::default(),
        }
    }
}

impl Pulse {
    /// How many steps there were.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// What the simulation is at. While it goes on, the parts may be of different steps.
    pub fn beat(&self) -> Beat {
        let group = self.group.load(Ordering::Relaxed) as usize;
        Beat {
            steps: self.steps(),
            now: Instant::from_micros(self.now.load(Ordering::Relaxed)),
            group: self.groups().get(group).cloned(),
            task: self.task.load(),
        }
    }

    /// Whether a rule takes its time from now on, which is no step of the simulation's.
    pub fn set_judged(&self, judged: bool) {
        self.judged.store(judged, Ordering::Relaxed);
    }

    /// Whether a rule takes its time now.
    pub fn is_judged(&self) -> bool {
        self.judged.load(Ordering::Relaxed)
    }

    /// Another simulation begins.
    pub(super) fn restart(&self) {
        self.set_judged(false);
        self.groups().clear();
        self.advance(Instant::START);
        self.at_work(None, None);
    }

    pub(super) fn add_group(&self, name: &str) {
        self.groups().push(name.to_owned());
    }

    pub(super) fn step(&self, steps: u64) {
        self.steps.store(steps, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, now: Instant) {
        self.now.store(now.as_micros(), Ordering::Relaxed);
    }

    pub(super) fn at_work(&self, group: Option<u32>, task: Option<Place>) {
        self.group.store(group.unwrap_or(NOBODY), Ordering::Relaxed);
        self.task.store(task);
    }

    fn groups(&self) -> MutexGuard<'_, Vec<String>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
