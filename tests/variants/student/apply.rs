//! One task delivers what is committed, in order.

use std::rc::Rc;

use raftlab::api::{ApplyMsg, Index};

use super::Server;
use super::core::{Core, Pending};

pub(super) async fn run(server: Rc<Server>) {
    loop {
        let messages = server.due(&mut server.core.borrow_mut());
        if messages.is_empty() {
            server.applier.notified().await;
        }
        for message in messages {
            server.apply.send(message).await;
        }
    }
}

impl Server {
    fn due(&self, core: &mut Core) -> Vec<ApplyMsg> {
        if let Some(Pending { index, term, snapshot }) = core.pending.take() {
            core.last_applied = index;
            return vec![ApplyMsg::Snapshot { index, term, snapshot }];
        }
        let first = core.last_applied + 1;
        let last = if self.style.applies_in_batches { core.commit_index } else { core.commit_index.min(first) };
        core.last_applied = core.last_applied.max(last);
        (first..=last).map(|index| ApplyMsg::Command { index, command: core.log.command(index) }).collect()
    }

    pub(super) fn commit(&self, core: &mut Core, index: Index) {
        if index > core.commit_index {
            core.commit_index = index;
            self.applier.notify();
        }
    }
}
