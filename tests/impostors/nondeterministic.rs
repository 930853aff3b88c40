//! An honest server, but for one request that S0 sends at an instant that no seed decides.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft, ServerId};

use crate::base::Ping;
use crate::reference;

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    boot.ctx.serve(|_, _: Ping| async {});
    if boot.me.number() == 0 {
        let (ctx, peers) = (boot.ctx.clone(), boot.peers.clone());
        boot.ctx.spawn(async move {
            let instant = RandomState::new().build_hasher().finish() % 1_000_000;
            ctx.sleep(Duration::from_micros(instant)).await;
            peers[ServerId::new(1)].call(&Ping).await
        });
    }
    reference::make(boot)
}
