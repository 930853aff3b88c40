//! `raftlab report`: reports of a campaign that was played, for people and for other programs.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::args::{ReportArgs, ReportFiles};
use super::error::{Exit, Failed};
use super::{merge, output};
use crate::report::{self, Account, ReplayCommand};
use crate::runner::{StoredCampaign, write_whole};

/// Where GitHub takes a step's summary from.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Says nothing about the campaign by its exit code: that is what `raftlab test` has done.
pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failed> {
    let stored = StoredCampaign::open(&args.folder).map_err(merge::wrong)?;
    let summary = stored.progress().map_err(merge::wrong)?.summary;
    let replay = ReplayCommand::of_this_program(&stored.manifest.options);
    let account = Account { manifest: &stored.manifest, summary: &summary, replay: &replay };
    let written = write(&args.files, &account);
    let told = if args.github { tell_github(&account)? } else { true };
    Ok(if written && told { Exit::Passed } else { Exit::Trouble })
}

/// Writes the reports that are wanted; whether all could be. One that cannot be is named, and keeps
/// no other from being written.
pub(super) fn write(files: &ReportFiles, account: &Account<'_>) -> bool {
    let junit = files.junit.as_deref().map(|path| (path, report::junit(account).map_err(|error| error.to_string())));
    let markdown = files.markdown.as_deref().map(|path| (path, Ok(report::markdown(account))));
    let html = files.html.as_deref().map(|path| (path, report::html(account).map_err(|error| error.to_string())));
    let wanted = [junit, markdown, html].into_iter().flatten();
    let failed = wanted.filter_map(|(path, text)| write_one(path, text).err());
    failed.map(|message| output::error(&message)).count() == 0
}

fn write_one(path: &Path, text: Result<String, String>) -> Result<(), String> {
    let written = text.and_then(|text| write_whole(path, text.as_bytes()).map_err(|error| error.to_string()));
    written.map_err(|error| format!("cannot write the report {}: {error}", path.display()))
}

/// Annotations go to stdout, the rest into the step's summary, if there is one; whether it took it.
fn tell_github(account: &Account<'_>) -> Result<bool, Failed> {
    output::print(report::annotations(account).as_bytes())?;
    let Some(path) = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty()) else { return Ok(true) };
    let opened = OpenOptions::new().append(true).create(true).open(&path);
    let appended = opened.and_then(|mut file| file.write_all(report::markdown(account).as_bytes()));
    if let Err(error) = &appended {
        output::error(&format!("cannot append to {STEP_SUMMARY}, {}: {error}", Path::new(&path).display()));
    }
    Ok(appended.is_ok())
}
