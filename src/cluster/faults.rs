//! Faults that the course's tester does not have: in the network, at a certain step of a server, and
//! processes that stop for a while.

use std::rc::Rc;

use super::cluster::{Cluster, Running};
use crate::base::{Incarnation, ServerId};
use crate::disk::{Fuse, Moment};
use crate::net::{Message, Messages, Rule, RuleGuard, Shelf, rules};
use crate::sim::GroupId;
use crate::trace::Event;

impl Cluster {
    /// Adds a fault that the course's network does not have, for as long as the guard lives. As
    /// long as there is one, the network counts as unreliable.
    pub fn inject(self: &Rc<Cluster>, rule: impl Rule + std::fmt::Debug + 'static) -> FaultGuard {
        self.note(format_args!("fault {rule:?}"));
        let rule = self.network.install(rule);
        FaultGuard { rule, fault: Fault::begin(self) }
    }

    /// Counts these messages from now on. That is no fault.
    pub fn tally(&self, messages: Messages) -> Tallied {
        let tally = rules::Tally::new(messages);
        Tallied { tally: tally.clone(), _rule: self.network.install(tally) }
    }

    /// Keeps these messages from now on, until they are let go.
    pub fn hold(self: &Rc<Cluster>, messages: Messages) -> Held {
        let shelf = Shelf::new();
        let FaultGuard { rule, fault } = self.inject(rules::Hold { messages, shelf: shelf.clone() });
        Held { rule: Some(rule), shelf, fault }
    }

    /// Keeps a copy of each of these requests from now on; the requests themselves go on.
    pub fn copy(self: &Rc<Cluster>, requests: Messages) -> Held {
        let shelf = Shelf::new();
        let FaultGuard { rule, fault } = self.inject(rules::Copies { messages: requests, shelf: shelf.clone() });
        Held { rule: Some(rule), shelf, fault }
    }

    /// Lets a server crash at one of its saves, the next one being the first: just before it takes
    /// effect, or just after it did. What the server does after that in the same step has no effect.
    /// Forgotten when the server crashes before, or is spared.
    pub fn crash_at_save(self: &Rc<Cluster>, server: ServerId, save: u64, moment: Moment) {
        let Some(running) = self.running(server) else { return };
        self.note(format_args!("{server} will crash {moment:?} its save {save} from now"));
        let fuse = Fuse::new(save, moment, self.death_of(&running));
        self.servers.borrow()[server.number()].disk.set_fuse(Some(fuse));
    }

    /// Takes [`Cluster::crash_at_save`] back.
    pub fn spare(&self, server: ServerId) {
        self.servers.borrow()[server.number()].disk.set_fuse(None);
    }

    /// Lets a server crash at the moment at which it has sent the `count`-th of these messages: that
    /// one arrives. What the server does after a request in the same step has no effect. A reply is
    /// the last thing of its step, which so has all its effects, and the server's state after it is
    /// seen: what it said by the reply was true. Until the guard is dropped, the network counts as
    /// unreliable.
    pub fn crash_after_send(self: &Rc<Cluster>, server: ServerId, messages: Messages, count: u64) -> FaultGuard {
        let messages = messages.from(server);
        let then: Box<dyn FnOnce()> = match self.running(server) {
            Some(running) => {
                let (alive, crash) = (running.life.alive.clone(), self.death_of(&running));
                Box::new(move || {
                    if !messages.are_replies() {
                        alive.end();
                    }
                    crash();
                })
            }
            None => Box::new(|| ()),
        };
        self.inject(rules::Tripwire::new(messages, count, then))
    }

