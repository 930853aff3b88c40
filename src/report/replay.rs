//! The command that repeats a run.

use std::path::Path;

use crate::base::Seed;
use crate::runner::{Outcome, RunResult};

/// How the user started this program, and with which options that matter for a run.
#[derive(Clone, Debug)]
pub struct ReplayCommand {
    prefix: String,
}

impl ReplayCommand {
    /// `program` is what the user typed to start it; `options` are passed on to `replay`.
    pub fn new(program: &str, options: &[String]) -> ReplayCommand {
        let options: String = options.iter().map(|option| format!(" {}", quoted(option))).collect();
        ReplayCommand { prefix: format!("{program} replay{options}") }
    }

    /// For the program that is running.
    pub fn of_this_program(options: &[String]) -> ReplayCommand {
        ReplayCommand::new(&program(), options)
    }

    /// The command that repeats a run, so that it fails the same way.
    pub fn of(&self, result: &RunResult) -> String {
        let is_nondeterministic = matches!(result.run.outcome, Outcome::Nondeterministic(_));
        self.of_seed(&result.test.path(), result.seed, is_nondeterministic)
    }

    /// The command that repeats the run of a test with this seed.
    pub fn of_seed(&self, test: &str, seed: Seed, is_nondeterministic: bool) -> String {
        // Played once, such a run mostly passes.
        let options = if is_nondeterministic { " --check-determinism" } else { "" };
        format!("{} {test} --seed {seed}{options}", self.prefix)
    }
}

/// What the user typed to start this program.
fn program() -> String {
    let typed = std::env::args().next().unwrap_or_else(|| "raftlab".to_owned());
    let package = std::env::var("CARGO_PKG_NAME").ok();
    let here = std::env::current_dir().ok();
    let is_here = std::env::var_os("CARGO_MANIFEST_DIR").is_some_and(|folder| here == Some(folder.into()));
    package.and_then(|package| cargo_run(Path::new(&typed), &package, is_here)).unwrap_or_else(|| quoted(&typed))
}

/// The `cargo run` that starts `program`, the main binary of `package`, which also builds it again
/// after a change; none if it would start something else. `is_here` says whether the user is in
/// the package's folder.
fn cargo_run(program: &Path, package: &str, is_here: bool) -> Option<String> {
    let profile = match program.parent()?.file_name()?.to_str()? {
        "debug" => "",
        "release" => " --release",
        _ => return None,
    };
    let chosen = if is_here { String::new() } else { format!(" -p {package}") };
    (program.file_stem()?.to_str()? == package).then(|| format!("cargo run{profile}{chosen} --"))
}

/// An argument that a shell takes for one.
pub fn quoted(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::Seed;
    use crate::lab::{Edition, Lab};
    use crate::runner::{Patience, Run};
    use crate::sim::Beat;

    #[test]
    fn a_program_that_cargo_runs_is_run_by_cargo_again() {
        let command = |program, is_here| cargo_run(Path::new(program), "my-raft", is_here);
        assert_eq!(command("target/release/my-raft", true).as_deref(), Some("cargo run --release --"));
        assert_eq!(command("target/debug/my-raft", false).as_deref(), Some("cargo run -p my-raft --"));
        // Cargo would start something else.
        for other in ["target/debug/examples/my-raft", "target/debug/other", "my-raft", ""] {
            assert_eq!(command(other, true), None, "{other}");
        }
    }

    #[test]
    fn options_that_change_a_run_are_repeated_and_quoted() {
        let lab = Lab::course(Edition::To2023);
        let test = lab.tests().next().expect("there are tests").info.clone();
        let run = Run::given_up(Patience::RealTime(Duration::from_secs(1)), &Beat::default());
        let result = RunResult { test, iteration: 1, seed: Seed(0x5eed), run, cpu: Duration::ZERO, trace: None };
        let command = ReplayCommand::new("raftlab", &["--lab".to_owned(), "my lab's.toml".to_owned()]);
        assert_eq!(
            command.of(&result),
            r"raftlab replay --lab 'my lab'\''s.toml' 2A/initial-election --seed 0x0000000000005eed"
        );
    }
}
