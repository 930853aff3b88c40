//! Shows the state to the tester, whose rules can then watch what nobody sees from outside. Raft
//! itself does not need it. It goes with the other files: who changes their fields changes this.

use raftlab::api::{Index, Inspect, Inspection, Progress, Role, SavedState, Term};

use super::Server;
use super::persistence;

impl Inspect for Server {
    fn inspection(&self) -> Inspection {
        let state = self.state.borrow();
        Inspection {
            current_term: state.current_term,
            voted_for: state.voted_for,
            role: state.role,
            base_index: state.log.base_index(),
            last_index: state.log.last_index(),
            commit_index: state.commit_index,
            last_applied: state.last_applied,
            election_deadline: (state.role != Role::Leader).then_some(state.election_deadline),
        }
    }

    fn log_term(&self, index: Index) -> Option<Term> {
        self.state.borrow().log.term(index)
    }

    fn progress(&self, servers: &mut [Progress]) {
        let state = self.state.borrow();
        let indices = state.next_index.iter().zip(&state.match_index);
        for (shown, (next_index, match_index)) in servers.iter_mut().zip(indices) {
            *shown = Progress { next_index: *next_index, match_index: *match_index };
        }
    }

    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let persistence::Saved { current_term, voted_for, log } = persistence::read(state)?;
        Some(SavedState { current_term, voted_for, base_index: log.base_index(), base_term: log.base_term() })
    }

    fn saved_terms(&self, state: &[u8]) -> Option<Vec<Term>> {
        let log = persistence::read(state)?.log;
        (log.base_index() + 1..=log.last_index()).map(|index| log.term(index)).collect()
    }
}
