//! A page about a campaign: one file that needs nothing else, no network and no script.
//!
//! `page.html` is its text, `comparison.html` what it says of a baseline; `ridges.html`, `shares.html` and
//! `changes.html` are its plots. askama puts the values in; it escapes all of them, and no template tells
//! it not to. `plot` and `changes` compute where things are.
//! The page forbids itself to load anything, so what evidence says cannot change that either.

mod changes;
mod plot;

use askama::Template;

use self::changes::Changes;
use self::plot::{Ridges, Shares};
use super::Account;
use super::account::line;
use super::row::Row;
use super::side_by_side::SideBySide;
use super::verdict::{note, rates, share_of_failures, verdict};
use crate::gate::Verdict;
use crate::runner::RunResult;

/// Failures that are shown in full.
const SHOWN: usize = 20;

/// Everything that stands on the page.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct Page {
    name: String,
    state: &'static str,
    verdict: String,
    note: Option<String>,
    rates: Option<String>,
    origin: String,
    rows: Vec<Row>,
    comparison: Option<Compared>,
    shares: Shares,
    ridges: Vec<Ridges>,
    failures: Vec<Shown>,
    /// How many of the failures these are, if not all.
    share: Option<String>,
}

/// What the page says of a baseline.
struct Compared {
    sides: SideBySide,
    plots: Vec<Changes>,
}

/// One failure.
struct Shown {
    title: String,
    block: String,
}

/// The page about a campaign.
///
/// # Errors
/// If it cannot be put together; no values are known with which that is so.
pub fn html(account: &Account<'_>) -> Result<String, askama::Error> {
    let summary = account.summary;
    let shown = account.first_failures(SHOWN);
    let page = Page {
        name: account.name(),
        state: account.state(),
        verdict: verdict(summary),
        note: note(summary),
        rates: rates(summary),
        origin: account.origin(),
        rows: summary.tests.iter().map(Row::of).collect(),
        comparison: compared(account),
        shares: Shares::of(&summary.tests),
        ridges: ridges(account),
        share: share_of_failures(shown.len(), summary.failed()),
        failures: shown.into_iter().map(|result| Shown::of(account, result)).collect(),
    };
    page.render()
}

fn compared(account: &Account<'_>) -> Option<Compared> {
    let comparison = account.comparison?;
    Some(Compared { sides: account.side_by_side()?, plots: Changes::of(comparison) })
}

/// What is spread, one plot each.
fn ridges(account: &Account<'_>) -> Vec<Ridges> {
    let tests = &account.summary.tests;
    let elections = tests.iter().map(|test| (test.test.path(), test.reelections.counts().collect()));
    let rpcs = tests.iter().map(|test| (test.test.path(), test.rpcs_per_run.counts().collect()));
    let bytes = tests.iter().map(|test| (test.test.path(), test.bytes_per_run.counts().collect()));
    let all = [
        Ridges::of("Time without a serving leader", "ms", elections.collect()),
        Ridges::of("RPCs per run", "RPCs", rpcs.collect()),
        Ridges::of("Bytes per run", "bytes", bytes.collect()),
    ];
    all.into_iter().flatten().collect()
}

impl Shown {
    fn of(account: &Account<'_>, result: &RunResult) -> Shown {
        let rule = result.run.outcome.finding().map_or("", |finding| &finding.rule);
        Shown {
            title: format!("{}, iteration {}: {}", result.test.path(), result.iteration, line(rule)),
            block: account.block(result),
        }
    }
}
