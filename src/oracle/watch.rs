//! All oracles of a run, as one listener.

use std::time::Duration;

use super::Violation;
use crate::base::Instant;
use crate::trace::{Event, Sink};

/// stub
#[derive(Default)]
pub struct Watch {
    violation: Option<Violation>,
}

impl Watch {
    /// stub
    pub fn all() -> Watch {
        Watch::default()
    }
    /// stub
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }
    /// stub
    pub fn finish(&mut self, _at: Instant) {}
    /// stub
    pub fn reelections(&self) -> &[Duration] {
        &[]
    }
}

impl Sink for Watch {
    fn event(&mut self, _at: Instant, _event: &Event<'_>) {}
}
