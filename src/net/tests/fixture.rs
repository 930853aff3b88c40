//! A network between servers that do as they are told.
//!
//! No latency is installed, so that a reliable call takes no virtual time and every instant in a
//! test is exact.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::base::{Alive, Clock, Incarnation, Instant, Seed, ServerId};
use crate::net::{
    Answer, Dice, Fate, Link, Network, Outgoing, OutgoingReply, Request, Responder, Rule, RuleGuard, Service, rules,
};
use crate::sim::{End, GroupId, JoinHandle, Limits, Sim, Simulation};
use crate::trace::{Description, ReplyDescription, Trace, Wants};

pub(super) const S0: ServerId = ServerId::new_const(0);
pub(super) const S1: ServerId = ServerId::new_const(1);

/// Answers with its argument, at once.
pub(super) const ECHO: &str = "echo";
/// Sleeps as many milliseconds as its argument says, and answers with it.
pub(super) const NAP: &str = "nap";

/// One life of a server.
struct Life {
    service: Rc<Service>,
    alive: Alive,
    group: GroupId,
}

/// A network between servers. Clones are handles on the same.
#[derive(Clone)]
pub(super) struct Net {
    pub(super) sim: Sim,
    pub(super) network: Network,
    pub(super) cut: rules::Cut,
    group: GroupId,
    lives: Rc<RefCell<Vec<Vec<Life>>>>,
    finished: Rc<RefCell<Vec<u64>>>,
    _cut: Rc<RuleGuard>,
}

/// Plays `test` to its end on a network between `servers` servers, all of them up and connected.
pub(super) fn play<F: Future<Output = ()> + 'static>(servers: usize, test: impl FnOnce(Net) -> F) {
    // Wide enough for ten thousand calls at one instant.
    let limits = Limits { polls_per_instant: 1_000_000, tasks: 100_000, messages: 100_000, ..Limits::default() };
    assert_eq!(play_within(limits, servers, test), End::Finished);
}

/// Plays `test` until it or something else ends it.
pub(super) fn play_within<F: Future<Output = ()> + 'static>(
    limits: Limits,
    servers: usize,
    test: impl FnOnce(Net) -> F,
) -> End {
    let clock = Rc::new(Clock::default());
    let trace = Trace::new(clock.clone(), Vec::new(), Wants::default());
    let seed = Seed(0x5eed);
    let simulation = Simulation::new(clock, seed.stream("scheduler"), limits, None);
    let sim = simulation.handle();
    let network = Network::new(sim.clone(), trace, Dice::new(seed), servers);
    let cut = rules::Cut::all(servers);
    let lives = Rc::new(RefCell::new((0..servers).map(|_| Vec::new()).collect()));
    let (group, guard) = (sim.group("test"), Rc::new(network.install(cut.clone())));
    let net = Net { sim, network, cut, group, lives, finished: Rc::default(), _cut: guard };
    for server in (0..servers).map(ServerId::new) {
        net.start(server);
        net.cut.set_connected(server, true);
    }
    simulation.run(group, test(net))
}

impl Net {
    /// A new life, with the handlers that every server has; its connection stays as it is.
    pub(super) fn start(&self, server: ServerId) {
        let mut lives = self.lives.borrow_mut();
        let lives = &mut lives[server.number()];
        let incarnation = Incarnation { server, life: lives.len() as u32 + 1 };
        let (alive, group) = (Alive::new(), self.sim.group(&incarnation.to_string()));
        let service = Service::new(incarnation, group, alive.clone());
        handle(&service, ECHO, |args| async move { args });
        let (sim, finished) = (self.sim.clone(), self.finished.clone());
        handle(&service, NAP, move |args| nap(sim.clone(), finished.clone(), args));
        self.network.set_service(server, Some(service.clone()));
        lives.push(Life { service, alive, group });
    }

    /// Ends the present life, in the order in which the lab's crash does it.
    pub(super) fn crash(&self, server: ServerId) {
        self.cut.set_connected(server, false);
        self.network.set_service(server, None);
        let lives = self.lives.borrow();
        let Some(life) = lives[server.number()].last() else { return };
        life.alive.end();
        self.sim.cancel(life.group);
        life.service.clear();
    }

