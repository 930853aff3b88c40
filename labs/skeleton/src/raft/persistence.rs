//! What survives a crash: `current_term`, `voted_for` and the log (Figure 2), and the snapshot.

use raftlab::api::{Bytes, Ctx, Persister, ServerId, Term};
use serde::{Deserialize, Serialize};

use super::Server;
use super::log::Log;
use super::state::State;

/// What is saved, in the order in which it is encoded. To be saved, the log may be borrowed: a copy of it
/// at every save takes longer than all the rest once it is long, as in 3A.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved<L = Log> {
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) log: L,
}

impl Server {
    /// Saves the persistent state, with a new snapshot if there is one. To be called before the
    /// change can be seen by anybody: before a reply, a request, or the return to a client.
    pub(super) fn persist(&self, state: &State, snapshot: Option<Bytes>) {
        // 2C: encode a `Saved` (`postcard::to_stdvec`), and save it (`self.persister.save`). In 2A and
        // 2B nobody crashes, and this may stay as it is; but the calls of it belong there from the start.
    }
}

/// The state after a restart, or of a server that starts for the first time.
pub(super) fn restore(persister: &Persister, ctx: &Ctx) -> State {
    let state = State::new(ctx);
    if ctx.incarnation().life == 1 {
        return state;
    }
    log::debug!(target: "PERS", "is back, and has saved {} bytes", persister.state_len());
    todo!(
        "2C: save in `persist`, read back in `read`, and begin here with what was saved, if anything was (Figure 2, \
         persistent state); in 2D, the log's base is committed and applied already"
    )
}

/// What saved bytes mean; none if nothing was ever saved.
pub(super) fn read(saved: &[u8]) -> Option<Saved> {
    // 2C: decode what `persist` has encoded (`postcard::from_bytes`), unless there is nothing. The tester
    // asks, too.
    None
}
