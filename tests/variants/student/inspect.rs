//! The glass box.

use raftlab::api::{Index, Inspect, Inspection, Progress, Role, SavedState, Term};

use super::Server;
use super::core::Follower;
use super::disk;

impl Inspect for Server {
    fn inspection(&self) -> Inspection {
        let core = self.core.borrow();
        // Who polls is late, and who asks first may not start an election at all.
        let knows_when = core.role != Role::Leader && !self.style.polls_timer && !self.style.pre_vote;
        Inspection {
            current_term: core.current_term,
            voted_for: core.voted_for,
            role: core.role,
            base_index: core.log.base_index,
            last_index: core.log.last_index(),
            commit_index: core.commit_index,
            last_applied: core.last_applied,
            election_deadline: knows_when.then_some(core.deadline),
        }
    }

    fn log_term(&self, index: Index) -> Option<Term> {
        self.core.borrow().log.term(index)
    }

    fn progress(&self, servers: &mut [Progress]) {
        for (shown, follower) in servers.iter_mut().zip(&self.core.borrow().followers) {
            let Follower { next_index, match_index, .. } = *follower;
            *shown = Progress { next_index, match_index };
        }
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let disk::Saved { current_term, voted_for, log } = disk::read(state)?;
        let base_index = log.base_index;
        let base_term = log.term(base_index)?;
        Some(SavedState { current_term, voted_for, base_index, base_term })
    }

    fn saved_terms(&self, state: &[u8]) -> Option<Vec<Term>> {
        let log = disk::read(state)?.log;
        (log.base_index + 1..=log.last_index()).map(|index| log.term(index)).collect()
    }
}
