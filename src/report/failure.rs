//! One failed run, for people.

use std::fmt::Write as _;

use colored::Colorize as _;

use super::ReplayCommand;
use super::explanation::explanation_text;
use super::likely::likely;
use super::units::{count, percent};
use crate::lab::Mistake;
use crate::runner::{Cause, Explanation, Finding, Group, RunResult, Summary, failure_rate_upper_95};

/// Mistakes that are named.
const MISTAKES: usize = 3;

/// Tests that are named where several failed for one cause.
const NAMED: usize = 3;

/// What is wrong with a run: rule or check, instant, servers, evidence, and how to repeat it.
/// Several lines; empty if the run passed.
pub fn failure_block(result: &RunResult, replay: &ReplayCommand) -> String {
    block(result, replay, "")
}

/// The same, with what surrounds the failure.
pub fn explained_block(result: &RunResult, explanation: Option<&Explanation>, replay: &ReplayCommand) -> String {
    block(result, replay, &surroundings(result, explanation))
}

/// The shortest of the failures that have one cause: how many there are, and all that is known of this
/// one.
pub fn group_block(
    group: &Group,
    summary: &Summary,
    explanation: Option<&Explanation>,
    replay: &ReplayCommand,
) -> String {
    let share = format!("  {}\n", share(group, summary).dimmed());
    block(&group.shortest, replay, &(share + &surroundings(&group.shortest, explanation)))
}

/// One line: that a run failed, and why.
pub fn failure_line(result: &RunResult) -> String {
    let Some(finding) = result.run.outcome.finding() else { return String::new() };
    format!("{}: {}", head(result), rule_line(finding))
}

/// Failures of one cause in one line: how many, of which rule, in which circumstances.
pub fn group_line(group: &Group, summary: &Summary) -> String {
    let Group { cause, shortest, .. } = group;
    let (test, iteration) = (shortest.test.path(), shortest.iteration);
    format!("{}: {}; {test} iteration {iteration}", cause.rule.bold(), share(group, summary))
}

/// What is wrong with a run, with these mistakes as those that usually look like it.
pub(super) fn block_with_mistakes(result: &RunResult, replay: &ReplayCommand, mistakes: &[&Mistake]) -> String {
    block(result, replay, &usual_mistakes(mistakes))
}

fn block(result: &RunResult, replay: &ReplayCommand, middle: &str) -> String {
    let Some(finding) = result.run.outcome.finding() else { return String::new() };
    let mut block = format!("{}\n{}{middle}", head(result), contradiction(finding));
    if let Some(trace) = &result.trace {
        let _ = writeln!(block, "  trace   {}", trace.display());
    }
    block + &repeat(result, replay)
}

/// `VIOLATED 2C/persist1  iteration 7, seed 0x000000000005eed0`.
pub(super) fn head(result: &RunResult) -> String {
    // Of a run that is known by its seed alone, it is not known which iteration it was.
    let iteration = if result.iteration > 0 { format!("iteration {}, ", result.iteration) } else { String::new() };
    format!("{}  {iteration}seed {}", title(result), result.seed)
}

/// `VIOLATED 2C/persist1`.
pub(super) fn title(result: &RunResult) -> String {
    format!("{} {}", result.run.outcome.name().to_uppercase(), result.test.path()).red().bold().to_string()
}

/// Rule, instant and servers, and the evidence below.
pub(super) fn contradiction(finding: &Finding) -> String {
    let mut text = format!("  {}\n", rule_line(finding));
    for sentence in &finding.evidence {
        let _ = writeln!(text, "    {sentence}");
    }
    text
}

/// The command that repeats it.
pub(super) fn repeat(result: &RunResult, replay: &ReplayCommand) -> String {
    format!("  repeat  {}\n", replay.of(result))
}

/// `durable before visible at 000.350087, S1`.
fn rule_line(finding: &Finding) -> String {
    let mut line = finding.rule.bold().to_string();
    if let Some(at) = finding.at {
        let _ = write!(line, " at {at}");
    }
    if !finding.servers.is_empty() {
        let names: Vec<String> = finding.servers.iter().map(ToString::to_string).collect();
        let _ = write!(line, ", {}", names.join(" "));
    }
    line
}

fn surroundings(result: &RunResult, explanation: Option<&Explanation>) -> String {
    let Some(finding) = result.run.outcome.finding() else { return String::new() };
    let explained = explanation.map_or_else(String::new, |explanation| explanation_text(explanation, finding));
    explained + &usual_mistakes(&likely(finding, &result.test))
}

/// What usually looks like this.
pub(super) fn usual_mistakes(mistakes: &[&Mistake]) -> String {
    let mut text = String::new();
    if !mistakes.is_empty() {
        let _ = writeln!(text, "  {}", "usually this is".cyan());
    }
    for Mistake { id, title, paper, look, .. } in mistakes.iter().take(MISTAKES) {
        let _ = writeln!(text, "    {} ({id})", title.bold());
        let _ = writeln!(text, "      look    {look}");
        let _ = writeln!(text, "      paper   {paper}");
    }
    text
}

/// `seen in 38 of 500 runs of 2C/persist1: 7.6 % (95 % confidence: at most 9.9 %); restarted follower,
/// during faults`.
fn share(group: &Group, summary: &Summary) -> String {
    let (played, tests) = (summary.played_of(group), tests(group, summary));
    let seen = format!("seen in {} of {} of {tests}", group.count, count(played, "run"));
    format!("{seen}{}{}", rate(group.count, played), circumstances(&group.cause))
}

/// How often that is; where it always was, there is nothing to tell.
fn rate(seen: u64, played: u64) -> String {
    match failure_rate_upper_95(seen, played) {
        Some(bound) if seen < played => {
            let share = seen as f64 / played as f64;
            format!(": {} (95 % confidence: at most {})", percent(share), percent(bound))
        }
        _ => String::new(),
    }
}

fn tests(group: &Group, summary: &Summary) -> String {
    let mut names: Vec<String> =
        group.tests.iter().take(NAMED).map(|place| summary.tests[*place].test.path()).collect();
    if group.tests.len() > NAMED {
        names.push(format!("{} more", group.tests.len() - NAMED));
    }
    names.join(", ")
}

fn circumstances(cause: &Cause) -> String {
    let Some(circumstances) = &cause.circumstances else { return String::new() };
    let mut words = circumstances.roles.clone();
    words.push(circumstances.phase.to_string());
    format!("; {}", words.join(", "))
}
