//! The queue of the future, in the total order (instant, sequence).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;

use slab::Slab;

use super::GroupId;
use crate::base::Instant;

/// What happens at an instant.
pub(super) enum Action {
    /// A sleeping task becomes ready.
    Wake {
        /// The task's.
        waker: Waker,
        /// The group whose code fell asleep.
        group: Option<GroupId>,
    },
    /// Something is done at once, such as a message's arrival.
    Run(Box<dyn FnOnce()>),
}

/// A place in the queue; stale once its action was done or cancelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimerKey {
    sequence: u64,
    slot: u32,
}

/// Future actions. Ties of an instant are broken by the order of insertion.
#[derive(Default)]
pub(super) struct Timers {
    /// Small and `Copy`, because the heap moves them around; the actions stay where they are.
    heap: BinaryHeap<Reverse<(Instant, TimerKey)>>,
    actions: Slab<(u64, Action)>,
    sequence: u64,
}

impl Timers {
    pub(super) fn insert(&mut self, at: Instant, action: Action) -> TimerKey {
        self.sequence += 1;
        let slot = self.actions.insert((self.sequence, action)) as u32;
        let key = TimerKey { sequence: self.sequence, slot };
        self.heap.push(Reverse((at, key)));
        key
    }

    /// Forgets an action; its place in the heap is skipped when its time comes.
    pub(super) fn cancel(&mut self, key: TimerKey) -> Option<Action> {
        match self.actions.get(key.slot as usize) {
            Some((sequence, _)) if *sequence == key.sequence => Some(self.actions.remove(key.slot as usize).1),
            _ => None,
        }
    }

    /// Replaces the waker of a sleeper that moved to another task.
    pub(super) fn set_waker(&mut self, key: TimerKey, waker: &Waker) {
        if let Some((sequence, Action::Wake { waker: current, .. })) = self.actions.get_mut(key.slot as usize)
            && *sequence == key.sequence
            && !current.will_wake(waker)
        {
            current.clone_from(waker);
        }
    }

    /// Whether the action behind `key` is still to come.
    pub(super) fn is_pending(&self, key: TimerKey) -> bool {
        matches!(self.actions.get(key.slot as usize), Some((sequence, _)) if *sequence == key.sequence)
    }

    /// Whether time will wake something of a group.
    pub(super) fn wakes(&self, group: GroupId) -> bool {
        let is_theirs =
            |action: &Action| matches!(action, Action::Wake { group: Some(sleeper), .. } if *sleeper == group);
        self.actions.iter().any(|(_, (_, action))| is_theirs(action))
    }

    /// The instant of the next action.
    pub(super) fn next_instant(&mut self) -> Option<Instant> {
        while let Some(Reverse((at, key))) = self.heap.peek() {
            if self.is_pending(*key) {
                return Some(*at);
            }
            self.heap.pop();
        }
        None
    }

    /// The number of the newest action.
    pub(super) fn newest(&self) -> u64 {
        self.sequence
    }

    /// Takes the next action, if it is due at `now` and not newer than number `newest`.
    pub(super) fn pop_due(&mut self, now: Instant, newest: u64) -> Option<Action> {
        self.next_instant()?;
        let Reverse((at, key)) = *self.heap.peek()?;
        if at > now || key.sequence > newest {
            return None;
        }
        self.heap.pop();
        self.cancel(key)
    }

    /// Takes everything out, to be dropped by the caller when nothing is borrowed any more.
    pub(super) fn drain(&mut self) -> Vec<Action> {
        self.heap.clear();
        self.actions.drain().map(|(_, action)| action).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    fn note(done: &Rc<RefCell<Vec<u32>>>, number: u32) -> Action {
        let done = done.clone();
        Action::Run(Box::new(move || done.borrow_mut().push(number)))
    }

    fn run_due(timers: &mut Timers, now: Instant) {
        while let Some(action) = timers.pop_due(now, u64::MAX) {
            match action {
                Action::Run(run) => run(),
                Action::Wake { .. } => panic!("only actions were inserted"),
            }
        }
    }

    #[test]
    fn instants_come_in_order_and_ties_in_the_order_of_insertion() {
        let done = Rc::new(RefCell::new(Vec::new()));
        let mut timers = Timers::default();
        for (at, number) in [(20, 1), (10, 2), (20, 3), (10, 4)] {
            timers.insert(Instant::from_micros(at), note(&done, number));
        }
        run_due(&mut timers, Instant::from_micros(15));
        assert_eq!(*done.borrow(), [2, 4]);
        assert_eq!(timers.next_instant(), Some(Instant::from_micros(20)));
        run_due(&mut timers, Instant::from_micros(20));
        assert_eq!(*done.borrow(), [2, 4, 1, 3]);
        assert_eq!(timers.next_instant(), None);
    }

    #[test]
    fn a_cancelled_action_is_not_done_even_if_its_slot_is_used_again() {
        let done = Rc::new(RefCell::new(Vec::new()));
        let mut timers = Timers::default();
        let first = timers.insert(Instant::from_micros(5), note(&done, 1));
        timers.cancel(first);
        timers.insert(Instant::from_micros(7), note(&done, 2));
        assert!(timers.cancel(first).is_none());
        run_due(&mut timers, Instant::from_micros(5));
        assert!(done.borrow().is_empty());
        run_due(&mut timers, Instant::from_micros(7));
        assert_eq!(*done.borrow(), [2]);
    }
}
