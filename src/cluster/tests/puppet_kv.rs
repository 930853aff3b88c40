//! A key/value service above the puppets that does what a test tells it to, and clerks that tell whom they
//! see.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use serde::{Deserialize, Serialize};

use super::puppet;
use crate::api::{ApplyMsg, Bytes, Clerk, ClerkBoot, KvBoot, KvServer, MakeKvServer, Pending, Raft, Rpc, Servers};
use crate::base::{Index, ServerId};
use crate::cluster::{KvSetup, Setup};

thread_local! { static STAGE: RefCell<Stage> = RefCell::default(); }

#[derive(Default)]
struct Stage {
    rafts: BTreeMap<ServerId, Weak<dyn Raft>>,
    seen: Seen,
}

/// What the services were given.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// With which snapshot each life came up.
    pub(super) booted: Vec<(ServerId, Bytes)>,
    pub(super) limits: Vec<Option<usize>>,
    pub(super) applied: Vec<(ServerId, Index)>,
    pub(super) killed: Vec<ServerId>,
}

fn stage<T>(change: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(change)
}

pub(super) fn seen() -> Seen {
    stage(|stage| stage.seen.clone())
}

/// Lets the service of a server give its Raft a snapshot.
pub(super) fn take_snapshot(server: ServerId, index: Index, snapshot: &'static [u8]) {
    let raft = stage(|stage| stage.rafts[&server].upgrade()).expect("it is up");
    raft.snapshot(index, Bytes::from_static(snapshot));
}

/// Asks a server who it is.
#[derive(Debug, Serialize, Deserialize)]
struct Who;

impl Rpc for Who {
    const NAME: &'static str = "Who";
    type Reply = ServerId;
}

struct Server {
    me: ServerId,
    /// Holds its Raft as a real one does.
    _raft: Rc<dyn Raft>,
}

fn make_server(boot: KvBoot) -> Rc<dyn KvServer> {
    let KvBoot { me, persister, raft, max_raft_state, ctx } = boot;
    let (raft, mut applied) = raft.start();
    stage(|stage| {
        stage.rafts.insert(me, Rc::downgrade(&raft));
        stage.seen.booted.push((me, persister.snapshot()));
        stage.seen.limits.push(max_raft_state);
    });
    ctx.serve_clients(move |Who| std::future::ready(me));
    ctx.spawn(async move {
        loop {
            let (ApplyMsg::Command { index, .. } | ApplyMsg::Snapshot { index, .. }) = applied.recv().await;
            stage(|stage| stage.seen.applied.push((me, index)));
        }
    });
    Rc::new(Server { me, _raft: raft })
}

impl KvServer for Server {
    fn kill(&self) {
        stage(|stage| stage.seen.killed.push(self.me));
    }
}

/// One that forgets to start its Raft.
fn make_without_raft(boot: KvBoot) -> Rc<dyn KvServer> {
    struct Idle;
    impl KvServer for Idle {}
    drop(boot.raft);
    Rc::new(Idle)
}

struct Caller(Servers);

fn make_clerk(boot: ClerkBoot) -> Rc<dyn Clerk> {
    Rc::new(Caller(boot.servers))
}

impl Clerk for Caller {
    /// The numbers of the servers in their order; `-` for one that it does not reach.
    fn get<'a>(&'a self, _key: &'a str) -> Pending<'a, String> {
        Box::pin(async move {
            let mut order = String::new();
            for place in 0..self.0.len() {
                let who = self.0.call(place, &Who).await;
                order.push_str(&who.map_or("-".to_owned(), |server| server.number().to_string()));
            }
            order
        })
    }

    fn put<'a>(&'a self, _key: &'a str, _value: &'a str) -> Pending<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Never ends.
    fn append<'a>(&'a self, _key: &'a str, _value: &'a str) -> Pending<'a, ()> {
        Box::pin(std::future::pending())
    }
}

/// Three puppets with a service above each.
pub(super) fn setup() -> Setup {
    setup_with(make_server)
}

pub(super) fn setup_without_raft() -> Setup {
    setup_with(make_without_raft)
}

fn setup_with(server: MakeKvServer) -> Setup {
    stage(|stage| *stage = Stage::default());
    let kv = KvSetup { server, clerk: make_clerk, max_raft_state: Some(1_000) };
    Setup { kv: Some(kv), ..puppet::setup() }
}
