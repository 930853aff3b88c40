//! Looks at a server's state after each of its steps, so that no leader, however short-lived, goes
//! unseen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::glass_box::{GlassBox, Viewer};
use crate::api::{Inspect, Life, LogScope, Raft, ServerState};
use crate::base::{Alive, Incarnation, Index};
use crate::disk::Disk;
use crate::sim::{GroupId, Observer, Sim};
use crate::trace::{Event, Role, Trace};

/// Watches one incarnation.
pub(super) struct Sampler {
    raft: Rc<dyn Raft>,
    incarnation: Incarnation,
    alive: Alive,
    trace: Rc<Trace>,
    sim: Sim,
    group: GroupId,
    last: Cell<Option<ServerState>>,
    has_led: Cell<bool>,
    /// The handler that is being polled has just been looked at.
    answering: Cell<bool>,
    glass_box: RefCell<GlassBox>,
    disk: Disk,
    servers: usize,
    scope: RefCell<Option<LogScope>>,
}

impl Sampler {
    /// Watches what `life` made, in a cluster of `servers` servers.
    pub(super) fn new(
        raft: Rc<dyn Raft>,
        life: &Life,
        disk: Disk,
        servers: usize,
        sim: &Sim,
        trace: Rc<Trace>,
    ) -> Rc<Sampler> {
        let Life { incarnation, group, .. } = *life;
        let (alive, sim) = (life.alive.clone(), sim.clone());
        let (last, has_led, answering, glass_box, scope) = Default::default();
        Rc::new(Sampler {
            raft,
            incarnation,
            alive,
            trace,
            sim,
            group,
            last,
            has_led,
            answering,
            glass_box,
            disk,
            servers,
            scope,
        })
    }

    /// Calls into the server from outside of its tasks, and looks at its state afterwards.
    pub(super) fn call<T>(&self, call: impl FnOnce(&dyn Raft) -> T) -> T {
        self.sim.enter(self.group, || {
            let _scope = LogScope::enter(&self.trace, self.incarnation);
            let result = call(&*self.raft);
            self.sample();
            result
        })
    }

    /// The Raft itself, for calls from inside of the server.
    pub(super) fn raft(&self) -> &dyn Raft {
        &*self.raft
    }

    /// Asks the server for all that it ever shows, and tells nobody.
    pub(super) fn look(&self) {
        let _ = self.raft.state();
        let _ = self.raft.inspect().map(Inspect::inspection);
    }

    /// Asks the server what it takes as committed, and tells nobody; none if it has no glass box.
    pub(super) fn commit_index(&self) -> Option<Index> {
        self.raft.inspect().map(|shown| shown.inspection().commit_index)
    }

    /// Reports the state if it changed.
    pub(super) fn sample(&self) {
        if !self.alive.get() {
            return;
        }
        let state = self.raft.state();
        if self.last.replace(Some(state)) != Some(state) {
            let ServerState { term, is_leader } = state;
            self.has_led.set(self.has_led.get() || is_leader);
            self.trace.emit(&Event::StateChanged { server: self.incarnation, term, is_leader });
        }
        if self.trace.wants_inspections() {
            self.inspect();
        }
    }

    /// Whether it has ever said that it leads.
    pub(super) fn has_led(&self) -> bool {
        self.has_led.get()
    }

    /// What it was at the last look. Who shows nothing is a leader or, for all that is known, a
    /// follower.
    pub(super) fn role(&self) -> Role {
        let says_leader = self.last.get().is_some_and(|state| state.is_leader);
        // Nobody can look in while a look fails.
        match self.glass_box.try_borrow().ok().and_then(|glass_box| glass_box.role()) {
            Some(role) => role,
            None if says_leader => Role::Leader,
            None => Role::Follower,
        }
    }

    /// Reports what the glass box shows, if there is one.
    fn inspect(&self) {
        let Some(shown) = self.raft.inspect() else { return };
        let Sampler { servers, disk, trace, .. } = self;
        let viewer = Viewer { server: self.incarnation, servers: *servers, disk, trace };
        self.glass_box.borrow_mut().look(shown, &viewer);
    }
}

impl Observer for Sampler {
    fn before_poll(&self) {
        if self.trace.wants_log_lines() {
            *self.scope.borrow_mut() = Some(LogScope::enter(&self.trace, self.incarnation));
        }
    }

    fn after_poll(&self) {
        if !self.answering.take() {
            self.sample();
        }
        self.scope.take();
    }

    /// A reply shows the state that it comes from, so that is looked at first. A handler has nothing
    /// left to do then.
    fn before_answer(&self) {
        self.sample();
        self.answering.set(true);
    }
}
