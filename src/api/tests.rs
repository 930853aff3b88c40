//! The door's promises, each kept to two servers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::*;
use crate::base::{Clock, Random, Seed};
use crate::disk::Disk;
use crate::net::{Dice, Network};
use crate::sim::{self, End, GroupId, Limits, Sim, Simulation};
use crate::trace::{TextSink, Trace, Wants};

const S0: ServerId = ServerId::new_const(0);
const S1: ServerId = ServerId::new_const(1);

/// Two servers on a network without latency, and the trace that they leave.
struct World {
    simulation: Simulation,
    sim: Sim,
    trace: Rc<Trace>,
    text: Rc<RefCell<TextSink<Vec<u8>>>>,
    network: Network,
    lives: Vec<Life>,
    group: GroupId,
}

impl World {
    fn new(wants_log_lines: bool) -> World {
        let clock = Rc::new(Clock::default());
        let text = Rc::new(RefCell::new(TextSink::new(Vec::new())));
        let trace =
            Trace::new(clock.clone(), vec![text.clone()], Wants { log_lines: wants_log_lines, inspections: false });
        let simulation = Simulation::new(clock, Random::new(1), Limits::default(), None);
        let sim = simulation.handle();
        let network = Network::new(sim.clone(), trace.clone(), Dice::new(Seed(1)), 2);
        let lives = [S0, S1].map(|server| Life::begin(&sim, Incarnation { server, life: 1 })).into();
        let group = sim.group("test");
        World { simulation, sim, trace, text, network, lives, group }
    }

    fn boot(&self, server: ServerId) -> Boot {
        let life = &self.lives[server.number()];
        self.network.set_service(server, Some(life.service.clone()));
        let persister = Disk::new().persister(life.incarnation, life.alive.clone(), self.trace.clone());
        let random = Seed(1).numbered_stream("server", server.number() as u64);
        let (give, _) = sim::handover();
        life.boot(&self.sim, &self.network, 2, persister, ApplySender::new(give), random)
    }

