//! `ci/gradescope/run_autograder` with raftlab itself, in the folders that Gradescope makes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::common;
use crate::rules::{LAB, UNLUCKY};
use crate::school::{ROOT, School};

const SCHEMA: &str = include_str!("../schemas/gradescope.json");

/// A box as Gradescope has it, but with libraries that are compiled already.
fn autograder() -> School {
    let school = School::new();
    for folder in ["bin", "source", "results", "submission"] {
        fs::create_dir(school.bench.path(folder)).expect("a folder can be made");
    }
    let link = |from: &Path, to: &str| symlink(from, school.bench.path(to)).expect("it can be linked");
    link(Path::new(env!("CARGO_BIN_EXE_raftlab")), "bin/raftlab");
    link(Path::new(ROOT), "source/raftlab");
    link(&common::cache(), "cache");
    school.bench.write("source/lab.toml", LAB);
    school.bench.write("source/secret", "correct horse battery staple");
    school
}

/// Grades what is there. What Gradescope reads, which is as it wants it.
#[track_caller]
fn results(school: &School) -> Value {
    let ended =
        school.surrounded("AUTOGRADER=$PWD PATH=$PWD/bin:$PATH TIME_BUDGET=5m $RAFTLAB/ci/gradescope/run_autograder");
    ended.says(0, &[]);
    let schema: Value = serde_json::from_str(SCHEMA).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let results = serde_json::from_str(&school.text("results/results.json")).expect("it is JSON");
    let errors: Vec<String> = schema.iter_errors(&results).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{results:#}");
    results
}

fn scores(results: &Value) -> Vec<f64> {
    results["tests"].as_array().into_iter().flatten().filter_map(|test| test["score"].as_f64()).collect()
}

#[test]
fn a_submission_is_graded_wherever_its_crate_is() {
    let school = autograder();
    fs::rename(school.hand_in_hostile("unlucky", UNLUCKY), school.bench.path("submission/my raft")).expect("it moves");
    let below = results(&school);
    assert_eq!(below["tests"].as_array().map(Vec::len), Some(6));
    assert_eq!((scores(&below)[0], scores(&below)[2]), (0.0, 7.0));
    school.surrounded("mv 'submission/my raft/src' submission && rmdir 'submission/my raft'").says(0, &[]);
    assert_eq!(results(&school), below);
}

#[test]
fn what_is_no_crate_is_told_to_the_student() {
    let school = autograder();
    school.bench.write("submission/raft.txt", "I forgot my crate");
    let results = results(&school);
    assert_eq!(scores(&results), [0.0; 6]);
    let told = results["output"].as_str().expect("it is text");
    assert!(told.contains("there are no sources") && told.contains("hand in the crate's folder"), "{told}");
}
