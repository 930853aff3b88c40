//! How a run can end.

use crate::base::{Instant, ServerId};
use crate::cluster::{Circumstances, Failure};
use crate::oracle::Violation;

/// The rule of those runs that ended at a `todo!`.
pub const NOT_WRITTEN: &str = "not written yet";

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Everything was as it should be.
    Passed,
    /// A check of the scenario was not met.
    Failed(Finding),
    /// A rule was broken.
    Violated(Finding),
    /// The implementation panicked.
    Panicked(Finding),
    /// Nothing can ever happen again, or one step does not end.
    Stuck(Finding),
    /// A limit was reached.
    OverLimit(Finding),
    /// The same seed gave two different runs.
    Nondeterministic(Finding),
    /// The program that played it is no more, or no longer answers. Only who plays it in a process of its own
    /// lives to tell it.
    Died(Finding),
}

/// What there is to say about a run that did not pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule that was broken, or the check that was not met.
    pub rule: String,
    /// When; none if that cannot be known.
    pub at: Option<Instant>,
    /// The servers that take part in it.
    pub servers: Vec<ServerId>,
    /// What contradicts what, a sentence each.
    pub evidence: Vec<String>,
    /// The place in the implementation's source that it happened at, as `file:line:column`, where that
    /// is known.
    pub place: Option<String>,
    /// What was going on; none if that cannot be known.
    pub circumstances: Option<Circumstances>,
}

impl Finding {
    /// What contradicts a rule or check, without when, where and by whom.
    pub fn new(rule: &str, evidence: Vec<String>) -> Finding {
        Finding { rule: rule.to_owned(), at: None, servers: vec![], evidence, place: None, circumstances: None }
    }
}

impl Outcome {
    /// The word for it, as it stands in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::Violated(_) => "violated",
            Outcome::Panicked(_) => "panicked",
            Outcome::Stuck(_) => "stuck",
            Outcome::OverLimit(_) => "over-limit",
            Outcome::Nondeterministic(_) => "nondeterministic",
            Outcome::Died(_) => "died",
        }
    }

    /// Whether the run passed.
    pub const fn passed(&self) -> bool {
        matches!(self, Outcome::Passed)
    }

    /// What is wrong; none if the run passed.
    pub const fn finding(&self) -> Option<&Finding> {
        match self {
            Outcome::Passed => None,
            Outcome::Failed(finding)
            | Outcome::Violated(finding)
            | Outcome::Panicked(finding)
            | Outcome::Stuck(finding)
            | Outcome::OverLimit(finding)
            | Outcome::Nondeterministic(finding)
            | Outcome::Died(finding) => Some(finding),
        }
    }

    /// The same, to add to what is known.
    pub const fn finding_mut(&mut self) -> Option<&mut Finding> {
        match self {
            Outcome::Passed => None,
            Outcome::Failed(finding)
            | Outcome::Violated(finding)
            | Outcome::Panicked(finding)
            | Outcome::Stuck(finding)
            | Outcome::OverLimit(finding)
            | Outcome::Nondeterministic(finding)
            | Outcome::Died(finding) => Some(finding),
        }
    }

    /// The outcome with this name, and with what is wrong; none if there is no such name, or if what
    /// is wrong is missing or too much.
    pub fn named(name: &str, finding: Option<Finding>) -> Option<Outcome> {
        let wrong = match (name, finding) {
            ("passed", None) => return Some(Outcome::Passed),
            (_, finding) => finding?,
        };
        match name {
            "failed" => Some(Outcome::Failed(wrong)),
            "violated" => Some(Outcome::Violated(wrong)),
            "panicked" => Some(Outcome::Panicked(wrong)),
            "stuck" => Some(Outcome::Stuck(wrong)),
            "over-limit" => Some(Outcome::OverLimit(wrong)),
            "nondeterministic" => Some(Outcome::Nondeterministic(wrong)),
            "died" => Some(Outcome::Died(wrong)),
            _ => None,
        }
    }
}

impl From<&Failure> for Finding {
    fn from(failure: &Failure) -> Finding {
        let Failure { check, at, servers, evidence } = failure.clone();
        Finding { at: Some(at), servers, ..Finding::new(check, evidence) }
    }
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Finding {
        let Violation { rule, at, servers, evidence } = violation.clone();
        Finding { at: Some(at), servers, ..Finding::new(rule, evidence) }
    }
}

/// The server that a group of tasks such as `S2.1` belongs to; none for the harness.
pub(super) fn server_of_group(name: &str) -> Option<ServerId> {
    let (server, _life) = name.strip_prefix('S')?.split_once('.')?;
    server.parse().ok().map(ServerId::new)
}
