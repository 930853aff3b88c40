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

#[cfg(test)]
mod tests {
    use super::*;

    const S0: ServerId = ServerId::new_const(0);
    const S1: ServerId = ServerId::new_const(1);

    #[test]
    fn a_client_reaches_whom_it_is_connected_to_and_servers_are_left_alone() {
        let ends = ClientEnds::default();
        let cuts = |from, to| ends.cuts(Link { from, to });
        let [one, other] = [0, 1].map(|number| Party::Client(ClientId::new(number)));
        assert!(cuts(one, S0) && cuts(one, S1));
        ends.clone().connect(ClientId::new(0), S1);
        assert!(cuts(one, S0) && !cuts(one, S1));
        assert!(cuts(other, S1), "each client has ends of its own");
        assert!(!cuts(Party::Server(S0), S1));
    }
}
