//! A campaign for people: a progress bar, failures as they come, a table, a summary. All of it on
//! stderr.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use colored::Colorize as _;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::row::Row;
use super::units::{count, seconds, size};
use super::verdict::{note, rates, verdict};
use super::{ReplayCommand, failure_block, failure_line, group_block, group_line};
use crate::oracle::Rule;
use crate::runner::{Cause, Explanation, Group, NOT_WRITTEN, RunResult, Summary, TestSummary, TraceFolder};

/// Causes of which the first failure is shown when it comes.
const SHOWN: usize = 10;

/// Causes that are explained at the end,
const EXPLAINED: usize = 5;

/// and of the others, so many get a line.
const LISTED: usize = 15;

/// Shows a campaign.
pub struct Human {
    progress: ProgressBar,
    replay: ReplayCommand,
    quiet: bool,
    verbose: bool,
    /// Of the failures so far.
    causes: BTreeSet<Cause>,
}

impl Human {
    /// `runs` are planned; none if until one fails. `quiet` leaves only failures and the last line; `verbose` shows every
    /// run and every failure.
    pub fn new(runs: Option<u64>, progress: bool, quiet: bool, verbose: bool, replay: ReplayCommand) -> Human {
        // A bar draws itself only where stderr is a terminal.
        let target = if progress && !quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template(match runs {
            Some(_) => "{elapsed_precise} {wide_bar} {human_pos}/{human_len} runs, {rate}, {eta} left{msg}",
            None => "{elapsed_precise} {spinner} {human_pos} runs, {rate}{msg}",
        });
        let progress = ProgressBar::with_draw_target(runs, target);
        if let Ok(style) = style {
            progress.set_style(style.with_key("rate", show_rate));
        }
        Human { progress, replay, quiet, verbose, causes: BTreeSet::new() }
    }

