//! A key/value service of the implementation's own above each Raft, and its clerks (`lab-spec/kv.md` §3).
//!
//! The tester sees what passes between the service and its Raft, so that all rules about Raft are
//! watched as ever.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bytes::Bytes;

use super::below::{self, Restored};
use super::cluster::{Cluster, Running};
use super::sampler::Sampler;
use super::{Failure, FaultGuard, Step};
use crate::api::{ApplySender, KvBoot, Life, LogScope, MakeClerk, MakeKvServer, StartRaft};
use crate::base::{ClientId, Incarnation, Index, Instant, ServerId};
use crate::net::rules;
use crate::sim;
use crate::trace::{Digest, Event, Operation};

/// What makes a key/value service.
#[derive(Clone, Copy, Debug)]
pub struct KvSetup {
    /// Makes a server, in each of its lives.
    pub server: MakeKvServer,
    /// Makes a clerk.
    pub clerk: MakeClerk,
    /// What the saved state of a Raft may grow to before the service gives it a snapshot, in bytes; none
    /// if there are to be no snapshots.
    pub max_raft_state: Option<usize>,
}

/// What there is of the service beside its servers.
pub(super) struct Kv {
    /// Which client reaches which server.
    pub(super) ends: rules::ClientEnds,
    clients: Cell<u32>,
    /// What each client waits for.
    waiting: RefCell<BTreeMap<ClientId, Waiting>>,
    /// Operations that are counted.
    ops: Cell<u64>,
    /// Snapshots that the service has taken, and through which indices: what was applied in between may
    /// have changed nothing. What a server restores is one of them.
    taken: RefCell<BTreeMap<Fingerprint, BTreeSet<Index>>>,
}

impl Kv {
    pub(super) fn new(ends: rules::ClientEnds) -> Kv {
        Kv { ends, clients: Cell::new(0), waiting: RefCell::default(), ops: Cell::new(0), taken: RefCell::default() }
    }

    /// Operations that were counted so far.
    pub(super) fn ops(&self) -> u64 {
        self.ops.get()
    }

    pub(super) fn count_operation(&self) {
        self.ops.set(self.ops.get() + 1);
    }

    pub(super) fn begin_operation(&self, client: ClientId, since: Instant, operation: Operation<'_>) {
        let waiting = Waiting { since, name: operation.name(), key: operation.key().to_owned() };
        self.waiting.borrow_mut().insert(client, waiting);
    }

    pub(super) fn end_operation(&self, client: ClientId) {
        self.waiting.borrow_mut().remove(&client);
    }

    pub(super) fn next_client(&self) -> ClientId {
        let number = self.clients.get();
        self.clients.set(number + 1);
        ClientId::new(number)
    }

    /// A service took this snapshot of everything through `index`.
    pub(super) fn took(&self, snapshot: &Bytes, index: Index) {
        self.taken.borrow_mut().entry(fingerprint(snapshot)).or_default().insert(index);
    }

    /// Through which indices there are snapshots of these bytes.
    fn indices_of(&self, snapshot: &Bytes) -> BTreeSet<Index> {
        self.taken.borrow().get(&fingerprint(snapshot)).cloned().unwrap_or_default()
    }
}

/// An operation that has begun.
struct Waiting {
    since: Instant,
    name: &'static str,
    key: String,
}

/// Length, and digest of all: snapshots often differ in their middles only.
type Fingerprint = (usize, u64);

fn fingerprint(snapshot: &Bytes) -> Fingerprint {
    (snapshot.len(), Digest::of_many(snapshot).bits())
}

impl Cluster {
    /// What there is of the key/value service.
    ///
    /// # Panics
    /// If there is none: scenarios of the service are played with one.
    pub(super) fn kv(&self) -> &Kv {
        self.kv.as_ref().expect("this scenario is played with a key/value service")
    }

    /// Lets no server reach one that is not on its side, from now on, until the guard is dropped.
    /// Clients reach whom they did.
    pub fn partition(self: &Rc<Cluster>, sides: &[&[ServerId]]) -> FaultGuard {
        self.inject(rules::Partition::new(sides))
    }

