//! Servers that borrow their state where it is borrowed already.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Bytes, Command, Ctx, Index, Raft, ServerState, Started};

use crate::base::Idle;

/// A server whose state is in a `RefCell`, as most are.
struct Shared(RefCell<ServerState>);

impl Raft for Shared {
    fn start(&self, _: Command) -> Option<Started> {
        None
    }

    fn state(&self) -> ServerState {
        *self.0.borrow()
    }

    fn snapshot(&self, _: Index, _: Bytes) {}
}

impl Shared {
    fn new() -> Rc<Shared> {
        Rc::new(Shared(RefCell::new(ServerState { term: 0, is_leader: false })))
    }

    #[expect(clippy::await_holding_refcell_ref, reason = "this is what is wrong with it")]
    async fn hold(self: Rc<Shared>, ctx: Ctx) {
        ctx.sleep(Duration::from_millis(500)).await;
        let mut state = self.0.borrow_mut();
        ctx.sleep(Duration::from_millis(10)).await; // place: holds across await
        state.term += 1;
    }

    fn promote(&self) {
        self.0.borrow_mut().is_leader = true; // place: calls back
    }
}

/// A task of S2 holds the state while it waits, and the tester asks for it.
pub(crate) fn across_await(boot: Boot) -> Rc<dyn Raft> {
    let shared = Shared::new();
    if boot.me.number() == 2 {
        boot.ctx.spawn(shared.clone().hold(boot.ctx.clone()));
    }
    shared
}

/// S2 calls a method that needs the state while it still holds it.
pub(crate) fn calls_back(boot: Boot) -> Rc<dyn Raft> {
    let shared = Shared::new();
    if boot.me.number() == 2 {
        let (ctx, own) = (boot.ctx.clone(), shared.clone());
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_millis(500)).await;
            let mut state = own.0.borrow_mut();
            state.term += 1;
            own.promote();
        });
    }
    shared
}

/// A task of S2 holds what nobody else can see while it waits, and another one needs it.
#[expect(clippy::await_holding_refcell_ref, reason = "this is what is wrong with it")]
pub(crate) fn out_of_sight(boot: Boot) -> Rc<dyn Raft> {
    let state = Rc::new(RefCell::new(0));
    if boot.me.number() == 2 {
        let (ctx, held) = (boot.ctx.clone(), state.clone());
        boot.ctx.spawn(async move {
            let mut state = held.borrow_mut();
            ctx.sleep(Duration::from_secs(2)).await; // place: holds out of sight
            *state += 1;
        });
        let ctx = boot.ctx.clone();
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            *state.borrow_mut() += 1; // place: needs out of sight
        });
    }
    Idle::follower()
}
