//! Two campaigns side by side, for people.

use std::fmt::Write as _;

use colored::Colorize as _;
use comfy_table::{CellAlignment, Table, presets};

use super::ReplayCommand;
use super::units::count;
use crate::gate::{Comparison, FailedRun, Figure, Row, TestComparison, Verdict};

/// Failures of each kind that are named.
const NAMED: usize = 10;

/// Figures that the last line names.
const SUMMED_UP: usize = 5;

const HEAD: [&str; 6] = ["test", "figure", "baseline", "now", "change", ""];

/// What has become better or worse; with `verbose`, also what has not, and with `quiet`, only the
/// verdict. Several lines.
pub fn comparison_text(comparison: &Comparison, verbose: bool, quiet: bool, replay: &ReplayCommand) -> String {
    let mut text = String::new();
    if !quiet {
        failures(&mut text, comparison, replay);
        let rows: Vec<(Option<&TestComparison>, &Row)> =
            comparison.rows().filter(|row| verbose || is_worth_a_line(comparison, row)).collect();
        if !rows.is_empty() {
            let _ = writeln!(text, "{}\n", table(&rows));
        }
        for remark in &comparison.remarks {
            let _ = writeln!(text, "{} {remark}", "note:".yellow().bold());
        }
        let (pairs, identical) = (comparison.pairs(), comparison.identical());
        let _ = writeln!(text, "{} of runs compared, of which {identical} are identical", count(pairs, "pair"));
    }
    text.push_str(&verdict(comparison));
    text
}

/// What all tests come to, where anything differs at all, and whatever is not the same.
fn is_worth_a_line(comparison: &Comparison, (test, row): &(Option<&TestComparison>, &Row)) -> bool {
    let has_changed = row.verdict.is_some_and(|verdict| verdict != Verdict::Same);
    let sums_up = test.is_none() || comparison.overall.is_empty();
    has_changed || (sums_up && comparison.identical() < comparison.pairs())
}

/// One line per figure.
fn table(rows: &[(Option<&TestComparison>, &Row)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEAD);
    for (test, row) in rows {
        let test = test.map_or_else(|| "all tests".to_owned(), |test| test.test.path());
        let value = |value: Option<f64>| value.map_or_else(String::new, |value| shown(row.figure, value));
        let verdict = row.verdict.map_or("not judged", Verdict::name);
        let cells = [title(row.figure), value(row.baseline), value(row.campaign), change(row), verdict.to_owned()];
        table.add_row([test].into_iter().chain(cells));
    }
    for column in table.column_iter_mut().skip(2).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Cells cannot be coloured: the table would take the colours for text.
    let lines = table.lines().zip(std::iter::once(None).chain(rows.iter().map(|(_, row)| row.verdict)));
    let lines: Vec<String> = lines.map(|(line, verdict)| coloured(&line, verdict)).collect();
    lines.join("\n")
}

fn coloured(line: &str, verdict: Option<Verdict>) -> String {
    match verdict {
        Some(Verdict::Worse) => line.red().to_string(),
        Some(Verdict::Better) => line.green().to_string(),
        _ => line.to_owned(),
    }
}

fn title(figure: Figure) -> String {
    let unit = match figure {
        Figure::Passed => ", %",
        Figure::VirtualTime => ", s",
        Figure::Reelection | Figure::LongestReelection | Figure::Cpu => ", ms",
        Figure::Rpcs | Figure::Bytes | Figure::Ops => "",
    };
    format!("{}{unit}", figure.title())
}

/// A value in the unit of [`title`].
fn shown(figure: Figure, value: f64) -> String {
    match figure {
        Figure::Passed => format!("{:.1}", value * 100.0),
        Figure::VirtualTime => format!("{:.2}", value / 1e6),
        Figure::Reelection | Figure::LongestReelection => format!("{:.0}", value / 1e3),
        Figure::Cpu => format!("{:.2}", value / 1e3),
        Figure::Rpcs | Figure::Bytes | Figure::Ops => format!("{value:.1}"),
    }
}

fn change(row: &Row) -> String {
    match row.change {
        // What is the same is not shown as a very small change, nor the contrary.
        Some(0.0) => "=".to_owned(),
        Some(change) if change.abs() < 0.0005 => "±0.0 %".to_owned(),
        Some(change) => format!("{:+.1} %", change * 100.0),
        None => String::new(),
    }
}

fn failures(text: &mut String, comparison: &Comparison, replay: &ReplayCommand) {
    let failures = &comparison.failures;
    for (what, runs) in [("new", &failures.new), ("gone", &failures.gone), ("shared", &failures.shared)] {
        if runs.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{} {what}:", count(runs.len() as u64, "failure").bold());
        for run in runs.iter().take(NAMED) {
            let FailedRun { test, iteration, seed, failure } = run;
            let command = replay.of_seed(&test.path(), *seed, run.is_nondeterministic());
            let _ = writeln!(text, "  {} iteration {iteration}  {failure}\n    {command}", test.path());
        }
        if runs.len() > NAMED {
            let _ = writeln!(text, "  and {} more", runs.len() - NAMED);
        }
        text.push('\n');
    }
}

/// The last line.
fn verdict(comparison: &Comparison) -> String {
    let baseline = &comparison.names[0];
    let verdict = comparison.verdict();
    let changed: Vec<String> =
        comparison.rows().filter(|(_, row)| row.verdict == Some(verdict)).map(|(test, row)| named(test, row)).collect();
    match verdict {
        Verdict::Same if comparison.identical() == comparison.pairs() => {
            format!("{}, run by run", format!("the same as {baseline}").green().bold())
        }
        Verdict::Same => format!("neither better nor worse than {baseline}").green().bold().to_string(),
        Verdict::Better => format!("{}: {}", format!("better than {baseline}").green().bold(), summed_up(&changed)),
        Verdict::Worse => format!("{}: {}", format!("worse than {baseline}").red().bold(), summed_up(&changed)),
    }
}

/// `RPCs per op of 2B/count (+98.3 %)`.
fn named(test: Option<&TestComparison>, row: &Row) -> String {
    let of = test.map_or_else(|| "all tests".to_owned(), |test| test.test.path());
    let change = change(row);
    let change = if change.is_empty() { change } else { format!(" ({change})") };
    format!("{} of {of}{change}", row.figure.title())
}

fn summed_up(changed: &[String]) -> String {
    let more = changed.len().saturating_sub(SUMMED_UP);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", changed[..changed.len().min(SUMMED_UP)].join(", "))
}
