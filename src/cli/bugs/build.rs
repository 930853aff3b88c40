//! Building a workspace of bugs with one call of cargo.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::super::error::Failed;
use super::progress::Progress;
use super::workspace::Workspace;

/// What cargo says to people; kept to be read when it fails.
const LOG: &str = "build.log";
/// Lines of it that are shown.
const SHOWN: usize = 20;

/// What cargo said of each package: the program, and errors.
#[derive(Default)]
struct Built {
    programs: BTreeMap<String, PathBuf>,
    errors: BTreeMap<String, String>,
}

impl Workspace {
    /// Builds all bugs; gives the program of each, by the bug's name.
    pub(super) fn build(&self, jobs: usize, progress: &Progress) -> Result<BTreeMap<String, PathBuf>, Failed> {
        let mut cargo = self.start_cargo(jobs).map_err(|error| {
            Failed::trouble(format!("cannot start cargo, which builds the bugs: {error}; install Rust, or set CARGO"))
        })?;
        let built = Built::listen(&mut cargo, progress);
        let ended = cargo.wait();
        match (built, ended) {
            (Ok(built), Ok(_)) => self.programs(built),
            (Err(error), _) | (_, Err(error)) => Err(Failed::trouble(format!("cannot hear from cargo: {error}"))),
        }
    }

    fn start_cargo(&self, jobs: usize) -> io::Result<Child> {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Command::new(program)
            .args(["build", "--release", "--offline", "--keep-going", "--message-format", "json"])
            .args(["--jobs", &jobs.to_string()])
            .arg("--manifest-path")
            .arg(self.folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(self.folder.join(LOG))?)
            .spawn()
    }

    fn programs(&self, mut built: Built) -> Result<BTreeMap<String, PathBuf>, Failed> {
        let mut programs = BTreeMap::new();
        for member in &self.members {
            let Some(program) = built.programs.remove(&member.package) else {
                return Err(not_built(&member.name, built.errors.get(&member.package), &self.folder.join(LOG)));
            };
            programs.insert(member.name.clone(), program);
        }
        Ok(programs)
    }
}

/// An error in a patch is the patch's; anything else is trouble around it.
fn not_built(name: &str, errors: Option<&String>, log: &Path) -> Failed {
    if let Some(errors) = errors {
        return Failed::usage(format!("{name}.patch does not compile:\n{}", errors.trim_end()));
    }
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
    Failed::trouble(format!("cargo did not build {name}; its last words, of {}:\n{last}", log.display()))
}

impl Built {
    fn listen(cargo: &mut Child, progress: &Progress) -> io::Result<Built> {
        let mut built = Built::default();
        let Some(messages) = cargo.stdout.take() else { return Ok(built) };
        for line in BufReader::new(messages).lines() {
            // What is no JSON was printed by a build script.
            if let Ok(message) = serde_json::from_str::<Value>(&line?) {
                built.hear(&message, progress);
            }
        }
        Ok(built)
    }

    fn hear(&mut self, message: &Value, progress: &Progress) {
        let Some(name) = message["target"]["name"].as_str() else { return };
        if let Some(program) = message["executable"].as_str() {
            self.programs.insert(name.to_owned(), program.into());
            progress.done();
        }
        let said = &message["message"];
        if said["level"] == "error" {
            let text = said["rendered"].as_str().unwrap_or_default();
            self.errors.entry(name.to_owned()).or_default().push_str(text);
        }
    }
}