    /// Size in bytes of the largest snapshot that any server has saved.
    pub fn snapshot_size(&self) -> usize {
        self.servers.borrow().iter().map(|server| server.disk.snapshot().len()).max().unwrap_or(0)
    }

    /// The first server that says it leads.
    pub fn any_leader(&self) -> Option<ServerId> {
        self.servers().find(|server| self.state(*server).is_some_and(|state| state.is_leader))
    }

    /// The operations that clients of the service wait for, a sentence each, for whom waits longest first;
    /// of many only some.
    pub(super) fn unfinished_operations(&self) -> Vec<String> {
        const SHOWN: usize = 3;
        let Some(kv) = &self.kv else { return vec![] };
        let waiting = kv.waiting.borrow();
        let mut waiting: Vec<_> = waiting.iter().collect();
        waiting.sort_by_key(|(_, operation)| operation.since);
        let sentence = |(client, Waiting { since, name, key }): &(&ClientId, &Waiting)| {
            format!("{client}'s {name}({key:?}), called at {since}, has not returned")
        };
        let mut sentences: Vec<String> = waiting.iter().take(SHOWN).map(sentence).collect();
        if waiting.len() > SHOWN {
            sentences.push(format!("nor have those of {} other clients", waiting.len() - SHOWN));
        }
        sentences
    }

    /// Makes a server of the service, which starts its Raft.
    pub(super) fn boot_kv(self: &Rc<Cluster>, kv: KvSetup, incarnation: Incarnation, restored: Option<Restored>) {
        let life = Rc::new(Life::begin(&self.sim, incarnation));
        let (give, take) = sim::handover();
        let boot = self.boot_of(&life, ApplySender::new(give));
        let (me, persister, ctx) = (boot.me, boot.persister.clone(), boot.ctx.clone());
        let started: Rc<RefCell<Option<Rc<Sampler>>>> = Rc::default();
        let (slot, cluster, own) = (started.clone(), Rc::downgrade(self), life.clone());
        let raft = StartRaft::new(move || {
            let cluster = cluster.upgrade().expect("a server is made while there is a cluster");
            let sampler = cluster.watch(&own, (cluster.setup.make)(boot));
            *slot.borrow_mut() = Some(sampler.clone());
            below::place(&cluster, incarnation, sampler, take, restored)
        });
        let made = self.sim.enter(life.group, || {
            let _scope = LogScope::enter(&self.trace, incarnation);
            (kv.server)(KvBoot { me, persister, raft, max_raft_state: kv.max_raft_state, ctx })
        });
        match started.take() {
            Some(raft) => self.serve(Running { life, raft, kv: Some(made) }),
            None => {
                life.end(&self.sim);
                self.abort(self.without_raft(incarnation));
            }
        }
    }

    fn without_raft(&self, incarnation: Incarnation) -> Failure {
        let evidence = vec![format!("{incarnation} was made without a Raft: nobody called `boot.raft.start()`")];
        Failure { check: "no raft", at: self.now(), servers: vec![incarnation.server], evidence }
    }

    /// The snapshot with which a server comes up; none if it has saved none.
    ///
    /// # Errors
    /// If its service never gave this to any Raft.
    pub(super) fn restore_kv(&self, incarnation: Incarnation) -> Step<Option<Restored>> {
        let server = incarnation.server;
        let snapshot = self.servers.borrow()[server.number()].disk.snapshot();
        if snapshot.is_empty() {
            return Ok(None);
        }
        let indices = self.kv().indices_of(&snapshot);
        // The newest for now: no rule must take the server for one that is behind.
        let Some(index) = indices.last().copied() else {
            let len = snapshot.len();
            let text = format!("{server} has saved a snapshot of {len} bytes that no service gave to its Raft");
            return self.fail("restore snapshot", vec![server], vec![text]);
        };
        self.trace.emit(&Event::SnapshotRestored { server: incarnation, index, snapshot: &snapshot });
        Ok(Some(Restored { snapshot, indices, index }))
    }
}
