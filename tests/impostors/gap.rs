//! S1 delivers index 2 without index 1.

use std::rc::Rc;

use raftlab::api::{ApplyMsg, Boot, Command, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, apply, ctx, .. } = boot;
    if me.number() == 1 {
        ctx.spawn(async move {
            apply.send(ApplyMsg::Command { index: 2, command: Command::integer(7) }).await;
        });
    }
    Idle::follower()
}
