//! `raftlab bugs`: the gallery of known bugs. Each is a patch on the reference; each is built,
//! played as a program of its own, and told with the first run that catches it.

mod build;
mod findings;
mod gallery;
mod header;
mod markdown;
mod matrix;
mod patch;
mod play;
mod progress;
mod root;
mod row;
mod subject;
mod totals;
mod workspace;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::args::{BugsArgs, MessageFormat};
use super::error::{Exit, Failed};
use super::output;
use super::plan::cores;
use super::test::stop_on_ctrl_c;
use crate::report::count;
use findings::Findings;
use gallery::Gallery;
use markdown::Page;
use patch::Sources;
use play::{Player, Report};
use progress::Progress;
use workspace::Workspace;

pub(super) fn run(args: &BugsArgs) -> Result<Exit, Failed> {
    let root = root::find(args.root.as_deref())?;
    let gallery = Gallery::read(&root)?;
    let listed = gallery.list();
    let gallery = gallery.select(&args.ids)?;
    let workspace = Workspace::new(&root, args.cache.as_deref(), &gallery.bugs, &Sources::read(&root)?)?;
    if args.check {
        output::say(&format!("patches that apply and have sound headers: {}", gallery.bugs.len()));
        return Ok(Exit::Passed);
    }
    // What cannot be written is found before all the work, not after it.
    let findings = args.findings.as_deref().map(|path| Findings::open(path, &listed, &gallery.bugs)).transpose()?;
    let page =
        args.write.as_deref().map(|path| Page::open(path, listed, &gallery.bugs, args.iterations)).transpose()?;
    let interrupted = stop_on_ctrl_c()?;
    let bugs = gallery.bugs.len();
    let title = count(bugs as u64, "bug");
    output::say(&format!("{title} x up to {} iterations, in {}", args.iterations, workspace.folder.display()));
    let reports = build_and_play(args, gallery, &workspace, &interrupted)?;
    if !reports.is_empty() {
        output::say(&matrix::text(&reports, args.iterations));
    }
    if reports.len() < bugs {
        output::say(&format!("incomplete: {} of {title} played", reports.len()));
        return Ok(Exit::Interrupted);
    }
    if let Some(page) = page {
        page.write(&reports, args.iterations)?;
    }
    if let Some(findings) = findings {
        findings.write(&reports)?;
    }
    Ok(if reports.iter().all(Report::is_as_it_should_be) { Exit::Passed } else { Exit::Failed })
}

fn build_and_play(
    args: &BugsArgs,
    gallery: Gallery,
    workspace: &Workspace,
    interrupted: &Arc<AtomicBool>,
) -> Result<Vec<Report>, Failed> {
    let jobs = args.jobs.map_or_else(cores, usize::from);
    workspace.write()?;
    let bugs = gallery.bugs.len();
    let progress = Progress::new(bugs, "built", !args.no_progress);
    let programs = match workspace.build(jobs, &progress) {
        Err(_) if was_interrupted(interrupted) => return Ok(Vec::new()),
        built => built?,
    };
    progress.finish();
    let progress = Progress::new(bugs, "played", !args.no_progress);
    let threads = (jobs / bugs).max(1);
    let player = Player { programs, iterations: args.iterations, threads, interrupted: interrupted.clone() };
    let json = args.message_format == MessageFormat::Json;
    let reports = player.play_all(gallery.bugs, jobs, |report| {
        progress.done();
        if json { output::print(format!("{}\n", matrix::json(report)).as_bytes()).map(drop) } else { Ok(()) }
    })?;
    progress.finish();
    Ok(reports)
}

/// Whether cargo failed because of a Ctrl-C, which ends it, too. Our own handler runs in a thread,
/// and may hear of it a moment later than cargo.
fn was_interrupted(interrupted: &AtomicBool) -> bool {
    std::thread::sleep(Duration::from_millis(200));
    interrupted.load(Ordering::Relaxed)
}
