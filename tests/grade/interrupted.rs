//! Grading that does not come to its end, and goes on later.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::Ended;
use crate::rules::UNLUCKY;
use crate::school::{Files, NOT_ENFORCED, School, are_the_same, hostile, skipped};

/// Runs enough that there is a middle.
const HOW: &str = "--test 2A/initial-election --test 2B/basic-agree -n 400";

/// An honest submission, and one with failures and traces.
fn school() -> School {
    let school = School::new();
    school.hand_in("alice");
    school.hand_in_hostile("unlucky", UNLUCKY);
    school
}

/// All files of grades that nobody interrupted.
fn whole() -> &'static Files {
    static WHOLE: OnceLock<Files> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let school = school();
        school.graded(&format!("alice unlucky {HOW} -j 2")).says(0, &["grades in "]);
        school.kept("raftlab-grades")
    })
}

/// The part of some files that is below a folder.
fn below(folder: &str, files: &Files) -> Files {
    let own = |(path, bytes): (&String, &Vec<u8>)| Some((path.strip_prefix(folder)?.to_owned(), bytes.clone()));
    files.iter().filter_map(own).collect::<BTreeMap<_, _>>()
}

fn signal(child: &Child, signal: Signal) {
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("it has a number");
    kill_process(process, signal).expect("it lives");
}

#[test]
fn killed_twice_and_resumed_it_gives_the_same_grades() {
    let school = school();
    for (more, name, runs, jobs) in [("", "alice", 100, 2), (" --resume", "unlucky", 200, 3)] {
        let mut child = school.begun(&format!("alice unlucky {HOW} -j {jobs}{more}"), name, runs);
        assert!(!school.living("raftlab-grades").is_empty(), "somebody plays");
        child.kill().expect("it lives");
        child.wait().expect("it is a child");
        school.nobody_lives("raftlab-grades");
        assert!(school.played("raftlab-grades", name) < 800, "it was in the middle");
    }
    school.graded(&format!("alice unlucky {HOW} -j 1 --resume")).says(0, &[]);
    are_the_same(whole(), &school.kept("raftlab-grades"));
}

