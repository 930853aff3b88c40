//! How a process that plays can end without an answer, and what that says of the run it was at.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::Signal;

use super::protocol::CONNECTION_LOST;
use crate::runner::{Finding, Outcome, Run};

/// The rule of those runs that were never begun: the program did not get as far as calling raftlab.
pub(super) const NOT_STARTED: &str = "not started";

/// The rules of those runs that would take for ever if all runs were like them.
pub(super) const COSTLY: [&str; 4] = ["never yields", "limit memory", "limit processor_time", "limit real_time"];

/// Lines of what the process said last that are kept.
const LAST_LINES: usize = 5;

/// Characters of each.
const LINE_MAX: usize = 300;

/// How a process ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Death {
    kind: Kind,
    rule: &'static str,
    evidence: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Died,
    OverLimit,
    Stuck,
    Unwanted,
}

impl Death {
    /// It ended by itself. `last_words` are the end of what it wrote to stderr.
    pub(super) fn by_itself(status: ExitStatus, last_words: &str, memory: u64) -> Death {
        if status.code() == Some(CONNECTION_LOST.into()) {
            return Death::mute();
        }
        let said = said(last_words);
        let is_said = |text: &str| last_words.contains(text);
        let (kind, rule, what) = match (status.code(), status.signal()) {
            (Some(code), _) => {
                (Kind::Died, "exit", format!("the program ended itself with exit code {code} in the middle of the run"))
            }
            _ if is_said("has overflowed its stack") => (
                Kind::Died,
                "stack overflow",
                "the stack overflowed, mostly by a recursion without end, and the program was aborted".to_owned(),
            ),
            _ if is_said("memory allocation of") => (
                Kind::OverLimit,
                "limit memory",
                format!("more memory was asked for than a submission gets ({} MiB)", memory >> 20),
            ),
            (_, Some(signal)) if signal == Signal::ABORT.as_raw() => {
                (Kind::Died, "abort", "the program aborted in the middle of the run".to_owned())
            }
            (_, Some(signal)) if signal == Signal::KILL.as_raw() => (
                Kind::Died,
                "signal",
                "the program was killed in the middle of the run, and not by raftlab: perhaps the system had no \
                 memory left"
                    .to_owned(),
            ),
            (_, Some(signal)) => {
                (Kind::Died, "signal", format!("the program was ended by signal {signal} in the middle of the run"))
            }
            (None, None) => (Kind::Died, "exit", "the program ended in the middle of the run".to_owned()),
        };
        Death { kind, rule, evidence: [vec![what], said].concat() }
    }

    /// It took more than a run may.
    pub(super) fn over(limit: &'static str, evidence: String) -> Death {
        Death { kind: Kind::OverLimit, rule: limit, evidence: vec![evidence] }
    }

    /// It waits for something that never comes.
    pub(super) fn idle(evidence: String) -> Death {
        Death { kind: Kind::Stuck, rule: "never yields", evidence: vec![evidence] }
    }

    /// Grading is over, and nobody waits for its answer. That says nothing of the run.
    pub(super) fn unwanted() -> Death {
        Death { kind: Kind::Unwanted, rule: "", evidence: vec![] }
    }

    /// Nothing came of the run, and that is not the submission's doing.
    pub(super) fn is_unwanted(&self) -> bool {
        self.kind == Kind::Unwanted
    }

    /// It closed its connection.
    pub(super) fn mute() -> Death {
        let evidence = "the program closed the connection over which results travel: it closes files that are not its \
                        own";
        Death { kind: Kind::Died, rule: "connection closed", evidence: vec![evidence.to_owned()] }
    }

    /// What it said is no answer to what it was asked.
    pub(super) fn nonsense(what: &str) -> Death {
        let evidence = format!(
            "what came over the connection for results is no answer to what was asked ({what}): something else than \
             raftlab writes to it"
        );
        Death { kind: Kind::Died, rule: "forged answer", evidence: vec![evidence] }
    }

