//! What a student would have read of each bug: the findings that the tests of `likely` are about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::error::Failed;
use super::gallery::{Bug, Listed};
use super::play::{Catch, Report};

/// A file for findings, one JSON object per line.
pub(super) struct Findings {
    path: PathBuf,
    /// The lines about bugs that are not played, by their names.
    kept: BTreeMap<String, String>,
}

impl Findings {
    /// A file that can be written, as it is before it is. What it says of bugs that are not `played`
    /// stays.
    pub(super) fn open(path: &Path, bugs: &[Listed], played: &[Bug]) -> Result<Findings, Failed> {
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        let text = file.and_then(|_| fs::read_to_string(path));
        let text = text.map_err(|error| Failed::usage(format!("cannot write {}: {error}", path.display())))?;
        let mut kept = by_name(&text, bugs);
        kept.retain(|name, _| !played.iter().any(|bug| bug.name == *name));
        Ok(Findings { path: path.to_owned(), kept })
    }

    /// Replaces what is in the file, in the order of the bugs' ranks.
    pub(super) fn write(mut self, reports: &[Report]) -> Result<(), Failed> {
        self.kept.extend(reports.iter().map(|report| (report.name.clone(), lines(report))));
        let lines: String = self.kept.into_values().collect();
        fs::write(&self.path, lines)
            .map_err(|error| Failed::trouble(format!("cannot write {}: {error}", self.path.display())))
    }
}

/// The lines about each of these bugs, by its name.
fn by_name(text: &str, bugs: &[Listed]) -> BTreeMap<String, String> {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        let object: Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(bug) = bugs.iter().find(|bug| object["bug"] == bug.id()) {
            *lines.entry(bug.name.clone()).or_default() += &format!("{line}\n");
        }
    }
    lines
}

/// Of each rule that caught a bug, the first finding.
fn lines(report: &Report) -> String {
    let mut rules = BTreeSet::new();
    let caught = report.parts.iter().filter_map(|(_, verdict)| verdict.caught());
    caught.filter(|caught| rules.insert(caught.rule.as_str())).map(|caught| line(&report.header.id, caught)).collect()
}

fn line(bug: &str, caught: &Catch) -> String {
    let Catch { part, test, rule, outcome, evidence, .. } = caught;
    let object = json!({
        "bug": bug,
        "part": part,
        "test": test,
        "outcome": outcome,
        "rule": rule,
        "evidence": evidence,
    });
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::super::header::Kind;
    use super::super::subject::Subject;
    use super::*;

    #[test]
    fn lines_are_told_by_their_bugs_and_those_of_no_bug_are_left_out() {
        let bugs = ["003-a", "003-a.variant"].map(|name| Listed {
            name: name.to_owned(),
            subject: Subject::Raft,
            kind: Kind::Safety,
        });
        let [a, variant, gone] = ["a", "a.variant", "gone"].map(|bug| format!("{{\"bug\":\"{bug}\"}}\n"));
        let lines = by_name(&format!("{gone}{variant}{a}{a}"), &bugs);
        let expected = [("003-a".to_owned(), format!("{a}{a}")), ("003-a.variant".to_owned(), variant)];
        assert_eq!(lines, expected.into_iter().collect());
    }
}
