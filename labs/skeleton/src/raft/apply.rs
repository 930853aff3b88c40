//! Delivers what is committed to the service, from one task, in order.

use std::rc::Rc;

use raftlab::api::ApplyMsg;

use super::Server;
use super::state::State;

/// Delivers one message after the other, for ever. The state is not held while the service takes its
/// time: it may call `snapshot` before it takes the next message.
pub(super) async fn run(server: Rc<Server>) {
    loop {
        let message = next(&mut server.state.borrow_mut());
        match message {
            Some(message) => server.apply.send(message).await,
            None => server.to_apply.notified().await,
        }
    }
}

/// The next message, if there is one.
fn next(state: &mut State) -> Option<ApplyMsg> {
    if state.last_applied == state.commit_index {
        return None;
    }
    log::debug!(target: "CMIT", "has applied {} of {}", state.last_applied, state.commit_index);
    todo!(
        "2B: raise last_applied by one, and deliver the command there (Figure 2, all servers, rule 1); in 2D, a \
         snapshot that was installed goes first (Figure 13, rule 8)"
    )
}
