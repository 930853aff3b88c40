//! Servers that are cut off.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::{Link, Rule};
use crate::base::{Party, ServerId};

/// Lets a message pass only between servers that are both connected, as the lab's connect and
/// disconnect do (`lab-spec` §2.6). A server that is cut off cannot even reach itself.
///
/// Clones share the same state: one is installed, the other is the switch.
#[derive(Clone, Debug)]
pub struct Cut(Rc<RefCell<Vec<bool>>>);

impl Cut {
    /// All `servers` servers cut off.
    pub fn all(servers: usize) -> Cut {
        Cut(Rc::new(RefCell::new(vec![false; servers])))
    }

    /// Connects a server to all connected ones, or cuts it off from everybody.
    pub fn set_connected(&self, server: ServerId, connected: bool) {
        self.0.borrow_mut()[server.number()] = connected;
    }

    /// Whether a server is connected.
    pub fn is_connected(&self, server: ServerId) -> bool {
        self.0.borrow()[server.number()]
    }
}

impl Rule for Cut {
    fn cuts(&self, link: Link) -> bool {
        match link.from {
            Party::Server(from) => !(self.is_connected(from) && self.is_connected(link.to)),
            // Clients have connections of their own.
            Party::Client(_) => false,
        }
    }
}
