//! What a student would have read of each bug: the findings that the tests of `likely` are about.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::error::Failed;
use super::play::{Catch, Report};

/// A file for findings, one JSON object per line.
pub(super) struct Findings {
    path: PathBuf,
}

impl Findings {
    /// A file that can be written, as it is before it is.
    pub(super) fn open(path: &Path) -> Result<Findings, Failed> {
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        file.map_err(|error| Failed::usage(format!("cannot write {}: {error}", path.display())))?;
        Ok(Findings { path: path.to_owned() })
    }

    /// Replaces what is in the file.
    pub(super) fn write(&self, reports: &[Report]) -> Result<(), Failed> {
        let lines: String = reports.iter().flat_map(lines).collect();
        fs::write(&self.path, lines)
            .map_err(|error| Failed::trouble(format!("cannot write {}: {error}", self.path.display())))
    }
}

/// Of each rule that caught a bug, the first finding.
fn lines(report: &Report) -> Vec<String> {
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
