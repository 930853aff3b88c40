//! What commands do with baselines.

use std::path::{Path, PathBuf};

use super::args::GateArgs;
use super::error::Failed;
use super::output;
use crate::gate::{Baseline, BaselineError, Collector, Comparison, Thresholds, check, compare};
use crate::runner::{Manifest, RunResult};

/// Where thresholds are looked for if nobody says where.
const THRESHOLDS: &str = "ci/gate.toml";

/// What the campaign that a command is about is called in messages.
pub(super) const HERE: &str = "this campaign";

/// What is to be compared and saved, when all runs are played.
pub(super) struct Gate {
    baseline: Option<(Baseline, String)>,
    thresholds: Thresholds,
    save: Option<PathBuf>,
    played: Collector,
}

impl Gate {
    /// Reads all that is needed, so that what is wrong is told before anything is played; none if
    /// nothing is to be compared or saved.
    pub(super) fn open(args: &GateArgs, manifest: &Manifest) -> Result<Option<Gate>, Failed> {
        if args.baseline.is_none() && args.save_baseline.is_none() {
            return Ok(None);
        }
        let thresholds = thresholds(args.gate.as_deref())?;
        let mut baseline = None;
        if let Some(path) = &args.baseline {
            let (read, name) = (open(path)?, path.display().to_string());
            check(&read.manifest, manifest, [&name, HERE]).map_err(Failed::usage)?;
            baseline = Some((read, name));
        }
        if let Some(path) = &args.save_baseline {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
                let text = format!("--save-baseline wants a file in a folder that exists, not {}", path.display());
                return Err(Failed::usage(text));
            }
        }
        Ok(Some(Gate {
            baseline,
            thresholds,
            save: args.save_baseline.clone(),
            played: Collector::new(manifest.clone()),
        }))
    }

    pub(super) fn add(&mut self, result: &RunResult) {
        self.played.add(result);
    }

    /// Compares and saves what was played. An incomplete campaign is neither compared nor saved: what
    /// is missing could be what has become worse.
    pub(super) fn close(self, is_incomplete: bool) -> Result<Option<Comparison>, Failed> {
        if is_incomplete {
            self.not_done();
            return Ok(None);
        }
        let played = self.played.finish();
        let comparison = match &self.baseline {
            Some((baseline, name)) => {
                Some(compare(baseline, &played, [name, HERE], &self.thresholds).map_err(Failed::usage)?)
            }
            None => None,
        };
        if let Some(path) = &self.save {
            save(&played, path)?;
        }
        Ok(comparison)
    }

    fn not_done(&self) {
        if let Some((_, name)) = &self.baseline {
            output::warning(&format!("not compared with {name}: the campaign is incomplete"));
        }
        if let Some(path) = &self.save {
            output::warning(&format!("{} is not written: the campaign is incomplete", path.display()));
        }
    }
}

fn save(played: &Baseline, path: &Path) -> Result<(), Failed> {
    played.write(path).map_err(|error| Failed::trouble(format!("cannot save the baseline: {error}")))?;
    if played.failed() > 0 {
        let failed = played.failed();
        output::warning(&format!("{failed} runs of the baseline failed: later campaigns may fail them, too"));
    }
    Ok(())
}

/// Compares two campaigns that were played, called `names`; also, how the second one was played.
pub(super) fn compare_stored(
    paths: [&Path; 2],
    names: [&str; 2],
    thresholds: Option<&Path>,
) -> Result<(Comparison, Manifest), Failed> {
    let thresholds = self::thresholds(thresholds)?;
    let (baseline, campaign) = (open(paths[0])?, open(paths[1])?);
    let comparison = compare(&baseline, &campaign, names, &thresholds).map_err(Failed::usage)?;
    Ok((comparison, campaign.manifest))
}

/// A campaign's folder, or a baseline's file.
fn open(path: &Path) -> Result<Baseline, Failed> {
    Baseline::open(path).map_err(|error| match error {
        BaselineError::Io { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
            Failed::usage(format!("there is no {}; `raftlab test --save-baseline {0}` writes it", path.display()))
        }
        BaselineError::Io { .. } => Failed::trouble(error),
        _ => Failed::usage(error),
    })
}

/// The thresholds in this file, or in the usual one if it is there, or those built in.
fn thresholds(path: Option<&Path>) -> Result<Thresholds, Failed> {
    let usual = Path::new(THRESHOLDS);
    match path.or_else(|| usual.exists().then_some(usual)) {
        Some(path) => Thresholds::read(path).map_err(Failed::usage),
        None => Ok(Thresholds::default()),
    }
}