    /// Crashes this life when the present step is over.
    fn death_of(self: &Rc<Cluster>, running: &Running) -> impl FnOnce() + 'static {
        let (cluster, sim, life) = (Rc::downgrade(self), self.sim.clone(), running.life.incarnation);
        move || {
            sim.after_step(move || {
                if let Some(cluster) = cluster.upgrade() {
                    cluster.crash_life(life);
                }
            });
        }
    }

    /// Crashes a server if this is still the life that it lives.
    pub(super) fn crash_life(&self, life: Incarnation) {
        if self.running(life.server).is_some_and(|running| running.life.incarnation == life) {
            self.crash(life.server);
        }
    }

    /// Stops a server's process until the guard is dropped, as a long garbage collection does: its
    /// timers and its messages wait, and come all at once afterwards. The scenario gets no answer
    /// from it either. As long as there is one, the network counts as unreliable.
    pub fn pause(self: &Rc<Cluster>, server: ServerId) -> Paused {
        let life = self.running(server).map(|running| (running.life.incarnation, running.life.group));
        if let Some((server, group)) = life {
            self.trace.emit(&Event::Paused { server });
            self.sim.pause(group);
        }
        Paused { fault: Fault::begin(self), life }
    }

    pub(super) fn network_changed(&self) {
        let reliable = self.is_reliable();
        let reordering = self.reordering.borrow().is_some();
        if self.is_disturbed() {
            self.was_disturbed.set(true);
        }
        self.trace.emit(&Event::NetworkChanged { reliable, reordering });
    }

    fn is_reliable(&self) -> bool {
        self.unreliable.borrow().is_none() && self.faults.get() == 0
    }

    /// Whether the network is anything but reliable.
    pub(super) fn is_disturbed(&self) -> bool {
        !self.is_reliable() || self.reordering.borrow().is_some()
    }
}

/// Something is at work that the course's network does not have.
struct Fault(Rc<Cluster>);

impl Fault {
    fn begin(cluster: &Rc<Cluster>) -> Fault {
        cluster.faults.set(cluster.faults.get() + 1);
        if cluster.faults.get() == 1 {
            cluster.network_changed();
        }
        Fault(cluster.clone())
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        self.0.faults.set(self.0.faults.get() - 1);
        if self.0.faults.get() == 0 {
            self.0.network_changed();
        }
    }
}

/// Counts messages until it is dropped.
#[must_use = "nothing is counted any more when this is dropped"]
pub struct Tallied {
    tally: rules::Tally,
    _rule: RuleGuard,
}

impl Tallied {
    /// How many have left so far.
    pub fn count(&self) -> u64 {
        self.tally.count()
    }
}

/// Takes a fault away when dropped.
#[must_use = "the fault is taken away when this is dropped"]
pub struct FaultGuard {
    rule: RuleGuard,
    fault: Fault,
}

/// Messages, or copies of some, that a scenario keeps. When dropped it keeps no more, and lets those
/// go that it still has.
#[must_use = "nothing is kept any more when this is dropped"]
pub struct Held {
    rule: Option<RuleGuard>,
    shelf: Shelf,
    fault: Fault,
}

impl Held {
    /// What is kept, the oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.shelf.messages()
    }

    /// How many messages are kept.
    pub fn len(&self) -> usize {
        self.shelf.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.shelf.is_empty()
    }

    /// Lets those go that are `wanted`.
    pub fn release(&self, wanted: impl FnMut(&Message) -> bool) {
        self.fault.0.network.release(&self.shelf, wanted);
    }

    /// Lets the oldest one go.
    pub fn release_first(&self) {
        let mut first = true;
        self.release(|_| std::mem::take(&mut first));
    }

    /// Lets everything go that is kept now.
    pub fn release_all(&self) {
        self.release(|_| true);
    }

    /// Keeps nothing more, but still has what it has.
    pub fn stop(&mut self) {
        self.rule = None;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release_all();
    }
}

/// A server that does nothing. It goes on when this is dropped.
#[must_use = "the server goes on when this is dropped"]
pub struct Paused {
    fault: Fault,
    /// What stopped; none if the server was down.
    life: Option<(Incarnation, GroupId)>,
}

impl Drop for Paused {
    fn drop(&mut self) {
        let cluster = &self.fault.0;
        if let Some((server, group)) = self.life.filter(|(_, group)| cluster.sim.is_paused(*group)) {
            cluster.trace.emit(&Event::Resumed { server });
            cluster.sim.resume(group);
        }
    }
}
