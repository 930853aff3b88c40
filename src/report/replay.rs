//! The command that repeats a run.

use crate::base::Seed;
use crate::lab::Test;

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

    /// The command that repeats a run of `test` with this seed.
    pub fn of(&self, test: &Test, seed: Seed) -> String {
        format!("{} {} --seed {seed}", self.prefix, test.path())
    }
}

/// What the user types to start this program; by `cargo run` it is not on the path.
fn program() -> String {
    if std::env::var_os("CARGO_PKG_NAME").is_some() {
        let profile = if cfg!(debug_assertions) { "" } else { " --release" };
        return format!("cargo run{profile} --");
    }
    quoted(&std::env::args().next().unwrap_or_else(|| "raftlab".to_owned()))
}

/// An argument that a shell takes for one.
fn quoted(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Edition, Lab};

    #[test]
    fn options_that_change_a_run_are_repeated_and_quoted() {
        let lab = Lab::course(Edition::To2023);
        let test = lab.tests().next().expect("there are tests");
        let command = ReplayCommand::new("raftlab", &["--lab".to_owned(), "my lab's.toml".to_owned()]);
        assert_eq!(
            command.of(test, Seed(0x5eed)),
            r"raftlab replay --lab 'my lab'\''s.toml' 2A/initial-election --seed 0x0000000000005eed"
        );
    }
}
