//! Every server delivers a command of its own at index 1: S0 first, then S1.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{ApplyMsg, Boot, Command, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, apply, ctx, .. } = boot;
    ctx.clone().spawn(async move {
        let number = me.number() as u64;
        ctx.sleep(Duration::from_millis(10 * number)).await;
        apply.send(ApplyMsg::Command { index: 1, command: Command::integer(number) }).await;
    });
    Idle::follower()
}
