//! Submissions, the libraries that they are compiled with, and raftlab, which grades them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::common::{self, Bench, Ended};

/// raftlab's own sources.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What raftlab says where the system lacks something that keeps submissions in.
pub(crate) const NOT_ENFORCED: &str = "could not be enforced";

/// Files by their paths.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A folder in which submissions are handed in and grades are given.
pub(crate) struct School {
    pub(crate) bench: Bench,
}

impl School {
    /// With libraries that are compiled.
    pub(crate) fn new() -> School {
        static PREPARED: OnceLock<()> = OnceLock::new();
        PREPARED.get_or_init(prepare);
        School { bench: Bench::new() }
    }

    /// Hands in the reference under this name. Where it is handed in.
    pub(crate) fn hand_in(&self, name: &str) -> PathBuf {
        let folder = self.bench.path(name);
        copy(&Path::new(ROOT).join("labs/reference/src"), &folder.join("src"));
        folder
    }

    /// Hands in the reference with a hostile server in it: the text of `src/hostile.rs`.
    pub(crate) fn hand_in_hostile(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.hand_in(name);
        fs::copy(hostile("mains/honest.rs"), folder.join("src/main.rs")).expect("it can be copied");
        fs::write(folder.join("src/hostile.rs"), text).expect("it can be written");
        folder
    }

