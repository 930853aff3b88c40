//! `raftlab report`: reports of a campaign that was played, for people and for other programs.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::args::{ReportArgs, Reports};
use super::error::{Exit, Failed};
use super::{gate, merge, output};
use crate::gate::Comparison;
use crate::report::{self, Account, ReplayCommand};
use crate::runner::{StoredCampaign, write_whole};

/// Where GitHub takes a step's summary from.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Says nothing about the campaign by its exit code: that is what `raftlab test` has done.
pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failed> {
    let stored = StoredCampaign::open(&args.folder).map_err(merge::wrong)?;
    let summary = stored.progress().map_err(merge::wrong)?.summary;
    let comparison = args.baseline.as_deref().map(|baseline| compare(args, baseline)).transpose()?;
    let replay = ReplayCommand::of_this_program(&stored.manifest.options);
    let (manifest, comparison) = (&stored.manifest, comparison.as_ref());
    let account = Account { manifest, summary: &summary, replay: &replay, comparison };
    Ok(if write(&args.reports, &account) { Exit::Passed } else { Exit::Trouble })
}

fn compare(args: &ReportArgs, baseline: &Path) -> Result<Comparison, Failed> {
    let names = [&*baseline.display().to_string(), gate::HERE];
    let (comparison, _) = gate::compare_stored([baseline, &args.folder], names, args.gate.as_deref())?;
    Ok(comparison)
}

/// Writes the reports that are wanted; whether all could be. One that cannot be is named, and keeps
/// no other from being written.
pub(super) fn write(reports: &Reports, account: &Account<'_>) -> bool {
    let junit = reports.junit.as_deref().map(|path| (path, report::junit(account).map_err(|error| error.to_string())));
    let markdown = reports.markdown.as_deref().map(|path| (path, Ok(report::markdown(account))));
    let html = reports.html.as_deref().map(|path| (path, report::html(account).map_err(|error| error.to_string())));
    let files = [junit, markdown, html].into_iter().flatten().map(|(path, text)| write_one(path, text));
    let github = reports.github.then(|| [annotate(account), sum_up(account)]).into_iter().flatten();
    let failed = files.chain(github).filter_map(Result::err);
    failed.map(|message| output::error(&message)).count() == 0
}

/// Writes a report, or says why it cannot be.
pub(super) fn write_one(path: &Path, text: Result<String, String>) -> Result<(), String> {
    let written = text.and_then(|text| write_whole(path, text.as_bytes()).map_err(|error| error.to_string()));
    written.map_err(|error| format!("cannot write the report {}: {error}", path.display()))
}

/// Annotations go to stdout.
fn annotate(account: &Account<'_>) -> Result<(), String> {
    output::print(report::annotations(account).as_bytes()).map(drop).map_err(|failed| failed.message)
}

/// What else there is to say goes into the step's summary, if there is one.
fn sum_up(account: &Account<'_>) -> Result<(), String> {
    let Some(path) = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty()) else { return Ok(()) };
    let opened = OpenOptions::new().append(true).create(true).open(&path);
    let appended = opened.and_then(|mut file| file.write_all(report::markdown(account).as_bytes()));
    appended.map_err(|error| format!("cannot append to {STEP_SUMMARY}, {}: {error}", Path::new(&path).display()))
}
