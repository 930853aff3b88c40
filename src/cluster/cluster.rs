//! The cluster: its servers, its network, and what it is made of.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

use super::record::Record;
use super::sampler::Sampler;
use super::{Failure, Step};
use crate::api::{Life, MakeRaft};
use crate::base::{Command, Instant, Random, Seed, ServerId};
use crate::disk::Disk;
use crate::net::{Dice, Network, RuleGuard, rules};
use crate::sim::{self, GroupId, JoinHandle, Place, Sim, Sleep};
use crate::trace::{Event, Trace};

/// What a cluster is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Number of servers.
    pub servers: usize,
    /// Whether the network is unreliable at the start.
    pub unreliable: bool,
    /// Whether the services take snapshots.
    pub snapshots: bool,
    /// How long a message travels, each way.
    pub latency: RangeInclusive<Duration>,
    /// What everything random in the run is drawn from.
    pub seed: Seed,
    /// Makes the servers.
    pub make: MakeRaft,
}

/// What a run used, counted as the course's tester does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// From construction to the end.
    pub virtual_time: Duration,
    /// Requests handed to the network, whatever became of them.
    pub rpcs: u64,
    /// Encoded requests, and encoded replies that arrived.
    pub bytes: u64,
    /// Log indices applied by at least one server.
    pub ops: u64,
}

/// One server, over all its lives.
#[derive(Default)]
pub(super) struct Server {
    pub(super) disk: Disk,
    pub(super) lives: u32,
    pub(super) running: Option<Running>,
}

/// A server that is up.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) life: Rc<Life>,
    pub(super) raft: Rc<Sampler>,
}

/// A cluster of servers in one simulation, with the course's helpers.
pub struct Cluster {
    pub(super) sim: Sim,
    pub(super) group: GroupId,
    pub(super) trace: Rc<Trace>,
    pub(super) setup: Setup,
    pub(super) network: Network,
    pub(super) cut: rules::Cut,
    /// The rules that are always there.
    pub(super) _always: [RuleGuard; 3],
    pub(super) unreliable: RefCell<Option<RuleGuard>>,
    pub(super) reordering: RefCell<Option<RuleGuard>>,
    /// Faults at work that the course's network does not have.
    pub(super) faults: Cell<usize>,
    /// Something has gone wrong at least once.
    pub(super) was_disturbed: Cell<bool>,
    pub(super) servers: RefCell<Vec<Server>>,
    pub(super) record: RefCell<Record>,
    random: RefCell<Random>,
    /// How long services take for a message at most, and what that is drawn from.
    pub(super) service_time: RefCell<(Duration, Random)>,
    /// A failure outside of the scenario's own steps, such as a wrong command applied.
    aborted: RefCell<Option<Failure>>,
    began: Cell<Instant>,
}

impl Cluster {
    /// A cluster in which no server has been started, and whose harness tasks are those of `group`.
    pub fn new(sim: Sim, group: GroupId, trace: Rc<Trace>, setup: Setup) -> Rc<Cluster> {
        let network = Network::new(sim.clone(), trace.clone(), Dice::new(setup.seed), setup.servers);
        let cut = rules::Cut::all(setup.servers);
        let always = [
            network.install(cut.clone()),
            network.install(rules::Latency(setup.latency.clone())),
            network.install(rules::Unreachable::LONG),
        ];
        let began = Cell::new(sim.now());
        Rc::new(Cluster {
            sim,
            group,
            trace,
            network,
            cut,
            _always: always,
            unreliable: RefCell::new(None),
            reordering: RefCell::new(None),
            faults: Cell::new(0),
            was_disturbed: Cell::new(false),
            servers: RefCell::new((0..setup.servers).map(|_| Server::default()).collect()),
            record: RefCell::new(Record::new(setup.servers)),
            random: RefCell::new(setup.seed.stream("scenario")),
            service_time: RefCell::new((Duration::ZERO, setup.seed.stream("service"))),
            aborted: RefCell::new(None),
            began,
            setup,
        })
    }

