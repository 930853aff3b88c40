//! The glass box: shows the state to the tester, whose rules can then watch what nobody sees from
//! outside. Raft itself does not need it.

use raftlab::api::{Index, Inspect, Inspection, Progress, Role, SavedState, Term};

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

    fn progress(&self, servers: &mut [Progress]) {
        if let state::Role::Leader { followers } = &self.state.borrow().role {
            for (shown, follower) in servers.iter_mut().zip(followers) {
                let state::Progress { next_index, match_index, .. } = *follower;
                *shown = Progress { next_index, match_index };
            }
        }
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let ((current_term, voted_for, base_index, base_term), _) = persistence::split(state);
        Some(SavedState { current_term, voted_for, base_index, base_term })
    }

    fn saved_terms(&self, state: &[u8]) -> Option<Vec<Term>> {
        let (_, entries) = persistence::split(state);
        Some(super::log::split(entries).map(|(term, _)| term).collect())
    }
}
