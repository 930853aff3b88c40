//! Servers that come and go, and the state of the network between them (`lab-spec` §2.3 to §2.6).

use std::rc::Rc;
use std::time::Duration;

use super::cluster::{Cluster, Running};
use super::kv::KvSetup;
use super::sampler::Sampler;
use super::service::{self, Service};
use super::{Failure, Step};
use crate::api::{ApplySender, Boot, Life, LogScope, Raft};
use crate::base::{Incarnation, ServerId};
use crate::disk::Disk;
use crate::net::rules;
use crate::sim;
use crate::trace::Event;

impl Cluster {
    /// Starts all servers, then connects all, as the course's `make_config` does.
    ///
    /// # Errors
    /// None in practice: no server has a snapshot to restore yet.
    pub fn construct(self: &Rc<Cluster>) -> Step {
        self.trace.emit(&Event::Began { servers: self.setup.servers });
        if let Some(KvSetup { max_raft_state, .. }) = self.setup.kv {
            self.trace.emit(&Event::OwnService { max_raft_state });
        }
        self.set_reliable(!self.setup.unreliable);
        for server in self.servers() {
            self.start(server)?;
        }
        self.servers().for_each(|server| self.connect(server));
        self.trace.emit(&Event::Constructed);
        Ok(())
    }

    /// Starts a server, after crashing it if it is up. It is disconnected afterwards.
    ///
    /// # Errors
    /// If what the server saved holds a snapshot that no service made.
    pub fn start(self: &Rc<Cluster>, server: ServerId) -> Step {
        self.crash(server);
        let incarnation = self.next_life(server);
        self.trace.emit(&Event::Started { server: incarnation });
        match self.setup.kv {
            None => {
                self.restore_service(incarnation)?;
                self.boot(incarnation);
            }
            Some(kv) => {
                let restored = self.restore_kv(incarnation)?;
                self.boot_kv(kv, incarnation, restored);
            }
        }
        Ok(())
    }

    fn next_life(&self, server: ServerId) -> Incarnation {
        let mut servers = self.servers.borrow_mut();
        let lives = &mut servers[server.number()].lives;
        *lives += 1;
        Incarnation { server, life: *lives }
    }

    /// The service comes up before its Raft, from the saved snapshot if there is one.
    fn restore_service(&self, incarnation: Incarnation) -> Step {
        let server = incarnation.server;
        self.record.borrow_mut().restart(server);
        let snapshot = self.servers.borrow()[server.number()].disk.snapshot();
        if snapshot.is_empty() {
            return Ok(());
        }
        let ingested = self.record.borrow_mut().ingest(server, &snapshot, None);
        match ingested {
            Ok(index) => {
                self.trace.emit(&Event::SnapshotRestored { server: incarnation, index, snapshot: &snapshot });
                Ok(())
            }
            Err((text, servers)) => self.fail("restore snapshot", servers, vec![text]),
        }
    }

    /// Makes the Raft of a new life, its service and its RPC handlers.
    fn boot(self: &Rc<Cluster>, incarnation: Incarnation) {
        let life = Rc::new(Life::begin(&self.sim, incarnation));
        let (give, take) = sim::handover();
        let boot = self.boot_of(&life, ApplySender::new(give));
        let raft = self.sim.enter(life.group, || {
            let _scope = LogScope::enter(&self.trace, incarnation);
            (self.setup.make)(boot)
        });
        let raft = self.watch(&life, raft);
        let service = Service { cluster: Rc::downgrade(self), incarnation, raft: raft.clone() };
        // Whenever it calls its Raft, that is looked at; nothing else that it does can change it.
        self.sim.spawn_unobserved(life.group, service::take_all(service, take));
        self.serve(Running { life, raft, kv: None });
    }

    /// What a Raft gets for this life.
    pub(super) fn boot_of(&self, life: &Life, apply: ApplySender) -> Boot {
        let incarnation = life.incarnation;
        let random = self.setup.seed.numbered_stream("server", boot_number(incarnation));
        let disk = self.disk(incarnation.server);
        let persister = disk.persister(incarnation, life.alive.clone(), self.trace.clone());
        life.boot(&self.sim, &self.network, self.setup.servers, persister, apply, random)
    }

    fn disk(&self, server: ServerId) -> Disk {
        self.servers.borrow()[server.number()].disk.clone()
    }

