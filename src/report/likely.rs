//! Which mistakes usually look like a finding.

use crate::lab::{Mistake, Sign, TestInfo, mistakes};
use crate::runner::Finding;

/// The mistakes that usually lead to this finding in this test, the likeliest first; equally likely ones
/// in the order of `labs/mistakes.toml`.
pub fn likely(finding: &Finding, test: &TestInfo) -> Vec<&'static Mistake> {
    let (evidence, path) = (finding.evidence.join("\n"), test.path());
    let fits = |sign: &&Sign| sign.fits(&finding.rule, &evidence, &path);
    let weight = |mistake: &Mistake| mistake.signs.iter().filter(fits).map(Sign::weight).max();
    let mut found: Vec<(u32, &Mistake)> =
        mistakes().iter().filter_map(|mistake| Some((weight(mistake)?, mistake))).collect();
    // Stable: what weighs the same stays in the order of the file.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, mistake)| mistake).collect()
}