    /// `raftlab grade` with these arguments, separated by spaces; not started yet.
    pub(crate) fn grade(&self, arguments: &str) -> std::process::Command {
        let arguments: Vec<&str> = ["grade"].into_iter().chain(arguments.split(' ')).collect();
        let mut command = self.bench.process(&arguments);
        command.args(["--no-progress", "--raftlab", ROOT, "--cache"]).arg(common::cache()).envs(common::QUICKLY);
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Has it grade, to its end. There is no time limit: compiling takes its time where others do it, too.
    pub(crate) fn graded(&self, arguments: &str) -> Ended {
        self.grade(arguments).output().expect("it can be started").into()
    }

    /// Anything else, with raftlab as `$PROGRAM`, its sources as `$RAFTLAB`, and its libraries as `$CACHE`.
    pub(crate) fn surrounded(&self, line: &str) -> Ended {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", line]).current_dir(self.bench.path("")).envs(common::QUICKLY).stdin(Stdio::null());
        shell.env("PROGRAM", env!("CARGO_BIN_EXE_raftlab")).env("RAFTLAB", ROOT).env("CACHE", common::cache());
        shell.output().expect("there is a shell").into()
    }

    /// Has it begin, and waits until so many runs of this submission have been played.
    pub(crate) fn begun(&self, arguments: &str, name: &str, runs: usize) -> Child {
        let mut command = self.grade(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it can be started");
        while self.played("raftlab-grades", name) < runs {
            let ended = child.try_wait().expect("it is a child");
            assert!(ended.is_none(), "it ended before {runs} runs of {name} were played: {ended:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        child
    }

    /// Runs of a submission that are on disk.
    pub(crate) fn played(&self, grades: &str, name: &str) -> usize {
        let results = fs::read(self.bench.path(grades).join(name).join("results.jsonl")).unwrap_or_default();
        results.iter().filter(|byte| **byte == b'\n').count()
    }

    /// What programs get of a class.
    pub(crate) fn class(&self, grades: &str) -> Value {
        serde_json::from_str(&self.text(&format!("{grades}/grades.json"))).expect("it is JSON")
    }

    /// What programs get of a submission.
    pub(crate) fn submission(&self, grades: &str, name: &str) -> Value {
        let class = self.class(grades);
        let mut all = class["submissions"].as_array().into_iter().flatten();
        all.find(|submission| submission["name"] == name).expect("it was graded").clone()
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.bench.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// What is kept in a folder of grades: all files, but for what the compiler made, and without what is chance:
    /// in which order runs were played and how long they took, and where this school is.
    pub(crate) fn kept(&self, folder: &str) -> Files {
        let folder = self.bench.path(folder);
        let relative = |path: &Path| path.strip_prefix(&folder).expect("it is below").display().to_string();
        let files = files(&folder).into_iter().map(|path| (relative(&path), path));
        let kept = files.filter(|(name, _)| !name.split('/').any(|part| part == "build"));
        let here = self.bench.path("").display().to_string();
        let bytes = |(name, path): (String, PathBuf)| {
            let bytes = fs::read(path).expect("it can be read");
            let is_text = std::str::from_utf8(&bytes).map(|text| text.replace(&here, "HERE/").into_bytes());
            let bytes = is_text.unwrap_or(bytes);
            let is_order_chance = name.ends_with("results.jsonl");
            (name, if is_order_chance { sorted(&bytes) } else { bytes })
        };
        kept.map(bytes).collect()
    }

    /// Programs that were started from a folder, and live.
    pub(crate) fn living(&self, folder: &str) -> Vec<String> {
        let folder = self.bench.path(folder).display().to_string();
        let numbers = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
        let commands = numbers.filter_map(|number| fs::read(number.join("cmdline")).ok());
        let commands = commands.map(|command| String::from_utf8_lossy(&command).replace('\0', " "));
        commands.filter(|command| command.contains(&folder)).collect()
    }

    /// Asserts that soon no program lives that was started from a folder.
    #[track_caller]
    pub(crate) fn nobody_lives(&self, folder: &str) {
        for _ in 0..100 {
            if self.living(folder).is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("these live: {:#?}", self.living(folder));
    }
}

/// Compiles raftlab and its libraries, as every test here needs them.
fn prepare() {
    let mut command = Bench::new().process(&["grade", "--prepare", "--raftlab", ROOT, "--cache"]);
    let output = command.arg(common::cache()).envs(common::QUICKLY).current_dir(ROOT).output();
    Ended::from(output.expect("it can be started")).says(0, &["compiled once: "]);
}

/// A file of `tests/hostile`.
pub(crate) fn hostile(name: &str) -> PathBuf {
    Path::new(ROOT).join("tests/hostile").join(name)
}

/// Says what is not tested here, past the test harness, which would keep it.
pub(crate) fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}: skipped");
}

/// Asserts that two sets of files are the same, and says which is not.
#[track_caller]
pub(crate) fn are_the_same(one: &Files, other: &Files) {
    let names: Vec<&String> = one.keys().chain(other.keys()).collect();
    assert!(one.len() > 5, "there are files: {names:?}");
    for name in names {
        let lines = |files: &Files| -> Vec<String> {
            let text = files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            text.unwrap_or_else(|| "it is not there".to_owned()).lines().map(str::to_owned).collect()
        };
        let (own, others) = (lines(one), lines(other));
        let differing: Vec<_> = own.iter().zip(&others).filter(|(line, other)| line != other).take(3).collect();
        assert!(differing.is_empty() && own.len() == others.len(), "{name} differs: {differing:#?}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it can be read").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

/// All files below a folder; links are not followed.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it can be read").flatten();
    let below = |entry: fs::DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder { files(&entry.path()) } else { vec![entry.path()] }
    };
    entries.flat_map(below).collect()
}

/// Records of runs, in an order, and without what is chance: the processor time that they took, and whether they
/// were among the first failures to be seen, which left traces.
fn sorted(records: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(records).expect("it is text");
    let mut lines: Vec<String> = text.lines().map(timeless).collect();
    lines.sort();
    lines.dedup();
    lines.join("\n").into_bytes()
}

fn timeless(line: &str) -> String {
    let mut record: Value = serde_json::from_str(line).expect("it is JSON");
    let fields = record.as_object_mut().expect("it is an object");
    for chance in ["cpu_us", "trace"] {
        fields.remove(chance).expect("it tells this");
    }
    record.to_string()
}
