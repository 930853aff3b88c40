//! Delivers what is committed to the service, from one task, in order.

use std::rc::Rc;

use raftlab::api::ApplyMsg;

use super::Server;
use super::state::{Installed, State};

/// Delivers one message after the other, for ever. The state is not held while the service takes
/// its time.
pub(super) async fn run(server: Rc<Server>) {
    loop {
        let message = next(&mut server.state.borrow_mut());
        match message {
            Some(message) => server.apply.send(message).await,
            None => server.to_apply.notified().await,
        }
    }
}

fn next(state: &mut State) -> Option<ApplyMsg> {
    // IS.8: in place of the commands that it stands for.
    if let Some(Installed { index, term, snapshot }) = state.installed.take() {
        state.last_applied = index;
        return Some(ApplyMsg::Snapshot { index, term, snapshot });
    }
    if state.last_applied == state.commit_index {
        return None;
    }
    // ALL.1
    state.last_applied += 1;
    let index = state.last_applied;
    Some(ApplyMsg::Command { index, command: state.log.command(index) })
}
