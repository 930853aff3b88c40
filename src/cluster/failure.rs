//! A scenario's expectation that was not met.

use crate::base::{Instant, ServerId};

/// What a step of a scenario gives: its result, or why the test has failed.
pub type Step<T = ()> = Result<T, Failure>;

/// A check of the course's tester that was not met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The check's name, such as `one`.
    pub check: &'static str,
    /// When it was found not to be met.
    pub at: Instant,
    /// The servers that take part in it.
    pub servers: Vec<ServerId>,
    /// What was expected and what was seen, a sentence each.
    pub evidence: Vec<String>,
}