#[test]
fn a_program_that_hangs_ends_with_its_grader() {
    let school = School::new();
    let hanging = std::fs::read_to_string(hostile("blocks.rs")).expect("it is there");
    school.hand_in_hostile("hanging", &hanging);
    let mut grader = school.grade("hanging --test 2A/initial-election -n 1 --stuck-after 1h");
    let mut child = grader.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it can be started");
    let is_program = |command: &String| command.split(' ').next().is_some_and(|name| name.ends_with("build/program"));
    let hangs = || school.living("raftlab-grades").iter().any(is_program);
    while !hangs() {
        assert!(child.try_wait().expect("it is a child").is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The run is at its first second after some thousandths of one.
    std::thread::sleep(Duration::from_millis(500));
    assert!(hangs(), "it hangs");
    child.kill().expect("it lives");
    let said = Ended::from(child.wait_with_output().expect("it ends")).stderr;
    if said.contains(NOT_ENFORCED) {
        return skipped("that a program ends with its grader, where that is not enforced");
    }
    school.nobody_lives("raftlab-grades");
}

#[test]
fn interrupted_by_its_user_it_leaves_its_files_and_goes_on() {
    let school = school();
    let child = school.begun(&format!("unlucky {HOW} -j 2"), "unlucky", 100);
    signal(&child, Signal::INT);
    let ended = Ended::from(child.wait_with_output().expect("it ends"));
    ended.says(130, &["interrupted: --resume goes on", "2 tests not graded yet"]);
    school.nobody_lives("raftlab-grades");
    let graded = school.submission("raftlab-grades", "unlucky");
    assert_eq!((&graded["state"], &graded["ending"]), (&"partial".into(), &"interrupted".into()));
    let page = school.text("raftlab-grades/unlucky/grade.md");
    assert!(page.contains("still to be played") || page.contains("| open |"), "{page}");
    school.graded(&format!("unlucky {HOW} -j 3 --resume")).says(0, &[]);
    are_the_same(&below("unlucky/", whole()), &school.kept("raftlab-grades/unlucky"));
}

#[test]
fn when_the_time_is_over_it_grades_by_what_was_played_and_goes_on_without_a_limit() {
    let school = school();
    let how = "alice --test 2A/initial-election --test 2B/basic-agree -n 1000000 -j 2";
    // Compiling counts as well.
    school.graded(&format!("{how} --time-budget 8s --gradescope results.json")).says(0, &["the time is over"]);
    let graded = school.submission("raftlab-grades", "alice");
    assert_eq!((&graded["state"], &graded["ending"]), (&"partial".into(), &"time-budget".into()));
    for test in graded["tests"].as_array().expect("there are tests") {
        assert_eq!(test["state"], "cut");
        let earned = if test["played"] == 0 { 0.into() } else { test["max"].clone() };
        assert_eq!((&test["passed"], &test["score"]), (&test["played"], &earned));
    }
    assert_eq!(school.text("results.json"), school.text("raftlab-grades/alice/results.json"));
    let results: serde_json::Value = serde_json::from_str(&school.text("results.json")).expect("it is whole");
    assert_eq!(results["tests"].as_array().map(Vec::len), Some(2));
    for name in ["grades.csv", "grades.md", "grades.xml", "alice/grade.md", "alice/feedback.md", "alice/junit.xml"] {
        assert!(!school.text(&format!("raftlab-grades/{name}")).is_empty(), "{name}");
    }
    let before = school.played("raftlab-grades", "alice");
    let mut child = school.begun(&format!("{how} --resume"), "alice", before + 50);
    child.kill().and_then(|()| child.wait()).expect("it lives");
}

#[test]
fn who_has_changed_is_graded_anew_and_others_are_not_played_again() {
    let school = school();
    let how = "alice unlucky --test 2A/initial-election -n 12";
    school.graded(how).says(0, &[]);
    let records = |name: &str| school.text(&format!("raftlab-grades/{name}/results.jsonl"));
    let (alice, unlucky) = (records("alice"), records("unlucky"));
    let source = school.bench.path("unlucky/src/hostile.rs");
    let changed = UNLUCKY.replace("1_u64..=3", "2_u64..=3");
    std::fs::write(&source, changed).expect("it can be written");
    school.graded(&format!("{how} --resume")).says(0, &["unlucky  5 of 5"]);
    // With the times that they took.
    assert_eq!(records("alice"), alice);
    assert_ne!(records("unlucky"), unlucky);
    assert_eq!(records("unlucky").lines().count(), 12);
    let mut file = OpenOptions::new().append(true).open(source).expect("it is there");
    file.write_all(b"\n#[test").expect("it can be written");
    school.graded(&format!("{how} --resume")).says(0, &["unlucky is not built"]);
    assert_eq!(school.submission("raftlab-grades", "unlucky")["score"], 0);
}

#[test]
fn a_full_disk_is_told_with_the_file_and_nobody_is_to_blame() {
    let school = school();
    let in_a_small_disk = |size: &str, line: &str| {
        let mount = format!("mkdir -p full && mount -t tmpfs -o size={size} raftlab full");
        school.surrounded(&format!("unshare --mount sh -c '{mount} && {line}'"))
    };
    if in_a_small_disk("1m", "true").code != Some(0) {
        return skipped("what happens on a full disk, for none can be made here");
    }
    let grade =
        "$PROGRAM grade alice --raftlab \"$RAFTLAB\" --cache \"$CACHE\" --no-progress --out full/grades -n 10000";
    // Before anything is compiled; while it is; and while it is played.
    let ended = in_a_small_disk("64k", grade);
    ended.says(3, &["full/grades", "No space left on device"]);
    let ended = in_a_small_disk("1m", grade);
    ended.says(3, &["full/grades", "No space left on device"]);
    let fill = "until [ -s full/grades/alice/results.jsonl ]; do sleep 0.05; done; cat /dev/zero >full/fill; wait $!";
    let ended = in_a_small_disk("200m", &format!("{grade} & {fill}"));
    ended.says(3, &["full/grades/alice", "No space left on device"]);
}
