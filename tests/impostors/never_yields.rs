//! In a cluster of seven, S0 runs into a loop without `.await` after a second. Any other cluster
//! is an honest one.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

use crate::reference;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.peers.len() == 7 && boot.me.number() == 0 {
        // place: never yields
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            loop {
                std::hint::spin_loop();
            }
        });
    }
    reference::make(boot)
}