    /// All servers, in the order of their numbers.
    pub fn servers(&self) -> impl Iterator<Item = ServerId> + use<> {
        (0..self.setup.servers).map(ServerId::new)
    }

    /// The server `steps` after `server`, around the circle.
    pub fn after(&self, server: ServerId, steps: usize) -> ServerId {
        ServerId::new((server.number() + steps) % self.setup.servers)
    }

    /// The current virtual time.
    pub fn now(&self) -> Instant {
        self.sim.now()
    }

    /// Waits for `duration` of virtual time.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sim.sleep(duration)
    }

    /// Starts a task beside the scenario.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        self.sim.spawn(self.group, task)
    }

    /// The scenario's random stream.
    pub fn random<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.random.borrow_mut())
    }

    /// The random stream of a scenario's client.
    pub fn client_random(&self, client: u64) -> Random {
        self.setup.seed.numbered_stream("client", client)
    }

    /// A random command: a non-negative integer of 63 bits.
    pub fn random_command(&self) -> Command {
        Command::integer(self.random(|random| random.bits() >> 1))
    }

    /// One of the servers, all being equally likely.
    pub fn random_server(&self) -> ServerId {
        ServerId::new(self.random(|random| random.below(self.setup.servers as u64)) as usize)
    }

    /// Size in bytes of the largest Raft state that any server has saved (`lab-spec` §2.15).
    pub fn log_size(&self) -> usize {
        self.servers.borrow().iter().map(|server| server.disk.state_len()).max().unwrap_or(0)
    }

    /// Encoded bytes sent so far, as the network counts them.
    pub fn total_bytes(&self) -> u64 {
        self.network.total_bytes()
    }

    /// Requests that reached a handler, summed over the present incarnations of all servers.
    pub fn requests_received(&self) -> u64 {
        self.servers().map(|server| self.network.received_by(server)).sum()
    }

    /// Where the calls in flight were made, each with how many they are.
    pub fn calls_by_place(&self) -> BTreeMap<Place, usize> {
        self.network.calls_by_place()
    }

    /// What the run used so far.
    pub fn figures(&self) -> Figures {
        Figures {
            virtual_time: self.sim.now() - self.began.get(),
            rpcs: self.network.total_rpcs(),
            bytes: self.network.total_bytes(),
            ops: self.record.borrow().max_index(),
        }
    }

    /// A failure of the check called `check`, found now.
    ///
    /// # Errors
    /// Always; so that a scenario can say `return t.fail(…)`.
    pub fn fail<T>(&self, check: &'static str, servers: Vec<ServerId>, evidence: Vec<String>) -> Step<T> {
        Err(Failure { check, at: self.sim.now(), servers, evidence })
    }

    /// Checks something of the scenario's own.
    ///
    /// # Errors
    /// If `met` is false: a failure of the check called `check`, with `evidence`.
    pub fn expect(
        &self,
        met: bool,
        check: &'static str,
        servers: &[ServerId],
        evidence: impl FnOnce() -> String,
    ) -> Step {
        if met { Ok(()) } else { self.fail(check, servers.to_vec(), vec![evidence()]) }
    }

    /// Ends the run because of a failure that no step of the scenario waits for.
    pub(super) fn abort(&self, failure: Failure) {
        self.aborted.borrow_mut().get_or_insert(failure);
        self.sim.stop();
    }

    /// The failure that ended the run beside the scenario, if one did.
    pub fn aborted(&self) -> Option<Ref<'_, Failure>> {
        Ref::filter_map(self.aborted.borrow(), Option::as_ref).ok()
    }

    /// Says in the trace what the scenario does, where no other event does.
    pub fn note(&self, text: std::fmt::Arguments<'_>) {
        self.trace.emit(&Event::Step { text });
    }
}

impl Drop for Cluster {
    /// Ends all lives. A server's handlers hold the server, which holds its peers and so the
    /// network, which holds the handlers: without this, every run would leave its servers behind.
    fn drop(&mut self) {
        let running = self.servers.get_mut().iter_mut().filter_map(|server| server.running.take());
        sim::one_by_one(running, |running| running.life.end(&self.sim));
    }
}
