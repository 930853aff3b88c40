//! Servers that claim, apply and save what a test tells them to.
//!
//! A Raft is made by a plain function, so the strings hang from a stage that each test's thread
//! has for itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::{
    ApplyMsg, Boot, Bytes, Ctx, Description, Incarnation, Peers, Persister, Raft, Rpc, Sender, ServerState, Started,
    channel,
};
use crate::base::{Clock, Command, Index, Instant, Seed, ServerId, Term};
use crate::cluster::{Cluster, Failure, Setup};
use crate::net::Outgoing;
use crate::sim::{End, Limits, Simulation};
use crate::trace::{TextSink, Trace, Wants};

pub(super) const S0: ServerId = ServerId::new_const(0);
pub(super) const S1: ServerId = ServerId::new_const(1);
pub(super) const S2: ServerId = ServerId::new_const(2);

/// What a leader does with a command that it accepted.
pub(super) type Accepts = fn(Index, Command);

thread_local! { static STAGE: RefCell<Stage> = RefCell::default(); }

#[derive(Default)]
struct Stage {
    states: BTreeMap<ServerId, ServerState>,
    apply: BTreeMap<ServerId, Sender<ApplyMsg>>,
    accepts: Option<Accepts>,
    next_index: Index,
    seen: Seen,
}

/// What the puppets were asked to do.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// Commands submitted: when, to whom, what.
    pub(super) asked: Vec<(Instant, ServerId, Command)>,
    /// Messages handed over to the service: when, by whom.
    pub(super) taken: Vec<(Instant, ServerId)>,
    pub(super) snapshots: Vec<(ServerId, Index, Bytes)>,
    pub(super) booted: Vec<(Instant, Incarnation)>,
    pub(super) pings: Vec<Incarnation>,
    pub(super) killed: Vec<ServerId>,
    pub(super) dropped: usize,
}

fn stage<T>(change: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(change)
}

pub(super) fn seen() -> Seen {
    stage(|stage| stage.seen.clone())
}

/// Lets a server claim to lead `term` from now on; it applies nothing of what it accepts.
pub(super) fn lead(server: ServerId, term: Term) {
    stage(|stage| stage.states.insert(server, ServerState { term, is_leader: true }));
}

pub(super) fn follow(server: ServerId, term: Term) {
    stage(|stage| stage.states.insert(server, ServerState { term, is_leader: false }));
}

/// Lets `then` happen to every command that a leader accepts.
pub(super) fn accept(then: Accepts) {
    stage(|stage| stage.accepts = Some(then));
}

/// Lets a server hand a message over to its service.
pub(super) fn deliver(server: ServerId, message: ApplyMsg) {
    stage(|stage| stage.apply[&server].send(message));
}

pub(super) fn apply(server: ServerId, index: Index, value: u64) {
    deliver(server, ApplyMsg::Command { index, command: Command::integer(value) });
}

/// Applies 10, 20, 30, … at the indices `from..=to`.
pub(super) fn apply_through(server: ServerId, from: Index, to: Index) {
    (from..=to).for_each(|index| apply(server, index, index * 10));
}

/// A request to the other servers, so that handlers and peers hold each other as in a real Raft.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ping;

impl Rpc for Ping {
    const NAME: &'static str = "Ping";
    type Reply = ();
}

struct Puppet {
    me: ServerId,
    ctx: Ctx,
    peers: Peers,
    persister: Persister,
}

fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, peers, persister, apply, ctx } = boot;
    let (sender, mut receiver) = channel();
    stage(|stage| {
        stage.apply.insert(me, sender);
        stage.seen.booted.push((ctx.now(), ctx.incarnation()));
    });
    let here = ctx.clone();
    ctx.spawn(async move {
        while let Some(message) = receiver.recv().await {
            apply.send(message).await;
            stage(|stage| stage.seen.taken.push((here.now(), me)));
        }
    });
    let puppet = Rc::new(Puppet { me, ctx, peers, persister });
    let there = puppet.clone();
    puppet.ctx.serve(move |_, Ping| {
        stage(|stage| stage.seen.pings.push(there.ctx.incarnation()));
        std::future::ready(())
    });
    puppet
}

