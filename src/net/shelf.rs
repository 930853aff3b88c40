//! Where messages are kept that somebody lets go later.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::Message;
use super::fabric::Kept;

/// Messages that were taken off their way, in the order in which they were sent, until
/// [`Network::release`](super::Network::release) lets them go. Clones share them.
#[derive(Clone, Default)]
pub struct Shelf(Rc<RefCell<VecDeque<(Message, Kept)>>>);

impl Shelf {
    /// An empty shelf.
    pub fn new() -> Shelf {
        Shelf::default()
    }

    /// The messages on it, the oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.0.borrow().iter().map(|(message, _)| *message).collect()
    }

    /// How many messages are on it.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    pub(super) fn put(&self, message: Message, kept: Kept) {
        self.0.borrow_mut().push_back((message, kept));
    }

    /// Takes those down that are `wanted`.
    pub(super) fn take(&self, mut wanted: impl FnMut(&Message) -> bool) -> Vec<(Message, Kept)> {
        let (taken, left) = self.0.take().into_iter().partition(|(message, _)| wanted(message));
        self.0.replace(left);
        Vec::from(taken as VecDeque<_>)
    }
}
