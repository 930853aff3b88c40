//! An honest server, but for a task that panics when it is dropped, as every task is in a crash.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

use crate::reference;

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        panic!("the guard was dropped");
    }
}

pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    boot.ctx.spawn(async {
        let _guard = Guard;
        std::future::pending::<()>().await;
    });
    reference::make(boot)
}
