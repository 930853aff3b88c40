//! Input that makes no sense, and how it is told.

use std::fs;

use crate::common::Bench;
use crate::rules::LAB;
use crate::school::School;

/// Submissions that nothing is compiled of: there is nothing in them.
fn school(names: &[&str]) -> School {
    let school = School::new();
    for name in names {
        fs::create_dir_all(school.bench.path(name)).expect("a folder can be made");
    }
    school
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let school = school(&["alice", "bob", "late/alice"]);
    school.bench.write("notes.txt", "");
    for (arguments, parts) in [
        ("--quiet", &["<DIR>", "Usage"][..]),
        ("nowhere", &["the submission nowhere is not there"]),
        ("alice late/alice", &["alice: two submissions are called so"]),
        ("alice --test 2A/inital-election", &["2A/inital-election", "did you mean", "initial-election"]),
        ("alice -n 0", &["--iterations", "at least 1"]),
        ("alice --memory 1", &["--memory", "at least 64MiB"]),
        ("alice --stuck-after 1ms", &["--stuck-after", "at least 100ms"]),
        ("alice --build-time 0s", &["--build-time", "at least 100ms"]),
        ("alice -j 0", &["--jobs", "from 1 to 1024"]),
        ("alice bob --gradescope x.json", &["--gradescope is for one submission"]),
        ("alice bob --classroom x.json", &["--classroom is for one submission"]),
        ("alice --classroom x.json", &["--classroom: SUBMISSION_TAG is not set"]),
        ("alice --lab notes.txt --secret nowhere", &["notes.txt"]),
        ("alice --prepare", &["--prepare"]),
    ] {
        let mut command = school.grade(arguments);
        command.env_remove("SUBMISSION_TAG").env_remove("CLASSROOM");
        let ended = crate::common::run(command);
        ended.says(2, parts);
    }
    assert!(!school.bench.path("raftlab-grades/alice").exists(), "nothing was graded");
}

#[test]
fn nothing_to_grade_is_told() {
    let school = school(&[]);
    school.bench.write("notes.txt", "");
    school.graded("notes.txt").says(4, &["notes.txt is no folder and is passed over", "there is no submission"]);
}

#[test]
fn a_file_among_submissions_is_passed_over() {
    let school = school(&["alice"]);
    school.bench.write("notes.txt", "");
    school.graded("alice notes.txt").says(0, &["warning: notes.txt is no folder and is passed over"]);
    let graded = school.class("raftlab-grades");
    assert_eq!(graded["submissions"].as_array().map(Vec::len), Some(1));
    let said = school.text("raftlab-grades/alice/build.log");
    assert!(said.contains("there are no sources: neither src/main.rs nor main.rs"), "{said}");
}

#[test]
fn mistakes_in_a_lab_file_are_told_with_their_place() {
    let school = school(&["alice"]);
    for (right, wrong, part) in [
        ("credit = \"1 of 6\"", "credit = \"most\"", "`most` is no credit"),
        ("visibility = \"hidden\"", "visibility = \"never\"", "unknown variant `never`"),
        ("iterations = 12", "iterations = 0", "at least 1 iteration"),
        ("iterations = 12", "iterashuns = 12", "unknown field `iterashuns`"),
        ("[grading]", "[grading", "["),
    ] {
        let line = 1 + LAB.lines().position(|line| line.contains(right)).expect("it is in the lab");
        school.bench.write("lab.toml", &LAB.replacen(right, wrong, 1));
        school.graded("alice --lab lab.toml").says(2, &[&format!("lab.toml:{line}"), part]);
    }
}

#[test]
fn a_secret_must_be_one() {
    let school = school(&["alice"]);
    school.bench.write("lab.toml", LAB);
    school.bench.write("short", "1234567");
    school.graded("alice --lab lab.toml --secret short").says(2, &["--secret short: ", "less than 8 bytes"]);
    school.graded("alice --lab lab.toml --secret nowhere").says(2, &["--secret nowhere: "]);
}

#[test]
fn grades_are_not_mixed_with_those_of_before() {
    let school = school(&["alice"]);
    let how = "alice --test 2A/initial-election";
    school.graded(&format!("{how} -n 2")).says(0, &[]);
    school.graded(&format!("{how} -n 2")).says(2, &["holds grades already", "--resume goes on"]);
    for (other, difference) in [
        ("-n 3", "is played 3 times here"),
        ("-n 2 --seed 7", "the seed"),
        ("-n 2 --test 2A/re-election", "they play other tests"),
    ] {
        school.graded(&format!("{how} {other} --resume")).says(2, &["raftlab-grades/alice", difference]);
    }
    school.graded(&format!("{how} -n 2 --resume")).says(0, &[]);
}

#[test]
fn where_nothing_can_be_written_it_is_raftlabs_trouble() {
    let school = school(&["alice"]);
    school.bench.write("notes.txt", "");
    school.graded("alice --out notes.txt/grades").says(3, &["cannot write grades to", "notes.txt/grades"]);
    let ended = school.graded("alice -n 1 --gradescope nowhere/results.json");
    ended.says(3, &["cannot write the report nowhere/results.json"]);
}

#[test]
fn raftlab_is_not_anywhere() {
    let bench = Bench::new();
    fs::create_dir(bench.path("alice")).expect("a folder can be made");
    bench.run(&["grade", "alice", "--raftlab", "alice"]).says(2, &["--raftlab alice: there is no raftlab here"]);
}
