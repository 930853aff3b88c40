//! S1 sends S2 a request that nobody serves.

use std::rc::Rc;

use raftlab::api::{Boot, Raft, ServerId};

use crate::base::{Idle, Ping};

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, peers, ctx, .. } = boot;
    if me.number() == 1 {
        ctx.spawn(async move { peers[ServerId::new(2)].call(&Ping).await });
    }
    Idle::follower()
}
