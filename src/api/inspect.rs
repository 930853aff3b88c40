//! The glass box: what a server may show of itself to the tester.

use crate::base::{Index, Term};
use crate::trace::{Inspection, Progress, SavedState};

/// A server's state, for the rules that watch what nobody can see from outside.
///
/// Optional, by way of [`Raft::inspect`](super::Raft::inspect): what a submission does not show is
/// not checked. Looked at after every step of the server and before each of its replies, never
/// while its code runs, so keep all of it cheap and change nothing.
pub trait Inspect {
    /// The state of Figure 2, as it is now.
    fn inspection(&self) -> Inspection;

    /// The term of the entry at `index`, from the base index to the last one.
    fn log_term(&self, index: Index) -> Option<Term>;

    /// Fills in what a leader keeps of each server, by number; its own place means nothing. Asked of
    /// leaders only.
    fn progress(&self, servers: &mut [Progress]) {
        let _ = servers;
    }

    /// What saved bytes mean, whoever saved them: to be read from `state` alone. None if the server
    /// does not say, or if nothing was ever saved.
    fn saved(&self, state: &[u8]) -> Option<SavedState> {
        let _ = state;
        None
    }

    /// The terms of all entries in saved bytes, after the base. Asked less often than
    /// [`saved`](Inspect::saved): a log may be long. None if the server does not say.
    fn saved_terms(&self, state: &[u8]) -> Option<Vec<Term>> {
        let _ = state;
        None
    }
}
