//! Two tasks of each server wait for each other, and nothing else goes on there.

use std::rc::Rc;

use raftlab::api::{Boot, Notify, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let (ticked, applied) = (Notify::new(), Notify::new());
    let (tick, apply) = (ticked.clone(), applied.clone());
    boot.ctx.spawn(async move {
        applied.notified().await; // place: deadlock
        tick.notify();
    });
    boot.ctx.spawn(async move {
        ticked.notified().await;
        apply.notify();
    });
    Idle::follower()
}
