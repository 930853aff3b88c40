//! `raftlab grep`: searches all traces of a campaign, compressed or not, in parallel.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use regex::bytes::{Regex, RegexBuilder};

use super::args::{ColorChoice, GrepArgs};
use super::error::{Exit, Failed};
use super::newest::newest_campaign;
use super::plan::{RUNS, cores};
use super::{output, view};
use crate::report::View;
use crate::runner::lines_of;

/// Traces whose matches are held in memory at one time, per thread.
const BATCH: usize = 16;

pub(super) fn run(args: &GrepArgs, color: ColorChoice) -> Result<Exit, Failed> {
    let view = view::resolve(&args.view, output::colours_stdout(color))?;
    let pattern = RegexBuilder::new(&args.pattern).case_insensitive(args.ignore_case).build();
    let pattern =
        pattern.map_err(|error| Failed::usage(format!("`{}` is no regular expression: {error}", args.pattern)))?;
    let root = match &args.path {
        Some(path) => path.clone(),
        None => newest_campaign(Path::new(RUNS))
            .ok_or_else(|| Failed::usage(format!("there is no campaign in {RUNS}; name the folder to search")))?,
    };
    let traces = traces_below(&root, args.failed)?;
    if traces.is_empty() {
        return Err(Failed::nothing(format!("there are no traces in {}", root.display())));
    }
    let jobs = args.jobs.map_or_else(cores, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(|error| Failed::trouble(format!("cannot start {jobs} threads: {error}")))?;
    let mut found = false;
    for batch in traces.chunks(BATCH * jobs) {
        let texts: Vec<io::Result<Vec<u8>>> =
            pool.install(|| batch.par_iter().map(|trace| search(trace, &root, &pattern, view.clone(), args)).collect());
        for (trace, text) in batch.iter().zip(texts) {
            let text = text.map_err(|error| Failed::trouble(format!("cannot read {}: {error}", trace.display())))?;
            found |= !text.is_empty();
            match io::stdout().write_all(&text) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Passed),
                Err(error) => return Err(Failed::trouble(format!("cannot write to stdout: {error}"))),
            }
        }
    }
    // As grep has it: 1 says that nothing was found.
    Ok(if found { Exit::Passed } else { Exit::Failed })
}

/// What one trace has to say: `test/iteration-seed:line:text` for every match. Where matches stand in
/// columns, the trace is named once above all of them.
fn search(trace: &Path, root: &Path, pattern: &Regex, mut view: View, args: &GrepArgs) -> io::Result<Vec<u8>> {
    let name = shown_name(trace, root);
    let mut output = Vec::new();
    let mut number = 0_u64;
    let mut matches = 0_u64;
    lines_of(trace, |line| {
        number += 1;
        if !view.keeps(line) || !pattern.is_match(line) {
            return true;
        }
        matches += 1;
        if args.files_with_matches {
            return false;
        }
        if !args.count {
            match view.has_columns() {
                true if matches == 1 => output.extend_from_slice(format!("{name}\n").as_bytes()),
                true => {}
                false => output.extend_from_slice(format!("{name}:{number}:").as_bytes()),
            }
            view.draw(line, &mut output);
        }
        true
    })?;
    if matches > 0 && (args.count || args.files_with_matches) {
        // Names alone are for other programs, which are to find the files.
        let text = if args.count { format!("{name}:{matches}") } else { trace.display().to_string() };
        output.extend_from_slice(text.as_bytes());
        output.push(b'\n');
    }
    Ok(output)
}

/// `test/iteration-seed`, whatever folder the search began in; with more in front of it if that was
/// a folder of several campaigns.
fn shown_name(trace: &Path, root: &Path) -> String {
    let below = trace.strip_prefix(root).map_or(0, |rest| rest.components().count());
    // `.` has no name of its own.
    let whole = fs::canonicalize(trace).unwrap_or_else(|_| trace.to_owned());
    let components: Vec<_> = whole.components().collect();
    let start = components.len().saturating_sub(below.max(2));
    let name = components[start..].iter().collect::<PathBuf>().display().to_string();
    let name = name.strip_suffix(".zst").unwrap_or(&name);
    name.strip_suffix(".log").unwrap_or(name).to_owned()
}

/// All traces in a folder and those below it, in the order of their names; or the one file.
fn traces_below(root: &Path, failed_only: bool) -> Result<Vec<PathBuf>, Failed> {
    let unreadable = |path: &Path, error: &io::Error| Failed::usage(format!("cannot read {}: {error}", path.display()));
    if fs::metadata(root).map_err(|error| unreadable(root, &error))?.is_file() {
        return Ok(vec![root.to_owned()]);
    }
    let mut traces = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_trace(&path, failed_only) {
                traces.push(path);
            }
        }
    }
    traces.sort();
    Ok(traces)
}

/// Plain traces are those of runs that did not pass.
fn is_trace(path: &Path, failed_only: bool) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with(".log") || (!failed_only && name.ends_with(".log.zst"))
}
