//! What runs earn, what students learn of it, and what secret runs are drawn from.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use serde_json::Value;

use crate::school::{ROOT, School};

/// One test in five forms of credit, and with two kinds of seeds.
pub(crate) const LAB: &str = r#"
part = "G"
title = "Grading"
time_limit_s = 120
latency_us = [50, 500]

[grading]
iterations = 12

[[test]]
name = "every-run"
course = "TestElection1"
title = "every run"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"

[[test]]
name = "share-of-runs"
course = "TestElection2"
title = "a share of them"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"
grading = { credit = "share" }

[[test]]
name = "few-are-enough"
course = "TestElection3"
title = "few of them"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"
grading = { credit = "1 of 6" }

[[test]]
name = "most-are-wanted"
course = "TestElection4"
title = "most of them"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"
grading = { credit = "19 of 20", iterations = 20 }

[[test]]
name = "behind-the-curtain"
course = "TestElection5"
title = "an election that nobody sees"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"
grading = { credit = "share", visibility = "hidden", seeds = "secret" }

[[test]]
name = "not-at-home"
course = "TestElection6"
title = "an election that nobody can repeat"
points = 7
scenario = "initial-election"
servers = 3
network = "reliable"
grading = { credit = "share", seeds = "secret" }
"#;

/// What of the hidden test no student may read.
const HIDDEN: [&str; 2] = ["behind-the-curtain", "an election that nobody sees"];

/// Panics in about a third of its runs.
pub(crate) const UNLUCKY: &str = r#"
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    crate::after_a_second(boot, move || assert!(ctx.random(1_u64..=3) > 1, "this is one run in three"))
}
"#;

/// A school with the lab file, a secret, and a submission that panics in a third of its runs.
fn school() -> School {
    let school = School::new();
    school.bench.write("lab.toml", LAB);
    school.bench.write("mine", "correct horse battery staple");
    school.hand_in_hostile("unlucky", UNLUCKY);
    school
}

/// What a test came to.
fn tested(submission: &Value, name: &str) -> Value {
    let mut tests = submission["tests"].as_array().into_iter().flatten();
    tests.find(|test| test["test"] == name).expect("it was graded").clone()
}

#[test]
fn points_follow_from_the_runs_that_pass() {
    let school = school();
    school.graded("unlucky --lab lab.toml --secret mine").says(0, &["6 tests and 80 runs each"]);
    let submission = school.submission("raftlab-grades", "unlucky");
    let mut sum = 0.0;
    for (name, planned, earned) in [
        ("every-run", 12, (|_, _| 0) as fn(u64, u64) -> u64),
        ("share-of-runs", 12, |passed, planned| 700 * passed / planned),
        ("few-are-enough", 12, |_, _| 700),
        ("most-are-wanted", 20, |_, _| 0),
        ("behind-the-curtain", 12, |passed, planned| 700 * passed / planned),
        ("not-at-home", 12, |passed, planned| 700 * passed / planned),
    ] {
        let test = tested(&submission, name);
        let [played, passed] = ["played", "passed"].map(|key| test[key].as_u64().expect("it is a number"));
        assert_eq!((&test["planned"], played), (&planned.into(), planned), "{name}");
        // Two of three, give or take: neither all nor hardly any.
        assert!(planned / 6 < passed && passed * 20 < planned * 19, "{name}: {passed} of {planned}");
        let score = earned(passed, planned) as f64 / 100.0;
        assert_eq!(test["score"].as_f64(), Some(score), "{name}: {passed} of {planned}");
        sum += score;
    }
    assert!(submission["score"].as_f64().is_some_and(|score| (score - sum).abs() < 0.001), "{sum}");
    students_learn_what_they_may(&school);
}

#[track_caller]
fn students_learn_what_they_may(school: &School) {
    let feedback = school.text("raftlab-grades/unlucky/feedback.md");
    let results: Value = serde_json::from_str(&school.text("raftlab-grades/unlucky/results.json")).expect("it is JSON");
    let (hidden, shown): (Vec<&Value>, Vec<&Value>) =
        results["tests"].as_array().into_iter().flatten().partition(|test| test["visibility"] == "hidden");
    let name = hidden.iter().map(|test| test["name"].as_str().unwrap_or_default()).collect::<String>();
    assert_eq!((name.as_str(), shown.len()), ("G/behind-the-curtain: an election that nobody sees", 5));
    let told = format!("{feedback}{}{shown:?}", results["output"]);
    assert!(told.contains("one run in three") && told.contains("most-are-wanted"), "{told}");
    for words in HIDDEN {
        assert!(!told.contains(words), "{words:?} is in: {told}");
    }
    let everything = format!("{feedback}{results}");
    let (secret, public) = seeds(school, "raftlab-grades");
    assert!(public.iter().any(|seed| everything.contains(seed)), "public seeds are told");
    for seed in secret {
        assert!(!everything.contains(&seed), "the secret seed {seed} is told");
    }
    // Nor is there anything to subtract from.
    assert!(results.get("score").is_none() && !feedback.contains(" of 42 points"), "{feedback}");
}

