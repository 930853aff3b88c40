//! A student's way, from an empty folder to a passing 3B: `raftlab new`, what it writes, and every
//! command of the README in it, with cargo as a student has it.
//!
//! `tests/student` writes a Raft and a service into the skeleton, part by part. Who changes the skeleton may
//! have to change these patches.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Bench, Ended};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A Raft and a service written part by part, each part with its patch.
const PARTS: [(&str, &str); 6] = [
    ("2A", include_str!("student/2A.patch")),
    ("2B", include_str!("student/2B.patch")),
    ("2C", include_str!("student/2C.patch")),
    ("2D", include_str!("student/2D.patch")),
    ("3A", include_str!("student/3A.patch")),
    ("3B", include_str!("student/3B.patch")),
];

/// A new crate, in a folder of its own.
struct Crate {
    bench: Bench,
    name: &'static str,
}

impl Crate {
    fn new(name: &'static str, options: &[&str]) -> Crate {
        let bench = Bench::new();
        let arguments = [&["new", name, "--raftlab", ROOT], options].concat();
        bench.run(&arguments).says(0, &[&format!("crate `{name}`"), &format!("cd {name}"), "test 2A"]);
        Crate { bench, name }
    }

    /// Types a line in the crate's folder. There is no time limit: the first one builds raftlab.
    fn types(&self, line: &str) -> Ended {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.bench.path(self.name)).stdin(Stdio::null());
        // What the cargo around this test says to it is not meant for those in it.
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                shell.env_remove(&variable);
            }
        }
        // One folder for all crates, and for those that `raftlab grade` compiles, so that raftlab is built once.
        shell.env("CARGO_TARGET_DIR", common::cache().join("target")).envs(common::QUICKLY).env("NO_COLOR", "1");
        shell.output().expect("there is a shell").into()
    }

    /// raftlab's command line on this crate.
    fn raftlab(&self, arguments: &str) -> Ended {
        self.types(&format!("cargo run --quiet --release -- {arguments}"))
    }

    /// Nothing in it could be better, say those who read it first.
    fn is_tidy(&self) {
        self.types("cargo fmt --check").says(0, &[]);
        self.types("cargo clippy --quiet --all-targets -- -D warnings").says(0, &[]);
    }

    fn apply(&self, patch: &str) {
        for change in PatchSet::parse(patch, ParseOptions::unidiff()) {
            let change = change.expect("it is a unified diff");
            let FileOperation::Modify { original, .. } = change.operation() else { panic!("a file is changed") };
            let file = self.bench.path(self.name).join(original.strip_prefix("a/").expect("paths begin so"));
            let text = fs::read_to_string(&file).expect("it is in the skeleton");
            let changed = diffy::apply(&text, change.patch().as_text().expect("it is text"))
                .unwrap_or_else(|error| panic!("{original} has changed, so tests/student must: {error}"));
            fs::write(&file, changed).expect("it can be written");
        }
    }
}

#[test]
fn a_new_crate_says_what_to_write_first_and_where() {
    let student = Crate::new("my-raft", &[]);
    student.is_tidy();
    locks_what_raftlab_locks(&student);
    let tests = student.types("cargo test --quiet --release");
    tests.says(0, &[]);
    assert!(tests.text().contains("2 passed; 0 failed; 10 ignored"), "{}", tests.text());
    let ended = student.raftlab("test 2A");
    ended
        .says(1, &["not written yet at 000.000000, S", "2A: draw a random duration", "300 runs: 0 passed, 300 failed"]);
    let place = ended.stderr.lines().find_map(|line| line.trim().strip_prefix("write this at src/raft/state.rs:"));
    let line: usize = place.and_then(|place| place.split(':').next()?.parse().ok()).expect("the place is named");
    let source = fs::read_to_string(student.bench.path("my-raft/src/raft/state.rs")).expect("it is there");
    assert_eq!(source.lines().nth(line - 1).map(str::trim), Some("todo!("));
    assert_eq!(ended.stderr.matches("not written yet").count(), 1, "it is said once:\n{}", ended.stderr);
    for readme in [student.bench.path("my-raft/README.md"), Path::new(ROOT).join("README.md")] {
        shows_what_is_printed(&fs::read_to_string(readme).expect("it is there"), &ended.stderr);
    }
    let again = student.raftlab("replay 2A/initial-election --iteration 1");
    again.says(1, &["not written yet", "src/raft/state.rs:"]);
}

/// The crate is built from the versions with which raftlab itself was, and from no others.
#[track_caller]
fn locks_what_raftlab_locks(student: &Crate) {
    let packages = |path: &Path| {
        let lock: toml::Table = fs::read_to_string(path).expect("it is there").parse().expect("it is TOML");
        let packages = lock["package"].as_array().expect("there are packages").clone();
        let named = |package: &toml::Value| format!("{} {}", package["name"], package["version"]);
        packages.iter().map(named).collect::<BTreeSet<String>>()
    };
    let own = packages(&Path::new(ROOT).join("Cargo.lock"));
    let others: Vec<String> =
        packages(&student.bench.path(student.name).join("Cargo.lock")).difference(&own).cloned().collect();
    assert_eq!(others, [format!("\"{}\" \"0.1.0\"", student.name)]);
}

