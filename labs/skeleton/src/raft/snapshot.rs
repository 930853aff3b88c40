//! Log compaction (§7).

use std::rc::Rc;

use raftlab::api::{Bytes, Index, ServerId};

use super::Server;
use super::messages::{InstallSnapshot, InstallSnapshotReply};
use super::state::State;

impl Server {
    /// The service has a snapshot through `index`: the log up to there is not needed any more.
    pub(super) fn compact(&self, index: Index, snapshot: Bytes) {
        log::debug!(target: "SNAP", "gets a snapshot through {index} of {} bytes", snapshot.len());
        todo!(
            "2D: compact the log (`log.compact`) and save it with the snapshot, in one; do nothing if a snapshot that \
             goes as far is there already (§7)"
        )
    }

    /// Sends the snapshot to a follower that needs entries which are compacted.
    pub(super) fn send_snapshot(self: &Rc<Server>, state: &mut State, peer: ServerId) {
        log::debug!(target: "SNAP", "sends {peer} the snapshot through {}", state.log.base_index());
        todo!(
            "2D: send what was saved (`persister.snapshot()`), as `replication::replicate` sends entries; a reply says \
             that the follower has everything through that index (Figure 13); a command comes by here, too, and need \
             not send again what is under way"
        )
    }

    /// Answers a leader that sends its snapshot.
    pub(super) fn install_snapshot(&self, args: InstallSnapshot) -> InstallSnapshotReply {
        log::debug!(target: "SNAP", "gets a snapshot through {} from {}", args.last_included_index, args.leader_id);
        todo!(
            "2D: see the term and the leader as in `append_entries`; do nothing more if all of it is committed here; \
             else install it in the log, save both in one, and let `apply` deliver it before any later command \
             (Figure 13, rules 1 and 5 to 8)"
        )
    }
}
