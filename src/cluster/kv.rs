//! A key/value service of the implementation's own above each Raft, and its clerks (`lab-spec/kv.md` §3).
//!
//! The tester sees what passes between the service and its Raft, so that all rules about Raft are
//! watched as ever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use bytes::Bytes;

use super::Failure;
use super::cluster::{Cluster, Running};
use super::sampler::Sampler;
use crate::api::{
    ApplyMsg, ApplyReceiver, ApplySender, Clerk, ClerkBoot, Inspect, KvBoot, Life, LogScope, MakeClerk, MakeKvServer,
    Raft, ServerState, StartRaft, Started,
};
use crate::base::{Alive, ClientId, Command, Incarnation, Index, ServerId};
use crate::net::{Caller, rules};
use crate::sim::{self, GroupId};
use crate::trace::{Digest, Event, Operation, Trace};

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
    ends: rules::ClientEnds,
    clients: Cell<u32>,
    /// Operations that are counted.
    ops: Cell<u64>,
    /// Snapshots that the service has taken, and through which index. What a server restores is one of
    /// them.
    taken: RefCell<BTreeMap<(usize, u64), Index>>,
}

impl Kv {
    pub(super) fn new(ends: rules::ClientEnds) -> Kv {
        Kv { ends, clients: Cell::new(0), ops: Cell::new(0), taken: RefCell::default() }
    }

    /// Operations that were counted so far.
    pub(super) fn ops(&self) -> u64 {
        self.ops.get()
    }
}

/// A client of the service.
pub struct Client {
    id: ClientId,
    clerk: Rc<dyn Clerk>,
    cluster: Rc<Cluster>,
    group: GroupId,
    /// Ends with the client.
    alive: Alive,
}

impl Cluster {
    /// What there is of the key/value service.
    ///
    /// # Panics
    /// If there is none: scenarios of the service are played with one.
    fn kv(&self) -> &Kv {
        self.kv.as_ref().expect("this scenario is played with a key/value service")
    }

    /// Makes a client whose clerk reaches these servers (`lab-spec/kv.md` §3.3).
    pub fn client(self: &Rc<Cluster>, to: &[ServerId]) -> Client {
        let kv = self.kv();
        let number = kv.clients.get();
        kv.clients.set(number + 1);
        let id = ClientId::new(number);
        let mut random = self.setup.seed.numbered_stream("clerk", u64::from(number));
        let mut order: Vec<ServerId> = self.servers().collect();
        random.shuffle(&mut order);
        let (group, alive) = (self.sim.group(&id.to_string()), Alive::new());
        let caller = Caller::client(id, group, alive.clone());
        let boot = ClerkBoot::new(&self.sim, &self.network, caller, order, random);
        let make = self.setup.kv.expect("there is a service").clerk;
        let clerk = self.sim.enter(group, || make(boot));
        let client = Client { id, clerk, cluster: self.clone(), group, alive };
        client.connect(to);
        client
    }

    /// Lets no server reach one that is not on its side, from now on, until the guard is dropped.
    /// Clients reach whom they did.
    pub fn partition(self: &Rc<Cluster>, sides: &[&[ServerId]]) -> super::FaultGuard {
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

    /// Makes a server of the service, with its Raft.
    pub(super) fn boot_kv(self: &Rc<Cluster>, kv: KvSetup, incarnation: Incarnation) {
        let server = incarnation.server;
        let life = Rc::new(Life::begin(&self.sim, incarnation));
        let (give, take) = sim::handover();
        let disk = self.servers.borrow()[server.number()].disk.clone();
        let boot = self.boot_of(&life, &disk, ApplySender::new(give));
        let (me, persister, ctx) = (boot.me, boot.persister.clone(), boot.ctx.clone());
        let started: Rc<RefCell<Option<Rc<Sampler>>>> = Rc::default();
        let (slot, cluster, own) = (started.clone(), Rc::downgrade(self), life.clone());
        let raft = StartRaft::new(move || {
            let cluster = cluster.upgrade().expect("a server is made while there is a cluster");
            let raft = (cluster.setup.make)(boot);
            let sampler =
                Sampler::new(raft.clone(), &own, disk, cluster.setup.servers, &cluster.sim, cluster.trace.clone());
            cluster.sim.observe(own.group, sampler.clone());
            *slot.borrow_mut() = Some(sampler.clone());
            let between =
                Between { server: incarnation, cluster: Rc::downgrade(&cluster), trace: cluster.trace.clone() };
            let below = Rc::new(Below { raft, sampler, between: between.clone() });
            (below as Rc<dyn Raft>, ApplyReceiver::new(take, move |message| between.applied(message)))
        });
        let made = self.sim.enter(life.group, || {
            let _scope = LogScope::enter(&self.trace, incarnation);
            (kv.server)(KvBoot { me, persister, raft, max_raft_state: kv.max_raft_state, ctx })
        });
        let Some(raft) = started.take() else {
            let evidence = vec![format!("{incarnation} was made without a Raft: nobody called `boot.raft.start()`")];
            return self.abort(Failure { check: "no raft", at: self.now(), servers: vec![server], evidence });
        };
        self.network.set_service(server, Some(life.service.clone()));
        self.servers.borrow_mut()[server.number()].running = Some(Running { life, raft: raft.clone(), kv: Some(made) });
        raft.call(|_| ());
    }

    /// A server comes up with the snapshot that it saved: through which index, the tester knows from when
    /// it was taken.
    pub(super) fn restore_kv(&self, incarnation: Incarnation) {
        let snapshot = self.servers.borrow()[incarnation.server.number()].disk.snapshot();
        if !snapshot.is_empty() {
            let index = self.kv().taken.borrow().get(&fingerprint(&snapshot)).copied().unwrap_or(0);
            self.trace.emit(&Event::SnapshotRestored { server: incarnation, index, snapshot: &snapshot });
        }
    }
}

impl Client {
    /// Who it is.
    pub fn id(&self) -> ClientId {
        self.id
    }

