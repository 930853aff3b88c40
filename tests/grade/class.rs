//! A class of everybody: whatever some of it do, it is graded to the end, each as the table in
//! `tests/hostile/README.md` has it, and honest ones as if they were alone.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::common::Ended;
use crate::school::{NOT_ENFORCED, School, are_the_same, files, hostile, skipped};
use crate::table::{Row, rows};

/// Few runs of one test: what goes wrong goes wrong in each. And little patience.
const HOW: &str = "--test 2A/initial-election -n 5 --stuck-after 500ms --build-time 10s";

/// Where a program must not be able to write.
const OUTSIDE: &str = "/tmp/raftlab-hostile";

/// Bytes of a grade, but for its sources and its program.
const GRADE_MAX: usize = 1 << 20;

/// A class that was graded, together.
struct Class {
    school: School,
    ended: Ended,
    rows: Vec<Row>,
}

/// All tests look at the same.
fn class() -> &'static Class {
    static CLASS: OnceLock<Class> = OnceLock::new();
    CLASS.get_or_init(|| {
        let school = School::new();
        let rows = rows();
        let hostile: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        hostile.iter().for_each(|name| hand_in(&school, name));
        for honest in ["alice", "bob", "neighbour"] {
            school.hand_in(honest);
        }
        hand_in_odd_files(&school.hand_in("odd-files"));
        let huge = File::create(school.hand_in("huge-file").join("src/data.txt")).expect("it can be made");
        huge.set_len(8 << 30).expect("it takes no space");
        let names = hostile.join(" ");
        let ended = school.graded(&format!("neighbour alice {names} odd-files huge-file bob {HOW} -j 6"));
        Class { school, ended, rows }
    })
}

/// As the README of the folder says.
fn hand_in(school: &School, name: &str) {
    let text = |file: String| fs::read_to_string(hostile(&file)).ok();
    if let Some(module) = text(format!("{name}.rs")) {
        school.hand_in_hostile(name, &module);
    } else if let Some(main) = text(format!("mains/{name}.rs")) {
        fs::write(school.hand_in(name).join("src/main.rs"), main).expect("it can be written");
    } else {
        let script = text(format!("build-scripts/{name}.rs")).expect("it is somewhere");
        fs::write(school.hand_in(name).join("build.rs"), script).expect("it can be written");
    }
}

/// Files that no repository can have.
fn hand_in_odd_files(folder: &Path) {
    let source = |name: &str| folder.join("src").join(name);
    symlink("../../neighbour/src/main.rs", source("linked.rs")).expect("it can be linked");
    symlink("..", source("up")).expect("it can be linked");
    symlink("self.rs", source("self.rs")).expect("it can be linked");
    let made = std::process::Command::new("mkfifo").arg(source("pipe.rs")).status();
    assert!(made.is_ok_and(|made| made.success()), "a pipe can be made");
    fs::write(source("-o.rs"), "this is no Rust\n").expect("it can be written");
    fs::write(source("--version"), "").expect("it can be written");
    fs::write(folder.join("src").join(std::ffi::OsStr::from_bytes(b"\xff.rs")), "").expect("it can be written");
}

#[test]
fn everybody_is_graded() {
    let class = class();
    class.ended.says(0, &["grades in "]);
    let graded = class.school.class("raftlab-grades");
    let states: Vec<&str> =
        graded["submissions"].as_array().into_iter().flatten().filter_map(|one| one["state"].as_str()).collect();
    assert_eq!(states.len(), class.rows.len() + 5);
    assert!(states.iter().all(|state| ["graded", "not built"].contains(state)), "{states:?}");
}

#[test]
fn all_hostile_files_are_in_the_table() {
    let named = |folder: &str| {
        let entries = fs::read_dir(hostile(folder)).expect("it is there").flatten().map(|entry| entry.path());
        let rust = entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        rust.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect::<Vec<_>>()
    };
    let mut files: Vec<String> = ["", "mains", "build-scripts"].into_iter().flat_map(named).collect();
    files.retain(|name| name != "honest");
    files.sort();
    assert_eq!(rows().into_iter().map(|row| row.name).collect::<Vec<_>>(), files);
}

#[test]
fn each_is_graded_as_the_table_says() {
    let class = class();
    let is_enforced = !class.ended.stderr.contains(NOT_ENFORCED);
    if !is_enforced {
        skipped("what a hostile submission may not do, where the sandbox does not hold");
    }
    let wrong: Vec<String> = class.rows.iter().flat_map(|row| wrong(class, row, is_enforced)).collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), class.ended.stderr);
}

