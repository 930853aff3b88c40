//! Waiting for another task's result.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::place::{Place, waits};

struct Slot<T> {
    result: Option<T>,
    waiting: Option<Waker>,
}

/// The result of a spawned task, to be awaited: `let votes = ctx.spawn(ask()).await`. Dropping it does
/// not end the task, which runs whether or not anybody waits for it.
///
/// A task that a crash has dropped never gives a result.
pub struct JoinHandle<T> {
    slot: Rc<RefCell<Slot<T>>>,
    /// Where the task was spawned.
    spawned: Place,
}

/// Wraps `future`, spawned at `spawned`, into a task that leaves its result for the handle.
pub(super) fn joined<T>(future: impl Future<Output = T>, spawned: Place) -> (impl Future<Output = ()>, JoinHandle<T>) {
    let slot = Rc::new(RefCell::new(Slot { result: None, waiting: None }));
    let result_goes_to = slot.clone();
    let task = async move {
        let result = future.await;
        let mut slot = result_goes_to.borrow_mut();
        slot.result = Some(result);
        if let Some(waiting) = slot.waiting.take() {
            waiting.wake();
        }
    };
    (task, JoinHandle { slot, spawned })
}

impl<T> JoinHandle<T> {
    /// Whether the result is there.
    pub fn is_finished(&self) -> bool {
        self.slot.borrow().result.is_some()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(self: Pin<&mut JoinHandle<T>>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.slot.borrow_mut();
        match slot.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                slot.waiting = Some(context.waker().clone());
                waits("task spawned", self.spawned);
                Poll::Pending
            }
        }
    }
}
