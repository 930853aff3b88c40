//! What usually looks like the failures of a page, each only where it is new.

use std::collections::BTreeSet;

use crate::lab::Mistake;
use crate::report::likely;
use crate::runner::RunResult;

/// The mistakes that were named so far. Failures of one test are mostly of one cause, and nobody reads the
/// same advice ten times.
#[derive(Default)]
pub(super) struct Mistakes(BTreeSet<Vec<&'static str>>);

impl Mistakes {
    /// Those that usually look like this failure; none if just these were named before.
    pub(super) fn new_ones(&mut self, result: &RunResult) -> Vec<&'static Mistake> {
        let Some(finding) = result.run.outcome.finding() else { return vec![] };
        let found = likely(finding, &result.test);
        let is_new = self.0.insert(found.iter().map(|mistake| &*mistake.id).collect());
        if is_new { found } else { vec![] }
    }
}
