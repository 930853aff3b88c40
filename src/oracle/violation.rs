//! What an oracle is, and what it says when a rule is broken.

use crate::base::{Instant, ServerId};
use crate::trace::Event;

/// A rule that was broken: which, when, by whom, and both pieces of evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The rule's name, such as `election safety`.
    pub rule: &'static str,
    /// When it was broken.
    pub at: Instant,
    /// The servers that take part in it.
    pub servers: Vec<ServerId>,
    /// What contradicts what, a sentence each, with the instants at which it happened.
    pub evidence: Vec<String>,
}

/// A property that is watched over a run's events.
pub trait Oracle {
    /// The rule's name, as it appears in a [`Violation`].
    fn rule(&self) -> &'static str;

    /// Takes note of an event.
    ///
    /// # Errors
    /// The violation that the event completes.
    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation>;

    /// Called once, when the run has ended at `at`.
    ///
    /// # Errors
    /// The violation that was already complete, but that no event after it brought to light.
    fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        let _ = at;
        Ok(())
    }
}