impl Raft for Puppet {
    fn start(&self, command: Command) -> Option<Started> {
        let (now, me, ServerState { term, is_leader }) = (self.ctx.now(), self.me, self.state());
        stage(|stage| stage.seen.asked.push((now, me, command.clone())));
        if !is_leader {
            return None;
        }
        let (index, accepts) = stage(|stage| {
            stage.next_index += 1;
            (stage.next_index, stage.accepts)
        });
        if let Some(accepts) = accepts {
            accepts(index, command);
        }
        Some(Started { index, term })
    }

    fn state(&self) -> ServerState {
        stage(|stage| stage.states.get(&self.me).copied()).unwrap_or(ServerState { term: 0, is_leader: false })
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        stage(|stage| stage.seen.snapshots.push((self.me, index, snapshot.clone())));
        self.persister.save(vec![0; 7], Some(snapshot));
    }

    /// Tries what a dead server must not do.
    fn kill(&self) {
        stage(|stage| stage.seen.killed.push(self.me));
        self.persister.save(vec![0; 999], None);
        self.peers.all().for_each(|peer| drop(self.peers[peer].call(&Ping)));
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        // The thread's own destructors may run later than those of the stage.
        let _ = STAGE.try_with(|stage| stage.borrow_mut().seen.dropped += 1);
    }
}

/// Lets a server ping all servers, itself included; sent at once.
pub(super) fn ping_all(cluster: &Cluster, server: ServerId) {
    let running = cluster.servers.borrow()[server.number()].running.clone().expect("only servers that are up ping");
    let caller = running.life.service.clone();
    for to in cluster.servers() {
        let request = Outgoing { name: Ping::NAME, description: &Description::Other, args: &(), bytes: &[] };
        drop(cluster.network.call(&caller.caller(), to, request));
    }
}

/// Three puppets, a reliable network, no snapshots.
pub(super) fn setup() -> Setup {
    let latency = Duration::from_micros(50)..=Duration::from_micros(500);
    Setup { servers: 3, unreliable: false, snapshots: false, latency, seed: Seed(0x5eed), make, kv: None }
}

pub(super) fn with_snapshots() -> Setup {
    Setup { snapshots: true, ..setup() }
}

/// Plays `test` on a new stage until it or something else ends it; also what is told of it.
fn play_until<F>(setup: Setup, test: impl FnOnce(Rc<Cluster>) -> F) -> (End, Option<Failure>, String)
where
    F: Future<Output = ()> + 'static,
{
    stage(|stage| *stage = Stage::default());
    let clock = Rc::new(Clock::default());
    let text = Rc::new(RefCell::new(TextSink::new(Vec::new())));
    let trace = Trace::new(clock.clone(), vec![text.clone()], Wants::default());
    let simulation = Simulation::new(clock, setup.seed.stream("scheduler"), Limits::default(), None);
    let sim = simulation.handle();
    let group = sim.group("test");
    let cluster = Cluster::new(sim, group, trace, setup);
    cluster.construct().expect("there is nothing to restore");
    let end = simulation.run(group, test(cluster.clone()));
    let failure = cluster.aborted().map(|failure| failure.clone());
    // A run that was stopped still holds the cluster, and drops it here; others leave it to us.
    drop(simulation);
    let told = text.borrow_mut().finish().expect("memory does not fail").unwrap_or_default();
    (end, failure, String::from_utf8(told).expect("traces are UTF-8"))
}

/// Plays `test`, which must come to its end.
pub(super) fn play<F: Future<Output = ()> + 'static>(setup: Setup, test: impl FnOnce(Rc<Cluster>) -> F) {
    play_and_tell(setup, test);
}

/// The same; gives the trace.
pub(super) fn play_and_tell<F: Future<Output = ()> + 'static>(
    setup: Setup,
    test: impl FnOnce(Rc<Cluster>) -> F,
) -> String {
    let (end, failure, told) = play_until(setup, test);
    assert_eq!((end, failure), (End::Finished, None));
    told
}

/// Plays `test`, which must be ended by a failure beside it.
pub(super) fn play_to_failure<F: Future<Output = ()> + 'static>(
    setup: Setup,
    test: impl FnOnce(Rc<Cluster>) -> F,
) -> Failure {
    let (end, failure, _) = play_until(setup, test);
    assert_eq!(end, End::Stopped);
    failure.expect("a run that was stopped says why")
}

pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Milliseconds since the start of the run.
pub(super) fn now(cluster: &Cluster) -> u64 {
    cluster.now().as_micros() / 1_000
}
