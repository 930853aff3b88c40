//! When a run is over and its servers are dropped, S0 does not let itself be dropped. Every run is
//! `stuck`; after a few, the test is given up.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

struct Mess;

impl Drop for Mess {
    fn drop(&mut self) {
        loop {
            std::hint::spin_loop();
        }
    }
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    if boot.me.number() == 0 {
        let mess = Mess;
        boot.ctx.spawn(async move {
            std::future::pending::<()>().await;
            drop(mess);
        });
    }
    crate::raft::make(boot)
}
