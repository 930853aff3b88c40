//! The door of lab 3: a key/value service on top of a submission's own Raft (`lab-spec/kv.md` §1).
//!
//! A server of the service starts its Raft by [`StartRaft`], takes what that applies from an
//! [`ApplyReceiver`], and answers clerks by [`Ctx::serve_clients`]. A clerk calls [`Servers`], in an order
//! that is not that of their numbers.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::peers::{Sender, decode};
use super::{ApplyMsg, Ctx, Draw, Raft, Rpc};
use crate::base::{Instant, Random, ServerId};
use crate::disk::Persister;
use crate::net::{Caller, Network};
use crate::sim::{self, GroupId, JoinHandle, Sim, Sleep, Taker};

/// Makes a server of the service, at the start of each of its lives.
pub type MakeKvServer = fn(KvBoot) -> Rc<dyn KvServer>;

/// Makes a clerk.
pub type MakeClerk = fn(ClerkBoot) -> Rc<dyn Clerk>;

/// What a clerk's method gives: boxed, because a clerk is an object. `Box::pin(async move { … })`.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One server of the service. Everything that it does, it does in tasks and handlers.
pub trait KvServer {
    /// The server is about to crash; nothing that it does from now on has an effect.
    fn kill(&self) {}
}

/// A client of the service. It has one call outstanding at a time, and tries for ever: a call never
/// fails.
pub trait Clerk {
    /// The value of a key; empty if there is none.
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, String>;

    /// Replaces the value of a key.
    fn put<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()>;

    /// Adds to the end of the value of a key; on a missing one it acts as `put`.
    fn append<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()>;
}

/// Everything that a new life of a server gets.
pub struct KvBoot {
    /// Its own number.
    pub me: ServerId,
    /// What its Raft has saved: the snapshot is the service's.
    pub persister: Persister,
    /// Starts its Raft: to be called before the server is returned, and after it has restored itself.
    pub raft: StartRaft,
    /// What the saved state of Raft may grow to, in bytes, before the service gives it a snapshot; none
    /// if there are to be no snapshots.
    pub max_raft_state: Option<usize>,
    /// Time, tasks, random numbers and RPC handlers.
    pub ctx: Ctx,
}

/// Starts the Raft below a server, once.
pub struct StartRaft(Box<dyn FnOnce() -> (Rc<dyn Raft>, ApplyReceiver)>);

impl StartRaft {
    /// What starts it.
    pub fn new(start: impl FnOnce() -> (Rc<dyn Raft>, ApplyReceiver) + 'static) -> StartRaft {
        StartRaft(Box::new(start))
    }

    /// The Raft, and what it applies.
    pub fn start(self) -> (Rc<dyn Raft>, ApplyReceiver) {
        self.0()
    }
}

/// Takes what Raft applies, in order.
pub struct ApplyReceiver {
    channel: Taker<ApplyMsg>,
    taken: Box<dyn Fn(&ApplyMsg)>,
}

impl ApplyReceiver {
    /// The service's side of `channel`; `taken` hears of every message first.
    pub fn new(channel: Taker<ApplyMsg>, taken: impl Fn(&ApplyMsg) + 'static) -> ApplyReceiver {
        ApplyReceiver { channel, taken: Box::new(taken) }
    }

    /// Waits for the next message.
    pub async fn recv(&mut self) -> ApplyMsg {
        let message = self.channel.take().await;
        (self.taken)(&message);
        message
    }
}

/// Everything that a clerk gets.
pub struct ClerkBoot {
    /// The servers.
    pub servers: Servers,
    /// Time, tasks and random numbers.
    pub ctx: ClerkCtx,
}

impl ClerkBoot {
    /// What `caller` gets, who sees the servers in this order.
    pub fn new(sim: &Sim, network: &Network, caller: Caller, order: Vec<ServerId>, random: Random) -> ClerkBoot {
        let group = caller.group();
        let servers = Servers { order: order.into(), sender: Rc::new(Sender::new(network, caller)) };
        let random = Rc::new(RefCell::new(random));
        ClerkBoot { servers, ctx: ClerkCtx { sim: sim.clone(), group, random } }
    }
}

/// The servers as one clerk sees them: shuffled, so that a place in the list is no server's number, and
/// differs from clerk to clerk. Cheap to clone.
#[derive(Clone)]
pub struct Servers {
    order: Rc<[ServerId]>,
    sender: Rc<Sender>,
}

impl Servers {
    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "a service is never without servers")]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Sends a request to the server at this place; it is encoded and leaves at once. `None` covers
    /// everything that can go wrong, as in [`Peer::call`](super::Peer::call).
    ///
    /// # Panics
    /// If there is no such place, or if `args` or the reply cannot be encoded or decoded.
    #[track_caller]
    pub fn call<R: Rpc>(&self, place: usize, args: &R) -> impl Future<Output = Option<R::Reply>> + use<R> {
        let answer = self.sender.send(self.order[place], args);
        async move { answer.await.map(|reply| decode(R::NAME, &reply)) }
    }
}

/// What a clerk lives in. Cheap to clone.
#[derive(Clone)]
pub struct ClerkCtx {
    sim: Sim,
    group: GroupId,
    random: Rc<RefCell<Random>>,
}

impl ClerkCtx {
    /// The current virtual time.
    pub fn now(&self) -> Instant {
        self.sim.now()
    }

    /// Waits for `duration` of virtual time.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sim.sleep(duration)
    }

    /// Waits for `future`, but no longer than `duration`; none if time ran out first.
    #[track_caller]
    pub fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + use<F> {
        sim::timeout(self.sim.clone(), duration, future)
    }

    /// Starts a task beside this one.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        self.sim.spawn(self.group, task)
    }

    /// Draws a random value, such as `ctx.random(0..=u64::MAX)` for a clerk's identity. Each clerk has a
    /// stream of its own.
    pub fn random<R: Draw>(&self, range: R) -> R::Output {
        range.draw(&mut self.random.borrow_mut())
    }
}
