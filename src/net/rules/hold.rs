//! Messages that wait until they are told to go.

use std::fmt;

use super::super::{Course, Message, Messages, Rule, Shelf};

/// Keeps certain messages on a shelf, until somebody lets them go. Whoever sent a request that is
/// kept, or waits for a reply that is, waits as long.
///
/// Not a fault of the course's network: there, a request is late by 26 ms at most.
#[derive(Clone)]
pub struct Hold {
    /// Which messages.
    pub messages: Messages,
    /// Where they are kept.
    pub shelf: Shelf,
}

impl Rule for Hold {
    fn leaves(&self, message: &Message) -> Course {
        if self.messages.include(message) { Course::Kept(self.shelf.clone()) } else { Course::On }
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hold {:?}", self.messages)
    }
}

/// Keeps a copy of certain requests on a shelf, while the requests themselves go on. The handler
/// runs again for a copy that is let go; what it answers then goes nowhere.
#[derive(Clone)]
pub struct Copies {
    /// Which messages; replies are never copied, for nobody waits for a second one.
    pub messages: Messages,
    /// Where the copies are kept.
    pub shelf: Shelf,
}

impl Rule for Copies {
    fn leaves(&self, message: &Message) -> Course {
        if self.messages.include(message) { Course::Copied(self.shelf.clone()) } else { Course::On }
    }
}

impl fmt::Debug for Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Copies of {:?}", self.messages)
    }
}
