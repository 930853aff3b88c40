//! Running raftlab as a process, in an empty folder of its own.
#![allow(dead_code, reason = "every test binary compiles this, and none needs all of it")]

pub(crate) mod expected;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// What compiles quickly rather than well, and alike wherever a test has cargo compile raftlab: then it is
/// done once. No network is asked.
pub(crate) const QUICKLY: [(&str, &str); 3] =
    [("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"), ("CARGO_PROFILE_RELEASE_DEBUG", "false"), ("CARGO_NET_OFFLINE", "true")];

/// Where raftlab keeps the libraries that it compiles for submissions; cargo's own folder is `target` in it.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade")
}

/// An empty folder, and raftlab in it.
pub(crate) struct Bench {
    folder: TempDir,
    program: PathBuf,
    /// Which of an example's implementations is graded: a variable and its value.
    chosen: Option<(&'static str, &'static str)>,
}

/// What a command left behind when it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Bench {
    /// raftlab itself.
    pub(crate) fn new() -> Bench {
        Bench::of(PathBuf::from(env!("CARGO_BIN_EXE_raftlab")), None)
    }

    /// raftlab's command line on an impostor: an example, which `cargo test` builds, but `cargo
    /// test --test …` does not.
    pub(crate) fn impostor(name: &'static str) -> Bench {
        Bench::of(example("impostors"), Some(("IMPOSTOR", name)))
    }

    /// raftlab's command line on a variant, an example as well.
    pub(crate) fn variant(name: &'static str) -> Bench {
        Bench::of(example("variants"), Some(("VARIANT", name)))
    }

    fn of(program: PathBuf, chosen: Option<(&'static str, &'static str)>) -> Bench {
        Bench { folder: TempDir::new().expect("a folder can be made"), program, chosen }
    }

    /// From here on, another one of the same example.
    pub(crate) fn becomes(&mut self, name: &'static str) {
        self.chosen = self.chosen.map(|(variable, _)| (variable, name));
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the folder can be written");
    }

    /// Makes the folder a package that the impostors could have been built from.
    pub(crate) fn holds_impostors(&self) {
        self.write("Cargo.toml", "[package]\nname = \"impostors\"\n");
        std::fs::create_dir(self.path("src")).expect("the folder is new");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/impostors");
        for entry in std::fs::read_dir(sources).expect("there are impostors").flatten() {
            std::fs::copy(entry.path(), self.path("src").join(entry.file_name())).expect("it can be copied");
        }
    }

    /// A process of raftlab's that has not been started.
    pub(crate) fn process(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.args(arguments);
        self.prepared(command)
    }

    /// Anything else, with the same surroundings.
    pub(crate) fn shell(&self, line: &str) -> Ended {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", line]);
        run(self.prepared(command))
    }

    /// Runs raftlab to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(self.process(arguments))
    }

    fn prepared(&self, mut command: std::process::Command) -> std::process::Command {
        // What the one who runs the tests has set must not show.
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.env("PROGRAM", &self.program).current_dir(self.folder.path());
        self.chosen.map(|(variable, name)| command.env(variable, name));
        command
    }

    /// All traces below a folder, as `folder/name`, sorted.
    pub(crate) fn traces(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let entries = |path: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(path).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
            entries.unwrap_or_default()
        };
        let files = entries(&root).into_iter().flat_map(|test| entries(&test));
        let relative = |path: PathBuf| path.strip_prefix(&root).expect("it is below").display().to_string();
        let mut names: Vec<String> = files.map(relative).collect();
        names.sort();
        names
    }
}

fn example(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a test is a file");
    let profile = this.ancestors().nth(2).expect("tests are in a folder of the profile's");
    let program = profile.join("examples").join(name);
    assert!(program.exists(), "first: cargo build --example {name}");
    program
}

/// Whether the program is installed, and says this of its version. If not, what is left out is said,
/// past the test harness, which would keep it.
pub(crate) fn installed(program: &str, says: &str) -> bool {
    let output = std::process::Command::new(program).arg("--version").stdin(Stdio::null()).output();
    let found = output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(says));
    if !found {
        let _ = writeln!(std::io::stderr(), "{program} is not installed: what needs it is skipped");
    }
    found
}

/// Runs a process to its end.
pub(crate) fn run(mut command: std::process::Command) -> Ended {
    command.stdin(Stdio::null());
    // A time limit turns a hang into a failure; nothing here is slow.
    let output = Command::from_std(command).timeout(std::time::Duration::from_secs(120)).output();
    Ended::from(output.expect("it can be started"))
}

impl From<std::process::Output> for Ended {
    fn from(output: std::process::Output) -> Ended {
        let stderr = String::from_utf8(output.stderr).expect("messages are text");
        Ended { code: output.status.code(), stdout: output.stdout, stderr }
    }
}

impl Ended {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("output is text")
    }

    /// Every line of stdout, as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }

    /// The JSON lines of this type.
    pub(crate) fn json_of(&self, kind: &str) -> Vec<Value> {
        self.json().into_iter().filter(|line| line["type"] == kind).collect()
    }

    /// Asserts the exit code, and that stderr says all of `parts`.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in:\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("thread '"), "something panicked: {}", self.stderr);
    }
}
