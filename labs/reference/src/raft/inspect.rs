//! The glass box: shows the state to the tester, whose rules can then watch what nobody sees from
//! outside. Raft itself does not need it.

use raftlab::api::{Index, Inspect, Inspection, Progress, Role, SavedState, ServerId, Term};

use super::Server;
use super::persistence;
use super::state;

impl Inspect for Server {
    fn inspection(&self) -> Inspection {
        let state = self.state.borrow();
        let role = match state.role {
            state::Role::Follower => Role::Follower,
            state::Role::Candidate { .. } => Role::Candidate,
            state::Role::Leader { .. } => Role::Leader,
        };
        Inspection {
            current_term: state.current_term,
            voted_for: state.voted_for,
            role,
            base_index: state.log.base_index(),
            last_index: state.log.last_index(),
            commit_index: state.commit_index,
            last_applied: state.last_applied,
            election_deadline: (role != Role::Leader).then(|| state.election_deadline()),
        }
    }

    fn log_term(&self, index: Index) -> Option<Term> {
        self.state.borrow().log.term(index)
    }

    fn progress(&self, follower: ServerId) -> Option<Progress> {
        match &self.state.borrow().role {
            state::Role::Leader { followers } => {
                let state::Progress { next_index, match_index, .. } = followers[follower.number()];
                Some(Progress { next_index, match_index })
            }
            _ => None,
        }
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let (head, entries) = persistence::split(state);
        let (current_term, voted_for, base_index, base_term) = head;
        let terms = super::log::split(entries).map(|(term, _)| term).collect();
        Some(SavedState { current_term, voted_for, base_index, base_term, terms })
    }
}
