//! A task of S1 waits in a loop for something that needs time to pass, and lets none pass.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.me.number() == 1 {
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            loop {
                ctx.sleep(Duration::ZERO).await; // place: spins
            }
        });
    }
    Idle::follower()
}