    fn play(self, main: impl Future<Output = ()> + 'static) -> String {
        assert_eq!(self.simulation.run(self.group, main), End::Finished);
        let text = self.text.replace(TextSink::new(Vec::new())).finish();
        let text = text.expect("memory does not fail").unwrap_or_default();
        String::from_utf8(text).expect("traces are UTF-8")
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Question {
    text: String,
    numbers: BTreeMap<u64, Option<Command>>,
    nap: Duration,
}

impl Rpc for Question {
    const NAME: &'static str = "Question";
    type Reply = Result<(ServerId, Question), String>;
}

fn question(nap: u64) -> Question {
    let numbers = [(1, None), (u64::MAX, Some(Command::integer(7)))].into();
    Question { text: "how, and why?".to_owned(), numbers, nap: millis(nap) }
}

/// Answers with who asked and what, after the nap that the question asks for.
fn answer_questions(boot: &Boot) {
    let ctx = boot.ctx.clone();
    boot.ctx.serve(move |from, question: Question| {
        let ctx = ctx.clone();
        async move {
            ctx.sleep(question.nap).await;
            Ok((from, question))
        }
    });
}

#[test]
fn a_call_carries_its_arguments_there_and_the_reply_back() {
    let world = World::new(false);
    let (asks, answers) = (world.boot(S0), world.boot(S1));
    answer_questions(&answers);
    let network = world.network.clone();
    world.play(async move {
        assert_eq!(asks.peers[S1].call(&question(0)).await, Some(Ok((S0, question(0)))));
        assert!(network.total_bytes() > 2 * question(0).text.len() as u64, "both ways are counted");
    });
}

#[test]
fn a_call_leaves_at_once_and_is_encoded_as_it_is_then() {
    let world = World::new(false);
    let (asks, answers) = (world.boot(S0), world.boot(S1));
    answer_questions(&answers);
    world.play(async move {
        let mut asked = question(5);
        let reply = asks.peers[S1].call(&asked);
        asked.text.clear();
        asks.ctx.sleep(millis(5)).await;
        assert_eq!(reply.await, Some(Ok((S0, question(5)))));
        assert_eq!(asks.ctx.now(), Instant::from_millis(5), "the handler began when the call was made");
    });
}

#[test]
fn handlers_that_wait_hold_up_nobody() {
    let world = World::new(false);
    let (asks, answers) = (world.boot(S0), world.boot(S1));
    answer_questions(&answers);
    world.play(async move {
        let slow = asks.peers[S1].call(&question(30));
        let fast = asks.peers[S1].call(&question(10));
        assert!(fast.await.is_some());
        assert_eq!(asks.ctx.now(), Instant::from_millis(10));
        assert!(slow.await.is_some());
        assert_eq!(asks.ctx.now(), Instant::from_millis(30));
    });
}

#[test]
fn a_timeout_gives_up_on_a_call_and_the_handler_runs_on() {
    let world = World::new(false);
    let (asks, answers) = (world.boot(S0), world.boot(S1));
    answer_questions(&answers);
    let network = world.network.clone();
    world.play(async move {
        let reply = asks.ctx.timeout(millis(10), asks.peers[S1].call(&question(20))).await;
        assert_eq!((reply, asks.ctx.now()), (None, Instant::from_millis(10)));
        let sent = network.total_bytes();
        let reply = asks.ctx.timeout(millis(10), asks.peers[S1].call(&question(9))).await;
        assert!(reply.is_some_and(|reply| reply.is_some()));
        asks.ctx.sleep(millis(20)).await;
        assert!(network.total_bytes() > 3 * sent, "both questions and both answers were sent");
    });
}

#[test]
fn a_call_is_awaited_until_its_outcome_or_until_nobody_waits_any_more() {
    let world = World::new(false);
    let (asks, answers) = (world.boot(S0), world.boot(S1));
    answer_questions(&answers);
    let (network, groups) = (world.network.clone(), [S0, S1].map(|server| world.lives[server.number()].group));
    let is_awaited = move || groups.map(|group| network.is_awaited_by(group));
    world.play(async move {
        let ctx = asks.ctx.clone();
        let (one, other) = (asks.peers[S1].call(&question(20)), asks.peers[S1].call(&question(20)));
        ctx.spawn(one);
        ctx.sleep(millis(10)).await;
        assert_eq!(is_awaited(), [true, false]);
        ctx.sleep(millis(20)).await;
        assert_eq!(is_awaited(), [false, false], "the other one was answered, and nobody waits for it");
        drop(other);
        assert_eq!(ctx.timeout(millis(5), asks.peers[S1].call(&question(20))).await, None);
        assert_eq!(is_awaited(), [false, false]);
    });
}

#[test]
fn peers_know_who_is_who() {
    let world = World::new(false);
    let Boot { me, peers, .. } = world.boot(S1);
    assert_eq!((me, peers.len(), peers.majority()), (S1, 2, 2));
    assert_eq!(peers.others().collect::<Vec<_>>(), [S0]);
    assert_eq!(peers.all().collect::<Vec<_>>(), [S0, S1]);
}

#[test]
fn each_server_draws_from_a_stream_of_its_own() {
    let draws = |server: ServerId| -> Vec<u64> {
        let boot = World::new(false).boot(server);
        (0..20).map(|_| boot.ctx.random(0..1_000)).collect()
    };
    assert_eq!(draws(S0), draws(S0));
    assert_ne!(draws(S0), draws(S1));
    let ctx = World::new(false).boot(S0).ctx;
    for _ in 0..1_000 {
        assert!((300..=302).contains(&ctx.random(300..=302_u64)));
        assert!((millis(1)..millis(2)).contains(&ctx.random(millis(1)..millis(2))));
    }
}

/// The lab's deadlock: a lock held while waiting, and needed by whoever asks meanwhile.
#[test]
fn a_borrow_held_while_waiting_and_needed_again_is_a_panic_that_reaches_the_runner() {
    struct Holder(RefCell<ServerState>);
    impl Raft for Holder {
        fn start(&self, _: Command) -> Option<Started> {
            None
        }
        fn state(&self) -> ServerState {
            *self.0.borrow()
        }
        fn snapshot(&self, _: Index, _: Bytes) {}
    }
    #[expect(clippy::await_holding_refcell_ref, reason = "this is the mistake")]
    async fn hold(raft: Rc<Holder>, ctx: Ctx) {
        let mut state = raft.0.borrow_mut();
        ctx.sleep(millis(10)).await;
        state.term += 1;
    }
    let world = World::new(false);
    let ctx = world.boot(S0).ctx;
    let raft = Rc::new(Holder(RefCell::new(ServerState { term: 1, is_leader: false })));
    ctx.spawn(hold(raft.clone(), ctx.clone()));
    let asks = async move {
        ctx.sleep(millis(5)).await;
        raft.state();
    };
    let panic = catch_unwind(AssertUnwindSafe(|| world.play(asks))).expect_err("the state is borrowed");
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    assert!(text.is_some_and(|text| text.contains("already mutably borrowed")), "{text:?}");
}

/// Counts how often it is formatted.
struct Counted<'a>(&'a Cell<u32>);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        f.write_str("counted")
    }
}

/// Writes three lines as `S1.1`, the first two in a scope of its; and gives the trace, its
/// digest, and how often something was formatted.
fn log_lines(wants_log_lines: bool) -> (String, crate::trace::Digest, u32) {
    install_logger();
    let world = World::new(wants_log_lines);
    let (trace, formatted) = (world.trace.clone(), Rc::new(Cell::new(0)));
    let (digest, count, there) = (trace.clone(), formatted.clone(), world.sim.clone());
    let text = world.play(async move {
        there.sleep(millis(3)).await;
        let scope = LogScope::enter(&trace, Incarnation { server: S1, life: 1 });
        log::debug!(target: "VOTE", "one {}\nline", Counted(&count));
        log::warn!(target: "my_raft", "two");
        drop(scope);
        log::error!("said by nobody {}", Counted(&count));
    });
    (text, digest.digest(), formatted.get())
}

#[test]
fn log_lines_go_to_the_trace_with_time_server_and_topic() {
    let (text, _, formatted) = log_lines(true);
    assert_eq!(text, "000.003000 VOTE S1.1 T0 one counted line\n000.003000 WARN S1.1 T0 two\n");
    assert_eq!(formatted, 1);
}

#[test]
fn log_lines_that_nobody_reads_are_not_formatted_and_change_no_digest() {
    let (text, digest, formatted) = log_lines(false);
    assert_eq!((text.as_str(), formatted), ("", 0));
    assert_eq!(digest, log_lines(true).1);
}
