//! A task of S0 waits in a loop that lets no virtual time pass. Every run ends as `over-limit`
//! (polls_per_instant): the simulator itself sees it.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.me.number() == 0 {
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            loop {
                ctx.sleep(Duration::ZERO).await;
            }
        });
    }
    crate::raft::make(boot)
}
