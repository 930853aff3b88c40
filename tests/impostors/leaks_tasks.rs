//! S1 starts tasks that never end.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.me.number() == 1 {
        boot.ctx.spawn(async move {
            loop {
                for _ in 0..100 {
                    ctx.spawn(std::future::pending::<()>()); // place: leaks tasks
                }
                ctx.sleep(Duration::from_millis(1)).await;
            }
        });
    }
    Idle::follower()
}
