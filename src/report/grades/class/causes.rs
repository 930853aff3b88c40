//! Why runs fail, over a class.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::grade::Grade;
use crate::report::account::rule_name;

/// Failures of one rule, whatever was going on: circumstances and places in sources differ from submission
/// to submission.
pub(super) struct ClassCause {
    /// How the runs ended.
    pub(super) outcome: &'static str,
    /// The rule that was broken, or the check that was not met.
    pub(super) rule: String,
    /// Submissions in which it was seen.
    pub(super) submissions: BTreeSet<usize>,
    /// Runs that failed.
    pub(super) failed: u64,
    /// Tests in which it was seen.
    pub(super) tests: BTreeSet<String>,
}

/// The causes of all failures: that of most submissions first, then that of most runs, then by name.
pub(super) fn causes(grades: &[Grade]) -> Vec<ClassCause> {
    let mut causes: BTreeMap<(&str, String), ClassCause> = BTreeMap::new();
    for (place, grade) in grades.iter().enumerate() {
        for group in grade.summary.groups() {
            let (outcome, rule) = (group.cause.outcome, rule_name(&group.cause.rule));
            let cause = causes.entry((outcome, rule.clone())).or_insert_with(|| ClassCause {
                outcome,
                rule,
                submissions: BTreeSet::new(),
                failed: 0,
                tests: BTreeSet::new(),
            });
            cause.submissions.insert(place);
            cause.failed += group.count;
            cause.tests.extend(group.tests.iter().map(|test| grade.summary.tests[*test].test.path()));
        }
    }
    let mut causes: Vec<ClassCause> = causes.into_values().collect();
    causes.sort_by_key(|cause| Reverse((cause.submissions.len(), cause.failed)));
    causes
}

/// The rule that most of a submission's failures are of; none if all its runs passed.
pub(super) fn most_frequent(grade: &Grade) -> Option<ClassCause> {
    causes(std::slice::from_ref(grade)).into_iter().next()
}
