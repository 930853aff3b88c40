//! Accusations that wait for their instant to end.
//!
//! A step that sends messages is told before the state that it leads to. So a message that only a
//! certain state allows makes a suspect, which the state clears; what is left once the instant is
//! over is a violation. Judges nothing itself.

use crate::base::Instant;

/// What is suspicious at one instant.
#[derive(Debug)]
pub(super) struct Suspects<S> {
    at: Instant,
    /// Invariant: all of them are from `at`.
    suspects: Vec<S>,
}

impl<S> Default for Suspects<S> {
    fn default() -> Suspects<S> {
        Suspects { at: Instant::START, suspects: Vec::new() }
    }
}

impl<S> Suspects<S> {
    /// The first who was not cleared in time, and that time, now that it is `at`. Call it before
    /// anything else is made of an event.
    #[inline]
    pub(super) fn convict(&mut self, at: Instant) -> Option<(Instant, S)> {
        if self.suspects.is_empty() || self.at >= at {
            return None;
        }
        self.suspects.drain(..).next().map(|suspect| (self.at, suspect))
    }

    pub(super) fn add(&mut self, at: Instant, suspect: S) {
        assert!(self.suspects.is_empty() || self.at == at, "earlier suspects have been judged");
        self.at = at;
        self.suspects.push(suspect);
    }

    /// Clears those who are innocent.
    pub(super) fn clear(&mut self, is_innocent: impl Fn(&S) -> bool) {
        self.suspects.retain(|suspect| !is_innocent(suspect));
    }
}
