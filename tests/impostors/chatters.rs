//! Honest servers, except that all but S0 ask it something five times a second.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft, ServerId};

use crate::base::Ping;
use crate::reference;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    boot.ctx.serve(|_, _: Ping| async {});
    if boot.me.number() != 0 {
        let (ctx, peers) = (boot.ctx.clone(), boot.peers.clone());
        boot.ctx.spawn(async move {
            loop {
                ctx.sleep(Duration::from_millis(200)).await;
                drop(peers[ServerId::new(0)].call(&Ping));
            }
        });
    }
    reference::make(boot)
}
