//! What the bare simulator does per second and core, without Raft: timers, polls, and RPCs.
//!
//! Every benchmark builds a simulation and plays a fixed number of events in it, so its
//! throughput is events per second.
//!
//! `cargo bench --bench simulator`, or `cargo bench --bench simulator -- --quick` for a first
//! idea.

use std::future::poll_fn;
use std::hint::black_box;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use raftlab::api::{ApplySender, Boot, Bytes, Life, Rpc};
use raftlab::base::{Clock, Incarnation, Seed, ServerId};
use raftlab::disk::Disk;
use raftlab::net::{Dice, Network, rules};
use raftlab::sim::{End, GroupId, Limits, Sim, Simulation, handover};
use raftlab::trace::{Trace, Wants};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const SEED: Seed = Seed(0x5eed);

/// Builds a simulation, and plays in it what `script` says.
fn simulate<F: Future<Output = ()> + 'static>(script: impl FnOnce(Sim, GroupId, Rc<Clock>) -> F) {
    let clock = Rc::new(Clock::default());
    let limits = Limits { polls_per_instant: u64::MAX, ..Limits::default() };
    let simulation = Simulation::new(clock.clone(), SEED.stream("scheduler"), limits, None);
    let sim = simulation.handle();
    let group = sim.group("bench");
    let end = simulation.run(group, script(sim, group, clock));
    assert_eq!(end, End::Finished);
}

/// `tasks` tasks sleep `naps` times each, a few hundred microseconds at a time.
fn sleepers(tasks: u64, naps: u64) {
    simulate(|sim, group, _| async move {
        let sleepers: Vec<_> =
            (0..tasks).map(|number| sim.spawn(group, sleep_often(sim.clone(), number, naps))).collect();
        for sleeper in sleepers {
            sleeper.await;
        }
    });
}

async fn sleep_often(sim: Sim, number: u64, naps: u64) {
    for nap in 0..naps {
        sim.sleep(Duration::from_micros(100 + (number * 37 + nap * 101) % 400)).await;
    }
}

/// `tasks` tasks ask `turns` times each to be polled again, at one instant.
fn yielders(tasks: u64, turns: u64) {
    simulate(|sim, group, _| async move {
        let yielders: Vec<_> = (0..tasks).map(|_| sim.spawn(group, yield_often(turns))).collect();
        for yielder in yielders {
            yielder.await;
        }
    });
}

async fn yield_often(turns: u64) {
    let mut left = turns;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A request without contents.
#[derive(Debug, Serialize, Deserialize)]
struct Ping(u64);

impl Rpc for Ping {
    const NAME: &'static str = "Ping";
    type Reply = u64;
}

/// A request as a Raft might send it that keeps its entries one by one.
#[derive(Debug, Serialize, Deserialize)]
struct Append {
    number: u64,
    entries: Vec<Bytes>,
}

impl Rpc for Append {
    const NAME: &'static str = "Append";
    type Reply = u64;
}

/// A server calls another `calls` times, one call after the other, over a reliable network with
/// the labs' latency; requests and replies are encoded.
fn round_trips<R: Rpc<Reply = u64> + DeserializeOwned>(calls: u64, request: R, number: fn(&R) -> u64) {
    simulate(|sim, _, clock| async move {
        let trace = Trace::new(clock, Vec::new(), Wants::default());
        let network = Network::new(sim.clone(), trace.clone(), Dice::new(SEED), 2);
        let latency = network.install(rules::Latency::default());
        let [caller, target] = [0, 1].map(|server| {
            let life = Life::begin(&sim, Incarnation { server: ServerId::new(server), life: 1 });
            network.set_service(ServerId::new(server), Some(life.service.clone()));
            let persister = Disk::new().persister(life.incarnation, life.alive.clone(), trace.clone());
            let apply = ApplySender::new(handover().0);
            let boot = life.boot(&sim, &network, 2, persister, apply, SEED.stream("server"));
            (life, boot)
        });
        target.1.ctx.serve(move |_, request: R| async move { number(&request) });
        let Boot { peers, .. } = &caller.1;
        for _ in 0..calls {
            let reply = peers[ServerId::new(1)].call(&request).await;
            assert_eq!(reply, Some(number(&request)));
        }
        // The handlers hold the network, which holds the handlers.
        for (life, _) in [&caller, &target] {
            life.end(&sim);
        }
        drop(latency);
    });
}

fn timers(criterion: &mut Criterion) {
    const NAPS: u64 = 10_000;
    let mut group = criterion.benchmark_group("sleeps");
    group.throughput(Throughput::Elements(NAPS));
    for tasks in [1, 100, 1_000] {
        group.bench_function(format!("of {tasks} tasks"), |bencher| bencher.iter(|| sleepers(tasks, NAPS / tasks)));
    }
    group.finish();
}

fn polls(criterion: &mut Criterion) {
    const TURNS: u64 = 10_000;
    let mut group = criterion.benchmark_group("polls");
    group.throughput(Throughput::Elements(TURNS));
    for tasks in [1, 100] {
        group.bench_function(format!("of {tasks} tasks"), |bencher| bencher.iter(|| yielders(tasks, TURNS / tasks)));
    }
    group.finish();
}

fn rpcs(criterion: &mut Criterion) {
    const CALLS: u64 = 1_000;
    let mut group = criterion.benchmark_group("round trips");
    group.throughput(Throughput::Elements(CALLS));
    group.bench_function("of an empty request", |bencher| {
        bencher.iter(|| round_trips(CALLS, Ping(black_box(7)), |ping| ping.0));
    });
    let entry = Bytes::from(vec![0xab; 100]);
    group.bench_function("of 10 entries of 100 bytes", |bencher| {
        bencher.iter(|| {
            let append = Append { number: black_box(7), entries: vec![entry.clone(); 10] };
            round_trips(CALLS, append, |append| append.number + append.entries.len() as u64);
        });
    });
    group.finish();
}

criterion_group!(benches, timers, polls, rpcs);
criterion_main!(benches);
