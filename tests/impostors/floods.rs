//! S1 sends requests faster than any network answers them.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft, ServerId};

use crate::base::{Idle, Ping};

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, peers, ctx, .. } = boot;
    ctx.serve(|_, _: Ping| async {});
    if me.number() == 1 {
        ctx.clone().spawn(async move {
            loop {
                for _ in 0..1_000 {
                    drop(peers[ServerId::new(0)].call(&Ping)); // place: floods
                }
                ctx.sleep(Duration::from_micros(1)).await;
            }
        });
    }
    Idle::follower()
}