    /// Crashes a server, starts it again and connects it.
    pub(super) fn restart(&self, server: ServerId) {
        self.crash(server);
        self.start(server);
        self.cut.set_connected(server, true);
    }

    /// Lets the present life of a server handle requests called `name`.
    pub(super) fn serve<F: Future<Output = Bytes> + 'static>(
        &self,
        server: ServerId,
        name: &'static str,
        handler: impl Fn(Bytes) -> F + 'static,
    ) {
        handle(&self.service(server, None), name, handler);
    }

    /// The service of a server's `life`-th life, or of its present one.
    pub(super) fn service(&self, server: ServerId, life: Option<usize>) -> Rc<Service> {
        let lives = self.lives.borrow();
        let lives = &lives[server.number()];
        lives[life.unwrap_or(lives.len()) - 1].service.clone()
    }

    /// Sends a request from the present life of `from`.
    pub(super) fn call(&self, from: ServerId, to: ServerId, name: &'static str, args: &[u8]) -> Answer {
        self.call_as(&self.service(from, None), to, name, args)
    }

    /// Sends a request from any life.
    pub(super) fn call_as(&self, caller: &Service, to: ServerId, name: &'static str, args: &[u8]) -> Answer {
        self.network.call(
            &caller.caller(),
            to,
            Outgoing { name, description: &Description::Other, args: &args, bytes: args },
        )
    }

    /// Calls, waits, and says what came of it and after how many milliseconds.
    pub(super) async fn ask(&self, name: &'static str, args: &[u8]) -> (Option<Bytes>, u64) {
        let began = self.sim.now();
        let reply = self.call(S0, S1, name, args).await;
        (reply, whole_millis(self.sim.now() - began))
    }

    /// Calls from `S0` to `S1` in a task beside the test.
    pub(super) fn ask_meanwhile(&self, name: &'static str, args: u64) -> JoinHandle<(Option<u64>, u64)> {
        let net = self.clone();
        self.spawn(async move {
            let (reply, millis) = net.ask(name, &args.to_le_bytes()).await;
            (reply.map(|reply| number(&reply)), millis)
        })
    }

    pub(super) fn spawn<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        self.sim.spawn(self.group, task)
    }

    pub(super) async fn until(&self, millis: u64) {
        self.sim.sleep_until(Instant::from_millis(millis)).await;
    }

    /// The arguments of all naps that were slept to their end, in order.
    pub(super) fn finished_naps(&self) -> Vec<u64> {
        self.finished.borrow().clone()
    }
}

fn handle<F: Future<Output = Bytes> + 'static>(
    service: &Service,
    name: &'static str,
    handler: impl Fn(Bytes) -> F + 'static,
) {
    let handler = move |request: Request, responder: Responder| {
        let handling = handler(request.args);
        Box::pin(async move {
            let reply = handling.await;
            let description = ReplyDescription::Other;
            responder.answer(OutgoingReply { description, reply: &(), bytes: &reply });
        }) as _
    };
    service.handle(name, Rc::new(handler));
}

async fn nap(sim: Sim, finished: Rc<RefCell<Vec<u64>>>, args: Bytes) -> Bytes {
    sim.sleep(Duration::from_millis(number(&args))).await;
    finished.borrow_mut().push(number(&args));
    args
}

/// The integer that eight bytes stand for.
pub(super) fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("an integer is eight bytes"))
}

/// A duration that must be a whole number of milliseconds, as all of the lab's are.
pub(super) fn whole_millis(duration: Duration) -> u64 {
    assert_eq!(duration.as_micros() % 1_000, 0, "{duration:?}");
    duration.as_millis() as u64
}

/// Gives every call the same fate.
pub(super) struct Fixed(pub(super) Fate);

impl Rule for Fixed {
    fn shape(&self, _: Link, fate: &mut Fate, _: &mut Dice) {
        *fate = self.0;
    }
}
