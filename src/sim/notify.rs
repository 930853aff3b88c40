//! A bell between the tasks of one server.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::place::waits;

/// Lets tasks wait until another one says that there is something to do, like a condition
/// variable that remembers: a ring that nobody waits for is kept for the next one who waits, once.
///
/// Clones share the same bell.
#[derive(Clone, Default)]
pub struct Notify(Rc<RefCell<Bell>>);

#[derive(Default)]
struct Bell {
    rung: bool,
    waiting: VecDeque<Waker>,
}

impl Notify {
    /// A bell that has not been rung.
    pub fn new() -> Notify {
        Notify::default()
    }

    /// Wakes everybody who waits. If nobody does, the ring is kept: the next [`notified`](Notify::notified)
    /// ends at once. Several rings before that are one.
    pub fn notify(&self) {
        let mut bell = self.0.borrow_mut();
        bell.rung = true;
        bell.waiting.drain(..).for_each(Waker::wake);
    }

    /// Waits for a ring; not at all if there was one since the last wait ended. So a task that first does
    /// what there is to do, and then waits, misses nothing that happens in between.
    ///
    /// Of several who wait for one ring the first one polled takes it, so let each look for itself
    /// whether there is something to do, and wait again if not.
    #[track_caller]
    pub fn notified(&self) -> impl Future<Output = ()> {
        let place = Location::caller();
        poll_fn(move |context| {
            let mut bell = self.0.borrow_mut();
            if std::mem::take(&mut bell.rung) {
                return Poll::Ready(());
            }
            if !bell.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                bell.waiting.push_back(context.waker().clone());
            }
            waits("`notified`", place);
            Poll::Pending
        })
    }
}
