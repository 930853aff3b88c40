//! Who sends requests.

use crate::base::{Alive, ClientId, Incarnation, ServerId};
use crate::sim::GroupId;
use crate::trace::{Call, ClientCall, RpcKind};

use super::wire::Wire;

/// Who sends requests: one life of a server, or a client.
#[derive(Clone)]
pub struct Caller {
    identity: Identity,
    alive: Alive,
    group: GroupId,
}

#[derive(Clone, Copy)]
enum Identity {
    Server(Incarnation),
    Client(ClientId),
}

impl Caller {
    /// A life of a server, whose tasks are those of `group`.
    pub fn server(incarnation: Incarnation, group: GroupId, alive: Alive) -> Caller {
        Caller { identity: Identity::Server(incarnation), alive, group }
    }

    /// A client of a service.
    pub fn client(client: ClientId, group: GroupId, alive: Alive) -> Caller {
        Caller { identity: Identity::Client(client), alive, group }
    }

    /// A call of this one's.
    pub(super) fn call(&self, number: u64, name: &'static str, kind: RpcKind, to: ServerId) -> Wire {
        match self.identity {
            Identity::Server(from) => Wire::Server(Call { number, name, kind, from, to }),
            Identity::Client(from) => Wire::Client(ClientCall { number, name, from, to }),
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.alive.get()
    }

    pub(super) fn alive(&self) -> Alive {
        self.alive.clone()
    }

    /// The tasks whose calls these are.
    pub fn group(&self) -> GroupId {
        self.group
    }
}
