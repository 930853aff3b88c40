//! Which clients reach which servers.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::{Link, Rule};
use crate::base::{ClientId, Party, ServerId};

/// Lets a client reach only the servers that it is connected to (`lab-spec/kv.md` §3.3), whatever becomes
/// of the connections between servers.
///
/// Clones share the same state: one is installed, the other is the switch.
#[derive(Clone, Debug, Default)]
pub struct ClientEnds(Rc<RefCell<BTreeSet<(ClientId, ServerId)>>>);

impl ClientEnds {
    /// Lets a client reach a server from now on.
    pub fn connect(&self, client: ClientId, server: ServerId) {
        self.0.borrow_mut().insert((client, server));
    }
}

impl Rule for ClientEnds {
    fn cuts(&self, link: Link) -> bool {
        match link.from {
            Party::Server(_) => false,
            Party::Client(client) => !self.0.borrow().contains(&(client, link.to)),
        }
    }
}
