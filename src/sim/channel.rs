//! An unbounded queue between tasks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::place::waits;

struct Queue<T> {
    items: VecDeque<T>,
    senders: usize,
    receiver: Option<Waker>,
}

/// Makes a queue between the tasks of a server: any number of senders, one receiver. It holds as many
/// items as are sent; what was sent before the receiver waits is not lost.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let queue = Rc::new(RefCell::new(Queue { items: VecDeque::new(), senders: 1, receiver: None }));
    (Sender(queue.clone()), Receiver(queue))
}

/// The end where items go in. Never blocks.
pub struct Sender<T>(Rc<RefCell<Queue<T>>>);

impl<T> Sender<T> {
    /// Adds an item; it is lost if the receiver is gone.
    pub fn send(&self, item: T) {
        let mut queue = self.0.borrow_mut();
        queue.items.push_back(item);
        if let Some(receiver) = queue.receiver.take() {
            receiver.wake();
        }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.0.borrow_mut().senders += 1;
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut queue = self.0.borrow_mut();
        queue.senders -= 1;
        if queue.senders == 0
            && let Some(receiver) = queue.receiver.take()
        {
            receiver.wake();
        }
    }
}

/// The end where items come out.
pub struct Receiver<T>(Rc<RefCell<Queue<T>>>);

impl<T> Receiver<T> {
    /// Waits for the next item; none when all senders are gone and nothing is left.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
        let place = Location::caller();
        poll_fn(move |context| {
            let mut queue = self.0.borrow_mut();
            if let Some(item) = queue.items.pop_front() {
                return Poll::Ready(Some(item));
            }
            if queue.senders == 0 {
                return Poll::Ready(None);
            }
            queue.receiver = Some(context.waker().clone());
            waits("`recv`", place);
            Poll::Pending
        })
    }

    /// The next item, if there is one now.
    pub fn try_recv(&mut self) -> Option<T> {
        self.0.borrow_mut().items.pop_front()
    }
}
