//! How many messages leave.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::super::{Course, Message, Messages, Rule};

/// Counts certain messages, and lets them pass.
///
/// Clones share the same count: one is installed, the other is read.
#[derive(Clone)]
pub struct Tally {
    messages: Messages,
    left: Rc<Cell<u64>>,
}

impl Tally {
    /// Counts these messages from now on.
    pub fn new(messages: Messages) -> Tally {
        Tally { messages, left: Rc::default() }
    }

    /// How many have left.
    pub fn count(&self) -> u64 {
        self.left.get()
    }
}

impl Rule for Tally {
    fn leaves(&self, message: &Message) -> Course {
        if self.messages.include(message) {
            self.left.set(self.left.get() + 1);
        }
        Course::On
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tally of {:?}", self.messages)
    }
}
