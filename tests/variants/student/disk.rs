//! Everything is saved in one piece, whatever has changed.

use raftlab::api::{Bytes, Persister, ServerId, Term};
use serde::{Deserialize, Serialize};

use super::Server;
use super::core::{Core, Pending};
use super::log::Log;
use super::styles::Style;

/// What is saved.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) log: Log,
}

pub(super) fn read(state: &[u8]) -> Option<Saved> {
    (!state.is_empty()).then(|| postcard::from_bytes(state).expect("it was saved by `save`"))
}

pub(super) fn restore(persister: &Persister, style: Style) -> Core {
    let Some(saved) = read(&persister.state()) else { return Core::new(0, None, Log::empty(0, 0)) };
    let mut core = Core::new(saved.current_term, saved.voted_for, saved.log);
    let index = core.log.base_index;
    if style.redelivers_snapshot && index > 0 {
        let term = core.log.term(index).expect("the base has a term");
        core.pending = Some(Pending { index, term, snapshot: persister.snapshot() });
        core.last_applied = 0;
    }
    core
}

impl Server {
    pub(super) fn save(&self, core: &mut Core, snapshot: Option<Bytes>) {
        let saved = Saved { current_term: core.current_term, voted_for: core.voted_for, log: core.log.clone() };
        let state = postcard::to_stdvec(&saved).expect("it can be encoded");
        self.persister.save(state, snapshot);
        core.saved_index = core.log.last_index();
    }
}
