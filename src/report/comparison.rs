//! Two campaigns side by side, on the terminal.

use std::fmt::Write as _;

use colored::Colorize as _;
use comfy_table::{CellAlignment, Table, presets};

use super::ReplayCommand;
use super::side_by_side::{Figures, SideBySide};
use crate::gate::{Comparison, Verdict};

const HEAD: [&str; 6] = ["test", "figure", "baseline", "now", "change", ""];

/// What has become better or worse; with `verbose`, also what has not, and with `quiet`, only the
/// verdict. Several lines.
pub fn comparison_text(comparison: &Comparison, verbose: bool, quiet: bool, replay: &ReplayCommand) -> String {
    let sides = SideBySide::of(comparison, verbose, replay);
    let mut text = String::new();
    if !quiet {
        for list in &sides.failures {
            let _ = writeln!(text, "{}:\n{}", list.title.bold(), indented(&list.text));
        }
        if !sides.rows.is_empty() {
            let _ = writeln!(text, "{}\n", table(&sides.rows));
        }
        for remark in &sides.remarks {
            let _ = writeln!(text, "{} {remark}", "note:".yellow().bold());
        }
        let _ = writeln!(text, "{}", sides.pairs);
    }
    let head = if sides.verdict == Verdict::Worse { sides.head.red() } else { sides.head.green() };
    let _ = write!(text, "{}{}", head.bold(), sides.detail);
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// One line per figure.
fn table(rows: &[Figures]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEAD);
    for row in rows {
        table.add_row(row.cells());
    }
    for column in table.column_iter_mut().skip(2).take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Cells cannot be coloured: the table would take the colours for text.
    let lines = table.lines().zip(std::iter::once(None).chain(rows.iter().map(|row| row.verdict)));
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