    /// A line that stays.
    pub fn line(&self, text: &str) {
        // Where stderr is closed there is nobody to tell.
        self.progress.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    /// What is going to be played.
    pub fn begin(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// A run was played.
    pub fn run(&mut self, result: &RunResult, summary: &Summary) {
        self.progress.inc(1);
        if result.run.outcome.passed() {
            if self.verbose {
                self.line(&passed_line(result));
            }
            return;
        }
        self.progress.set_message(format!(", {}", format!("{} failed", summary.failed()).red()));
        // What is not written yet is no surprise: the end says it soon enough.
        let is_news = |cause: &Cause| cause.rule != NOT_WRITTEN;
        let is_new = Cause::of(result).filter(is_news).is_some_and(|cause| self.causes.insert(cause));
        if self.verbose {
            self.line(&failure_block(result, &self.replay));
        } else if is_new && self.causes.len() <= SHOWN && !self.quiet {
            self.line(&failure_line(result));
        }
    }

    /// Why runs failed: the shortest failure of each cause. `explain` says what surrounds one, if that is
    /// known.
    pub fn failures(&self, summary: &Summary, explain: impl Fn(&Group) -> Option<Explanation>) {
        self.progress.finish_and_clear();
        let groups = summary.groups();
        if !groups.is_empty() {
            self.line("");
        }
        let mut told: Vec<&Cause> = Vec::new();
        let mut others = Vec::new();
        for group in groups {
            // What differs only in who was where is one story more often than not.
            let is_known = told.iter().any(|cause| cause.is_like(&group.cause));
            if is_known || told.len() >= EXPLAINED {
                others.push(group);
                continue;
            }
            told.push(&group.cause);
            self.line(&group_block(group, summary, explain(group).as_ref(), &self.replay));
        }
        self.other_groups(&others, summary);
    }

    /// Causes that are not explained: a line each.
    fn other_groups(&self, groups: &[&Group], summary: &Summary) {
        if groups.is_empty() {
            return;
        }
        self.line(&format!("{} in other circumstances, or of other rules:", count(groups.len() as u64, "cause")));
        groups.iter().take(LISTED).for_each(|group| self.line(&format!("  {}", group_line(group, summary))));
        if groups.len() > LISTED {
            self.line(&format!("  … and {} more", groups.len() - LISTED));
        }
        self.line("");
    }

    /// Redraws what moves.
    pub fn tick(&self) {
        self.progress.tick();
    }

    /// The campaign has ended, after `elapsed` of real time; `before` of its runs were played before.
    pub fn summary(&self, summary: &Summary, before: u64, elapsed: Duration, traces: &TraceFolder) {
        self.sums(summary, &pace(summary.played(), before, elapsed));
        self.traces(traces);
    }

    /// A campaign that others have played.
    pub fn merged(&self, summary: &Summary) {
        self.failures(summary, |_| None);
        self.sums(summary, "");
    }

    fn sums(&self, summary: &Summary, time: &str) {
        if !self.quiet {
            self.line(&coloured(&table(summary), summary));
            self.line("");
        }
        self.line(&coloured_verdict(summary, time));
        if !self.quiet {
            rates(summary).iter().for_each(|rates| self.line(rates));
            self.line(&format!("seed {}, digest {}", summary.seed, summary.digest()));
            self.rules(summary);
        }
    }

    /// Which rules did not watch, and why.
    fn rules(&self, summary: &Summary) {
        if !summary.shown.is_watched() {
            return self.line("no rule was watched (--rules none)");
        }
        // Runs that fail end early, perhaps before anything was shown.
        if summary.failed() == summary.played() {
            return;
        }
        let rules: Vec<Rule> = summary.not_watched().collect();
        let Some(lack) = rules.last().and_then(|rule| summary.shown.lacks(rule.needs)) else { return };
        let names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
        let rules = count(rules.len() as u64, "rule");
        self.line(&format!("{rules} not watched, for want of {lack}: {}", names.join(", ")));
    }

    fn traces(&self, traces: &TraceFolder) {
        if let Some(folder) = traces.path()
            && !self.quiet
        {
            let (files, bytes) = traces.stored();
            self.line(&format!("traces in {} ({}, {})", folder.display(), count(files, "file"), size(bytes)));
        }
        if traces.left_out() > 0 {
            let runs = count(traces.left_out(), "run");
            self.line(&format!("{runs} left no trace: the trace budget was used up (--trace-budget raises it)"));
        }
    }
}

/// In which time runs were played, and how many of them: only these have taken it.
fn pace(played: u64, before: u64, elapsed: Duration) -> String {
    match (before, played - before) {
        (0, _) => format!(" in {} s", seconds(elapsed)),
        (_, 0) => " (all played before)".to_owned(),
        (before, now) => format!(" ({before} played before, {now} in {} s)", seconds(elapsed)),
    }
}

/// Whole runs per second: fractions would only flicker.
fn show_rate(state: &ProgressState, text: &mut dyn fmt::Write) {
    // Writing into the bar's own text cannot fail.
    let _ = write!(text, "{:.0} runs/s", state.per_sec());
}

fn passed_line(result: &RunResult) -> String {
    let figures = &result.run.figures;
    format!(
        "{} {}  iteration {}, seed {}, {} s, {} RPCs",
        "passed".green(),
        result.test.path(),
        result.iteration,
        result.seed,
        seconds(figures.virtual_time),
        figures.rpcs
    )
}

const HEAD: [&str; 8] = ["test", "passed", "failed", "virtual s", "RPCs", "bytes", "ops", "re-election ms p50/p99/max"];

/// One line per test; figures are means per run.
fn table(summary: &Summary) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEAD);
    for test in &summary.tests {
        table.add_row(row(test));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Tests that failed in red. Cells cannot be: the table would take the colours for text, and align
/// it accordingly.
fn coloured(table: &Table, summary: &Summary) -> String {
    let mut lines: Vec<String> = table.lines().collect();
    for (line, test) in lines.iter_mut().skip(1).zip(&summary.tests) {
        if test.failed() > 0 {
            *line = line.red().to_string();
        }
    }
    lines.join("\n")
}

fn row(test: &TestSummary) -> [String; 8] {
    let Row { test, passed, failed, bound: _, virtual_seconds, rpcs, bytes, ops, reelections } = Row::of(test);
    [test, passed, failed, virtual_seconds, rpcs, bytes, ops, reelections]
}

fn coloured_verdict(summary: &Summary, time: &str) -> String {
    let (text, failed) = (verdict(summary), summary.failed());
    let text = if failed == 0 { text.green() } else { text.red() };
    let mut text = format!("{}{time}", text.bold());
    if let Some(note) = note(summary) {
        text.push_str(&format!(" {}", format!("({note})").yellow()));
    }
    text
}
