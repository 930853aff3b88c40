//! A task of S2 holds the state while it waits, and another one needs it: the lab's deadlock.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

#[expect(clippy::await_holding_refcell_ref, reason = "this is what is wrong with it")]
pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let state = Rc::new(RefCell::new(0));
    if boot.me.number() == 2 {
        let (ctx, held) = (boot.ctx.clone(), state.clone());
        boot.ctx.spawn(async move {
            let mut state = held.borrow_mut();
            ctx.sleep(Duration::from_secs(2)).await;
            *state += 1;
        });
        let ctx = boot.ctx.clone();
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            *state.borrow_mut() += 1;
        });
    }
    Idle::follower()
}