    /// Looks at a Raft after each of its steps from now on.
    pub(super) fn watch(&self, life: &Life, raft: Rc<dyn Raft>) -> Rc<Sampler> {
        let disk = self.disk(life.incarnation.server);
        let sampler = Sampler::new(raft, life, disk, self.setup.servers, &self.sim, self.trace.clone());
        self.sim.observe(life.group, sampler.clone());
        sampler
    }

    /// A server that has been made is up.
    pub(super) fn serve(&self, running: Running) {
        let (server, raft) = (running.life.incarnation.server, running.raft.clone());
        self.network.set_service(server, Some(running.life.service.clone()));
        self.servers.borrow_mut()[server.number()].running = Some(running);
        raft.call(|_| ());
    }

    /// Crashes a server: cuts it off, forgets everything that it has not saved, and drops its
    /// tasks wherever they wait. Nothing happens to a server that is down, except that it is
    /// disconnected.
    pub fn crash(&self, server: ServerId) {
        self.disconnect(server);
        let Some(running) = self.servers.borrow_mut()[server.number()].running.take() else { return };
        self.network.set_service(server, None);
        self.spare(server);
        self.trace.emit(&Event::Crashed { server: running.life.incarnation });
        // Dead first: what `kill` still tries has no effect.
        running.life.alive.end();
        if let Some(kv) = &running.kv {
            self.sim.enter(running.life.group, || {
                let _scope = LogScope::enter(&self.trace, running.life.incarnation);
                kv.kill();
            });
        }
        running.raft.call(|raft| raft.kill());
        running.life.end(&self.sim);
    }

    /// Lets a server talk to all connected ones.
    pub fn connect(&self, server: ServerId) {
        if !self.cut.is_connected(server) {
            self.cut.set_connected(server, true);
            self.trace.emit(&Event::Connected { server });
        }
    }

    /// Cuts a server off from everybody, itself included.
    pub fn disconnect(&self, server: ServerId) {
        if self.cut.is_connected(server) {
            self.cut.set_connected(server, false);
            self.was_disturbed.set(true);
            self.trace.emit(&Event::Disconnected { server });
        }
    }

    /// Whether a server is connected.
    pub fn is_connected(&self, server: ServerId) -> bool {
        self.cut.is_connected(server)
    }

    /// Whether a server is up.
    pub fn is_running(&self, server: ServerId) -> bool {
        self.servers.borrow()[server.number()].running.is_some()
    }

    /// Asks a server for what it shows, whatever that does to it; nothing of that counts.
    pub fn look(&self, server: ServerId) {
        if let Some(running) = self.running(server) {
            running.raft.look();
        }
    }

    pub(super) fn running(&self, server: ServerId) -> Option<Running> {
        self.servers.borrow()[server.number()].running.clone()
    }

    /// Calls a server from outside; none if it is down or paused, or dies of it.
    pub(super) fn ask<T>(&self, server: ServerId, call: impl FnOnce(&dyn Raft) -> T) -> Option<T> {
        let running = self.running(server).filter(|running| !self.sim.is_paused(running.life.group))?;
        let answer = running.raft.call(call);
        if !running.life.alive.get() {
            self.crash_life(running.life.incarnation);
            return None;
        }
        Some(answer)
    }

    /// Makes the network reliable, or the lab's unreliable one.
    pub fn set_reliable(&self, reliable: bool) {
        let rule = (!reliable).then(|| self.network.install(rules::Unreliable));
        let earlier = self.unreliable.replace(rule);
        drop(earlier);
        self.network_changed();
    }

    /// Holds two thirds of the replies back, or does so no more.
    pub fn set_long_reordering(&self, reordering: bool) {
        let rule = reordering.then(|| self.network.install(rules::LongReordering));
        let earlier = self.reordering.replace(rule);
        drop(earlier);
        self.network_changed();
    }

    /// What is wrong with a test that has not ended after `limit`, the time that the lab gives it (§2.14).
    pub fn out_of_time(&self, limit: Duration) -> Failure {
        let mut evidence = vec![format!("the test has not ended after {limit:?} of virtual time")];
        evidence.extend(self.unfinished_operations());
        Failure { check: "time limit", at: self.now(), servers: vec![], evidence }
    }

    pub(super) fn abort_apply(&self, text: String, servers: Vec<ServerId>) {
        self.abort(Failure { check: "apply", at: self.sim.now(), servers, evidence: vec![text] });
    }
}

/// Tells every life of every server apart.
fn boot_number(incarnation: Incarnation) -> u64 {
    (incarnation.server.number() as u64) << 32 | u64::from(incarnation.life)
}
