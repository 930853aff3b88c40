//! One failed run, for people.

use std::fmt::Write as _;

use colored::Colorize as _;

use super::ReplayCommand;
use crate::runner::{Finding, RunResult};

/// What is wrong with a run: rule or check, instant, servers, evidence, and how to repeat it.
/// Several lines; empty if the run passed.
pub fn failure_block(result: &RunResult, replay: &ReplayCommand) -> String {
    let Some(Finding { rule, at, servers, evidence, .. }) = result.run.outcome.finding() else { return String::new() };
    let mut block = String::new();
    let head = format!("{} {}", result.run.outcome.name().to_uppercase(), result.test.path());
    let _ = writeln!(block, "{}  iteration {}, seed {}", head.red().bold(), result.iteration, result.seed);
    let _ = write!(block, "  {}", rule.bold());
    if let Some(at) = at {
        let _ = write!(block, " at {at}");
    }
    if !servers.is_empty() {
        let names: Vec<String> = servers.iter().map(ToString::to_string).collect();
        let _ = write!(block, ", {}", names.join(" "));
    }
    block.push('\n');
    for sentence in evidence {
        let _ = writeln!(block, "    {sentence}");
    }
    if let Some(trace) = &result.trace {
        let _ = writeln!(block, "  trace   {}", trace.display());
    }
    let _ = writeln!(block, "  repeat  {}", replay.of(result));
    block
}