/// The seeds of all runs: secret ones, and others.
fn seeds(school: &School, grades: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let runs = school.text(&format!("{grades}/unlucky/results.jsonl"));
    let runs: Vec<Value> = runs.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let (secret, public): (Vec<&Value>, Vec<&Value>) =
        runs.iter().partition(|run| ["behind-the-curtain", "not-at-home"].iter().any(|name| run["test"] == *name));
    let seeds =
        |runs: Vec<&Value>| runs.into_iter().filter_map(|run| run["seed"].as_str().map(str::to_owned)).collect();
    (seeds(secret), seeds(public))
}

#[test]
fn the_same_secret_gives_the_same_runs_and_another_one_others() {
    let school = school();
    let other = "another secret of ours";
    school.bench.write("other", other);
    // What was drawn counts as long as it is there.
    for (secret, grades) in [(" --secret mine", "a"), (" --secret mine", "b"), (" --secret other", "c"), ("", "d")] {
        school.graded(&format!("unlucky --lab lab.toml{secret} --out {grades} -n 4 -j 2")).says(0, &["24 runs each"]);
    }
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|grades| seeds(&school, grades));
    assert_eq!((a.0.len(), a.1.len()), (8, 16));
    assert_eq!(a, b);
    for other in [c, d] {
        assert!(a.0.is_disjoint(&other.0), "secret runs are others");
        assert_eq!(a.1, other.1, "public runs are not");
    }
    let drawn = |grades: &str| school.text(&format!("{grades}/secret"));
    assert!(!school.bench.path("a/secret").exists(), "it is kept elsewhere");
    let (secret, before) = (drawn("d"), school.kept("d"));
    let mode = fs::metadata(school.bench.path("d/secret")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "its owner reads it, and nobody else");
    school.graded("unlucky --lab lab.toml --out d -n 4 --resume").says(0, &[]);
    assert_eq!(drawn("d"), secret);
    crate::school::are_the_same(&before, &school.kept("d"));
    // With another secret, these would be grades of two kinds of runs.
    school.graded("unlucky --lab lab.toml --secret other --out a -n 4 --resume").says(0, &[]);
    assert_eq!(seeds(&school, "a").0, seeds(&school, "c").0);
}

#[test]
fn a_known_bug_loses_the_points_of_the_test_that_catches_it() {
    let school = School::new();
    school.hand_in("right");
    patch(&school, "wrong", "001-commit-prior-term-by-counting.patch");
    school.graded("right wrong --test 2C/figure8 --test 2A/initial-election -n 10").says(0, &["wrong  5 of "]);
    let [right, wrong] = ["right", "wrong"].map(|name| school.submission("raftlab-grades", name));
    assert_eq!(right["score"], right["max"]);
    assert_eq!(tested(&wrong, "initial-election")["score"], 5);
    let caught = tested(&wrong, "figure8");
    assert_eq!((&caught["score"], &caught["met"]), (&0.into(), &false.into()));
    assert_eq!(caught["failures"][0]["failure"]["rule"], "commit certificate");
    let grade = school.text("raftlab-grades/wrong/grade.md");
    assert!(grade.contains("VIOLATED 2C/figure8") && grade.contains("commit certificate"), "{grade}");
}

/// Hands in the reference with a bug of `labs/bugs`.
fn patch(school: &School, name: &str, bug: &str) {
    let folder = school.hand_in(name);
    let text = fs::read_to_string(format!("{ROOT}/labs/bugs/{bug}")).expect("the bug is there");
    let diff = text.split_once("\n\n").expect("a header comes first").1;
    for change in PatchSet::parse(diff, ParseOptions::unidiff()) {
        let change = change.expect("it is a unified diff");
        let FileOperation::Modify { original, .. } = change.operation() else { panic!("a file is changed") };
        let file = folder.join(original.strip_prefix("a/labs/reference/").expect("paths begin so"));
        let source = fs::read_to_string(&file).expect("it is in the reference");
        let patched = diffy::apply(&source, change.patch().as_text().expect("it is text")).expect("it applies");
        fs::write(&file, patched).expect("it can be written");
    }
}