    /// Lets the clerk reach these servers, too.
    pub fn connect(&self, to: &[ServerId]) {
        to.iter().for_each(|server| self.cluster.kv().ends.connect(self.id, *server));
    }

    /// The value of a key.
    pub async fn get(&self, key: &str) -> String {
        self.perform(Operation::Get { key }).await
    }

    /// Replaces the value of a key.
    pub async fn put(&self, key: &str, value: &str) {
        self.perform(Operation::Put { key, value }).await;
    }

    /// Adds to the end of the value of a key.
    pub async fn append(&self, key: &str, value: &str) {
        self.perform(Operation::Append { key, value }).await;
    }

    /// Counts an operation that has ended.
    pub fn count(&self) {
        let ops = &self.cluster.kv().ops;
        ops.set(ops.get() + 1);
    }

    /// Has an operation done, in a task of the client's own; what was read.
    async fn perform(&self, operation: Operation<'_>) -> String {
        let trace = &self.cluster.trace;
        trace.emit(&Event::OperationBegan { client: self.id, operation });
        let (clerk, key) = (self.clerk.clone(), operation.key().to_owned());
        let (is_append, value) = (matches!(operation, Operation::Append { .. }), operation.value().map(str::to_owned));
        let done = self.cluster.sim.spawn(self.group, async move {
            match value {
                None => Some(clerk.get(&key).await),
                Some(value) if is_append => {
                    clerk.append(&key, &value).await;
                    None
                }
                Some(value) => {
                    clerk.put(&key, &value).await;
                    None
                }
            }
        });
        let value = done.await;
        trace.emit(&Event::OperationEnded { client: self.id, operation, value: value.as_deref() });
        value.unwrap_or_default()
    }
}

impl Drop for Client {
    /// A clerk that nobody uses any more has no tasks.
    fn drop(&mut self) {
        self.alive.end();
        self.cluster.sim.cancel(self.group);
    }
}

/// Between a server of the service and its Raft.
#[derive(Clone)]
struct Between {
    server: Incarnation,
    /// Weak: the cluster owns the servers, which own this.
    cluster: Weak<Cluster>,
    trace: Rc<Trace>,
}

impl Between {
    fn applied(&self, message: &ApplyMsg) {
        let server = self.server;
        match message {
            ApplyMsg::Command { index, command } => {
                self.trace.emit(&Event::Applied { server, index: *index, command });
            }
            ApplyMsg::Snapshot { index, term, snapshot } => {
                self.trace.emit(&Event::SnapshotApplied { server, index: *index, term: *term, snapshot });
            }
        }
    }

    fn took_snapshot(&self, index: Index, snapshot: &Bytes) {
        self.trace.emit(&Event::SnapshotTaken { server: self.server, index, snapshot });
        if let Some(cluster) = self.cluster.upgrade() {
            cluster.kv().taken.borrow_mut().insert(fingerprint(snapshot), index);
        }
    }

    fn accepted(&self, started: Started, command: &Command) {
        let Started { index, term } = started;
        self.trace.emit(&Event::CommandAccepted { server: self.server, index, term, command });
    }
}

/// A Raft as the service sees it; the tester sees what the service does with it.
struct Below {
    raft: Rc<dyn Raft>,
    sampler: Rc<Sampler>,
    between: Between,
}

impl Raft for Below {
    fn start(&self, command: Command) -> Option<Started> {
        let started = self.raft.start(command.clone());
        // As wherever a call comes from outside: what it did is seen before it is told.
        self.sampler.sample();
        if let Some(started) = started {
            self.between.accepted(started, &command);
        }
        started
    }

    fn state(&self) -> ServerState {
        self.raft.state()
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.between.took_snapshot(index, &snapshot);
        self.raft.snapshot(index, snapshot);
        self.sampler.sample();
    }

    fn kill(&self) {
        self.raft.kill();
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        self.raft.inspect()
    }
}

/// Tells snapshots apart.
fn fingerprint(snapshot: &Bytes) -> (usize, u64) {
    let mut digest = Digest::EMPTY;
    digest.bytes(snapshot);
    (snapshot.len(), digest.bits())
}
