//! The glass box.

use raftlab::api::{Index, Inspect, Inspection, Progress, Role, SavedState, ServerId, Term};

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

    fn progress(&self, follower: ServerId) -> Option<Progress> {
        let core = self.core.borrow();
        if core.role != Role::Leader || follower == self.me {
            return None;
        }
        let Follower { next_index, match_index, .. } = core.followers[follower.number()];
        Some(Progress { next_index, match_index })
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let disk::Saved { current_term, voted_for, log } = disk::read(state)?;
        let base_index = log.base_index;
        let terms = (base_index + 1..=log.last_index()).filter_map(|index| log.term(index)).collect();
        let base_term = log.term(base_index)?;
        Some(SavedState { current_term, voted_for, base_index, base_term, terms })
    }
}