/// Where a row does not hold.
fn wrong(class: &Class, row: &Row, is_enforced: bool) -> Vec<String> {
    let graded = class.school.submission("raftlab-grades", &row.name);
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", row.name))
        }
    };
    let (score, max) = (&graded["score"], &graded["max"]);
    let earns = match row.points.as_str() {
        "all" => score == max,
        "none" => score == 0,
        "either" => score == max || score == 0,
        other => panic!("{other} are no points"),
    };
    check(earns, format!("it earns {score} of {max}, and not {}", row.points));
    for end in ends(&graded) {
        check(end.iter().any(|word| row.run.contains(word)), format!("a run ends by {end:?}, and not {:?}", row.run));
    }
    let page = class.school.text(&format!("raftlab-grades/{}/grade.md", row.name));
    for words in &row.says {
        check(page.contains(words), format!("{words:?} is not in:\n{page}"));
    }
    for (path, bytes) in class.school.kept(&format!("raftlab-grades/{}", row.name)) {
        let text = String::from_utf8_lossy(&bytes);
        let is_source = path.starts_with("src/");
        for words in row.never_says.iter().filter(|_| is_enforced && !is_source) {
            check(!text.contains(words), format!("{words:?} is in {path}"));
        }
    }
    wrong
}

/// How its runs end: each by its outcome and, if it has one, its rule.
fn ends(graded: &Value) -> Vec<Vec<String>> {
    if graded["state"] == "not built" {
        return vec![vec!["not built".to_owned()]];
    }
    let test = &graded["tests"][0];
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let failures = test["failures"].as_array().into_iter().flatten();
    let end = |run: &Value| word(&run["outcome"]).into_iter().chain(word(&run["failure"]["rule"])).collect();
    let mut ends: Vec<Vec<String>> = failures.map(end).collect();
    ends.extend((test["passed"] != 0).then(|| vec!["passed".to_owned()]));
    assert!(!ends.is_empty(), "{graded:#}");
    ends
}

#[test]
fn nothing_is_left_that_is_no_grade() {
    let class = class();
    class.school.nobody_lives("raftlab-grades");
    for row in &class.rows {
        let files = class.school.kept(&format!("raftlab-grades/{}", row.name));
        let bytes: usize = files.iter().filter(|(path, _)| !path.starts_with("src/")).map(|(_, text)| text.len()).sum();
        assert!((1..GRADE_MAX).contains(&bytes), "{bytes} bytes of {}", row.name);
    }
    if class.ended.stderr.contains(NOT_ENFORCED) {
        return skipped("where a hostile submission may not write");
    }
    assert!(!Path::new(OUTSIDE).exists(), "{OUTSIDE} is there");
    let left: Vec<PathBuf> = files(&class.school.bench.path("")).into_iter().filter(|path| is_left(path)).collect();
    assert!(left.is_empty(), "{left:#?}");
}

/// A hostile submission made it, or wrote to it. Its source may say what it does.
fn is_left(path: &Path) -> bool {
    let is_regular = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() < 1 << 30);
    let is_source = path.extension().is_some_and(|extension| extension == "rs");
    let is_written = || fs::read(path).expect("it can be read").ends_with(b"hostile was here\n");
    path.to_string_lossy().ends_with("-was-here") || (is_regular && !is_source && is_written())
}

#[test]
fn odd_files_are_left_out_and_a_huge_one_is_refused() {
    let school = &class().school;
    let odd = school.submission("raftlab-grades", "odd-files");
    assert_eq!(odd["score"], odd["max"], "{odd:#}");
    let remarks: Vec<&str> = odd["remarks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let left_out = ["linked.rs", "pipe.rs", "self.rs", "up"]
        .map(|name| format!("src/{name} is no file but a link or the like, and was left out"));
    assert_eq!(remarks, left_out);
    let huge = school.submission("raftlab-grades", "huge-file");
    assert_eq!((&huge["state"], &huge["score"]), (&"not built".into(), &0.into()));
    assert!(huge["build_error"].as_str().is_some_and(|error| error.contains("src is too large")), "{huge:#}");
}

#[test]
fn an_honest_grade_is_the_same_as_without_the_others() {
    let class = class();
    let alone = School::new();
    for name in ["alice", "bob"] {
        alone.hand_in(name);
        let arguments = format!("{name} {HOW} -j 1 --out alone-{name}");
        alone.graded(&arguments).says(0, &[]);
        let graded = alone.submission(&format!("alone-{name}"), name);
        assert_eq!((&graded["score"], &graded["played"]), (&graded["max"], &5.into()));
        let own = alone.kept(&format!("alone-{name}/{name}"));
        are_the_same(&own, &class.school.kept(&format!("raftlab-grades/{name}")));
    }
}