/// What a README shows of the first failure is what is printed, but for what it leaves out at `…`.
#[track_caller]
fn shows_what_is_printed(readme: &str, printed: &str) {
    let sample = readme.lines().skip_while(|line| !line.starts_with("    PANICKED 2A/initial-election"));
    let sample: Vec<&str> = sample.map_while(|line| line.strip_prefix("    ")).collect();
    assert_eq!(sample.len(), 4, "it shows a failure: {sample:?}");
    let first = printed.lines().position(|line| line == sample[0]).expect("the run and its seed are printed");
    for (shown, line) in sample.iter().zip(printed.lines().skip(first)) {
        let is_so = shown.strip_suffix('…').map_or(line == *shown, |begin| line.starts_with(begin));
        assert!(is_so, "the README has {shown:?}, and this is printed: {line:?}");
    }
}

#[test]
fn written_part_by_part_each_part_passes_and_the_next_says_what_to_write() {
    let student = Crate::new("step-by-step", &[]);
    for (number, (part, patch)) in PARTS.iter().enumerate() {
        student.apply(patch);
        // In 3A, the log of a Raft that saves it as a whole makes runs long.
        let iterations = if part.starts_with('2') { 3 } else { 1 };
        student.raftlab(&format!("test {part} -n {iterations} --traces none")).says(0, &["0 failed"]);
        if let Some((next, _)) = PARTS.get(number + 1) {
            let folder = if next.starts_with('2') { "raft" } else { "kv" };
            let ended = student.raftlab(&format!("test {next} -n 1 --traces none"));
            ended.says(1, &["not written yet", &format!("\n    {next}: "), &format!("write this at src/{folder}/")]);
        }
    }
    student.is_tidy();
    let ended = student.raftlab("test 2A 2B 2C 2D 2X 3B -n 1 --traces none");
    ended.says(0, &["0 failed"]);
    assert!(!ended.stderr.contains("not watched"), "all rules watch:\n{}", ended.stderr);
    every_command_works(&student);
}

/// Types every command of the crate's README.
#[track_caller]
fn every_command_works(student: &Crate) {
    let readme = fs::read_to_string(student.bench.path(student.name).join("README.md")).expect("there is one");
    let commands: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("    "))
        .map(str::trim)
        .filter(|line| line.starts_with("cargo "))
        .collect();
    assert!(commands.len() > 2, "{commands:?}");
    for command in commands {
        // A student has time; here, a few iterations show that the command is right.
        let command = command.split(" -n ").next().expect("there is something before");
        let shortened = if command.contains(" test ") && command.contains(" -- ") { " -n 1" } else { "" };
        student.types(&format!("{command}{shortened}")).says(0, &[]);
    }
}

#[test]
fn the_solution_passes_and_every_command_of_its_readme_works() {
    let solution = Crate::new("solution", &["--solution"]);
    solution.is_tidy();
    solution.raftlab("test 2A 2B -n 2 --traces none").says(0, &["0 failed"]);
    every_command_works(&solution);
}

mod bad_input {
    use super::*;

    #[test]
    fn what_is_there_is_not_overwritten() {
        let bench = Bench::new();
        bench.write("notes.txt", "mine");
        bench.run(&["new", "."]).says(2, &[". is not empty", "name a new folder"]);
        bench.run(&["new", "notes.txt"]).says(2, &["notes.txt is no folder"]);
        bench.run(&["new", "notes.txt/my-raft"]).says(2, &["notes.txt/my-raft is no folder"]);
        assert_eq!(fs::read_to_string(bench.path("notes.txt")).expect("it is still there"), "mine");
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let bench = Bench::new();
        fs::create_dir(bench.path("empty")).expect("it can be made");
        bench.shell("cd empty && $PROGRAM new .").says(0, &["created .: crate `empty`", "raftlab 0.1.0 as published"]);
        assert!(bench.path("empty/src/raft/mod.rs").is_file());
        let manifest = fs::read_to_string(bench.path("empty/Cargo.toml")).expect("it is there");
        assert!(manifest.contains(concat!("raftlab = \"", env!("CARGO_PKG_VERSION"), "\"")), "{manifest}");
    }

    #[test]
    fn a_name_is_made_valid_or_refused() {
        let bench = Bench::new();
        bench.run(&["new", "6.824"]).says(0, &["created 6.824: crate `raft-6-824`"]);
        bench.run(&["new", "some where/My Raft"]).says(0, &["crate `my-raft`", "cd 'some where/My Raft'"]);
        bench.run(&["new", "筏"]).says(2, &["no crate can be called like the folder 筏", "choose another folder"]);
        assert!(!bench.path("筏").exists());
        bench.run(&["new"]).says(2, &["<DIR>"]);
    }

    #[test]
    fn a_folder_without_raftlab_is_named() {
        let bench = Bench::new();
        bench.run(&["new", "x", "--raftlab", "nowhere"]).says(2, &["--raftlab nowhere: there is no raftlab here"]);
        bench.write("Cargo.toml", "[package]\nname = \"other\"\n");
        bench.run(&["new", "x", "--raftlab", "."]).says(2, &["--raftlab .: this is `other`, not raftlab"]);
        bench.write("Cargo.toml", "[package]\nname = \"raftlab\"\nversion = \"99.0.0\"\n");
        bench.run(&["new", "y", "--raftlab", "."]).says(0, &["warning: this is raftlab", "holds version 99.0.0"]);
        bench.write("Cargo.toml", "[package");
        bench.run(&["new", "x", "--raftlab", "."]).says(2, &["is no TOML"]);
        assert!(!bench.path("x").exists());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_cannot_be_written_is_told() {
        let bench = Bench::new();
        // Not even root can make a folder here.
        let ended = bench.run(&["new", "/proc/my-raft"]);
        ended.says(3, &["cannot create /proc/my-raft"]);
    }
}
