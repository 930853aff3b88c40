//! S1 panics in a task after a second.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.me.number() == 1 {
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            panic!("this server has had enough");
        });
    }
    Idle::follower()
}
