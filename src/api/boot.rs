//! What one incarnation is made of.

use std::cell::RefCell;
use std::rc::Rc;

use super::{ApplySender, Ctx, Peers};
use crate::base::{Alive, Incarnation, Random, ServerId};
use crate::disk::Persister;
use crate::net::{Network, Service};
use crate::sim::{GroupId, Sim};

/// Everything that a new incarnation of a server gets.
pub struct Boot {
    /// Its own number.
    pub me: ServerId,
    /// All servers of the cluster, itself included.
    pub peers: Peers,
    /// What it saved in earlier lives, and where it saves.
    pub persister: Persister,
    /// Where it delivers committed commands.
    pub apply: ApplySender,
    /// Time, tasks, random numbers and RPC handlers.
    pub ctx: Ctx,
}

/// One incarnation as the harness sees it: made by whoever starts a server, turned into its
/// [`Boot`].
pub struct Life {
    /// Which life of which server.
    pub incarnation: Incarnation,
    /// Ends with the crash.
    pub alive: Alive,
    /// The tasks of this life.
    pub group: GroupId,
    /// The RPC handlers of this life.
    pub service: Rc<Service>,
}

impl Life {
    /// Begins a life: a group of tasks and an empty service of its own.
    pub fn begin(sim: &Sim, incarnation: Incarnation) -> Life {
        let group = sim.group(&incarnation.to_string());
        let alive = Alive::new();
        let service = Service::new(incarnation, group, alive.clone());
        Life { incarnation, alive, group, service }
    }

    /// What the implementation gets of this life in a cluster of `servers` servers.
    pub fn boot(
        &self,
        sim: &Sim,
        network: &Network,
        servers: usize,
        persister: Persister,
        apply: ApplySender,
        random: Random,
    ) -> Boot {
        let me = self.incarnation.server;
        let peers = Peers::new(me, servers, network, self.service.caller());
        let random = Rc::new(RefCell::new(random));
        let ctx = Ctx::new(sim.clone(), self.group, self.service.clone(), random);
        Boot { me, peers, persister, apply, ctx }
    }

    /// Ends the life: nothing that belongs to it has an effect any more, and its tasks and
    /// handlers are dropped.
    pub fn end(&self, sim: &Sim) {
        self.alive.end();
        sim.cancel(self.group);
        self.service.clear();
    }
}