    /// The same before any run: the program never called raftlab.
    pub(super) fn before_any_run(self) -> Death {
        if self.is_unwanted() {
            return self;
        }
        let before = "the program did not get as far as playing a run: its `main` has to call `raftlab::cli::main` or \
                      `main_of`";
        let evidence = self.evidence.into_iter().map(|sentence| {
            sentence.replace(" in the middle of the run", "").replace("the run was given up", "it was given up")
        });
        let evidence = std::iter::once(before.to_owned()).chain(evidence).collect();
        Death { kind: Kind::Died, rule: NOT_STARTED, evidence }
    }

    /// The run that it was at.
    pub(super) fn run(&self) -> Run {
        let finding = Finding::new(self.rule, self.evidence.clone());
        Run::without_end(match self.kind {
            Kind::Died | Kind::Unwanted => Outcome::Died(finding),
            Kind::OverLimit => Outcome::OverLimit(finding),
            Kind::Stuck => Outcome::Stuck(finding),
        })
    }
}

/// The last lines of what a process said. What tells threads apart changes from one time to the next.
fn said(last_words: &str) -> Vec<String> {
    let text = strip_ansi_escapes::strip_str(last_words);
    let is_said = |line: &&str| !line.trim().is_empty() && !line.contains("RUST_BACKTRACE");
    let mut lines: Vec<&str> = text.lines().rev().filter(is_said).take(LAST_LINES).collect();
    lines.reverse();
    lines.into_iter().map(|line| format!("it said: {}", without_numbers_of_threads(&clipped(line)))).collect()
}

fn clipped(line: &str) -> String {
    line.chars().take(LINE_MAX).collect()
}

/// `thread 'main' (4711) panicked` says which thread of the system it was.
fn without_numbers_of_threads(line: &str) -> String {
    let Some((before, after)) = line.split_once("' (").filter(|(before, _)| before.contains("thread '")) else {
        return line.to_owned();
    };
    match after.split_once(')') {
        Some((number, after)) if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("{before}'{after}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(status: i32, last_words: &str) -> (&'static str, String) {
        let run = Death::by_itself(ExitStatus::from_raw(status), last_words, 512 << 20).run();
        let finding = run.outcome.finding().expect("it did not pass");
        (run.outcome.name(), format!("{}: {}", finding.rule, finding.evidence.join("; ")))
    }

    #[test]
    fn every_end_has_its_name() {
        for (status, last_words, outcome, expected) in [
            (0, "", "died", "exit: the program ended itself with exit code 0"),
            (7 << 8, "", "died", "exit: the program ended itself with exit code 7"),
            (6, "", "died", "abort: "),
            (9, "", "died", "signal: the program was killed"),
            (11, "", "died", "signal: the program was ended by signal 11"),
            (6, "thread 'x' (12) has overflowed its stack\n", "died", "stack overflow: "),
            (6, "memory allocation of 9 bytes failed", "over-limit", "limit memory: more memory was asked for"),
        ] {
            let (name, text) = rule(status, last_words);
            assert!(name == outcome && text.starts_with(expected), "{status}: {name} {text}");
        }
    }

    #[test]
    fn last_words_are_the_same_every_time_and_short() {
        let words =
            "1\n\u{1b}[31mred\u{1b}[0m\n\nthread 'main' (4711) panicked at src/x.rs:1:2:\nrun with RUST_BACKTRACE=1\n";
        assert_eq!(said(words), ["it said: 1", "it said: red", "it said: thread 'main' panicked at src/x.rs:1:2:"]);
        assert_eq!(said(&"x\n".repeat(9)).len(), LAST_LINES);
        assert_eq!(said(&"y".repeat(999))[0].len(), LINE_MAX + "it said: ".len());
    }

    #[test]
    fn what_ends_before_any_run_says_what_to_do() {
        let run = Death::by_itself(ExitStatus::from_raw(0), "", 0).before_any_run().run();
        let finding = run.outcome.finding().expect("it did not pass");
        assert_eq!(finding.rule, NOT_STARTED);
        assert!(finding.evidence[0].contains("has to call"), "{finding:?}");
        assert_eq!(finding.evidence[1], "the program ended itself with exit code 0");
    }
}
