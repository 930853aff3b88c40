//! Something that happens when a certain message leaves.

use std::cell::{Cell, RefCell};
use std::fmt;

use super::super::{Course, Message, Messages, Rule};

/// Does something, once, at the very moment at which the `count`-th of certain messages from now on
/// has left: the message itself arrives.
pub struct Tripwire {
    messages: Messages,
    left: Cell<u64>,
    then: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Tripwire {
    /// Does `then` when the `count`-th of `messages` leaves; the next one is the first.
    pub fn new(messages: Messages, count: u64, then: impl FnOnce() + 'static) -> Tripwire {
        Tripwire { messages, left: Cell::new(count), then: RefCell::new(Some(Box::new(then))) }
    }
}

impl Rule for Tripwire {
    fn leaves(&self, message: &Message) -> Course {
        if self.messages.include(message) {
            self.left.set(self.left.get().saturating_sub(1));
            if self.left.get() == 0
                && let Some(then) = self.then.take()
            {
                then();
            }
        }
        Course::On
    }
}

impl fmt::Debug for Tripwire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tripwire at {} of {:?}", self.left.get(), self.messages)
    }
}
