//! From raw arguments to a plan: everything that a user can get wrong is found here.
#![expect(clippy::disallowed_types, reason = "the wall clock names folders and draws fresh seeds; no run sees it")]

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::IsTerminal as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use regex::Regex;

use super::args::{GateArgs, LabArgs, MessageFormat, Partition, Reports, SeedChoice, TestArgs, Traces};
use super::error::Failed;
use super::failed::Last;
use super::partition;
use crate::api::Submission;
use crate::base::Seed;
use crate::lab::{Lab, LabTexts, Test};
use crate::report::ReplayCommand;
use crate::runner::{Keep, Planned, Rules, Slice, TraceOptions};

/// Where campaigns leave their folders.
pub(super) const RUNS: &str = "raftlab-runs";

/// How often each test is played where nobody says so.
const ITERATIONS: u64 = 100;

/// What runs are drawn from where nobody says so.
pub(super) const SEED: Seed = Seed(0x5eed);

/// A campaign, ready to be played.
pub(super) struct Plan {
    /// What the implementation is called.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) tests: Vec<Planned>,
    /// What is played before everything else: tests by their place, and iterations of them.
    pub(super) first: Vec<(usize, u64)>,
    /// What there is to say about that.
    pub(super) note: Option<String>,
    pub(super) seed: Seed,
    pub(super) slice: Slice,
    pub(super) jobs: usize,
    pub(super) check_determinism: bool,
    pub(super) max_failures: Option<u64>,
    pub(super) time_budget: Option<Duration>,
    pub(super) patience: Duration,
    pub(super) rules: Rules,
    pub(super) traces: TraceOptions,
    /// Results are kept in the campaign's folder, beside its traces.
    pub(super) keeps_results: bool,
    pub(super) resume: bool,
    pub(super) gate: GateArgs,
    pub(super) json: bool,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    pub(super) progress: bool,
    pub(super) reports: Reports,
    /// What a command must say again to mean the same labs and rules.
    pub(super) options: Vec<String>,
    pub(super) replay: ReplayCommand,
}

impl Plan {
    /// How many runs there will be; none if until one fails.
    pub(super) fn runs(&self) -> Option<u64> {
        self.tests.iter().map(|planned| self.slice.count(planned.iterations)).sum()
    }
}

/// Makes a plan of what was typed, for the implementation called `name`.
pub(super) fn resolve(mut args: TestArgs, name: &str, submission: Submission) -> Result<Plan, Failed> {
    check_stdout(&args)?;
    let last = args.failed.clone().map(|folder| Last::find(folder.as_deref())).transpose()?;
    if let Some(Some(last)) = &last {
        last.fill(&mut args)?;
    }
    let tests = select(&args, submission)?;
    let slice = match args.partition {
        None => Slice::WHOLE,
        Some(Partition::Given(slice)) => slice,
        Some(Partition::Auto) => partition::of_engine(|name| std::env::var(name).ok())?,
    };
    let seed = match args.seed {
        None => SEED,
        Some(SeedChoice::Given(seed)) => seed,
        Some(SeedChoice::Random) => fresh_seed(),
    };
    if slice.of() > 1 && matches!(args.seed, Some(SeedChoice::Random)) {
        return Err(Failed::usage(
            "--seed random with --partition: every slice would draw a seed of its own, and no two would fit together; \
             give all of them the same number",
        ));
    }
    let iterations = iterations(&args);
    // A worker without a run would only cost its thread.
    let runs = slice.count(iterations).unwrap_or(u64::MAX).saturating_mul(tests.len() as u64).max(1);
    let jobs = args.jobs.map_or_else(cores, usize::from).min(usize::try_from(runs).unwrap_or(usize::MAX));
    let title = title(&tests, &args, name, (seed, slice), jobs);
    let keep = match args.traces {
        Traces::All => Keep::All,
        Traces::Failed => Keep::Failed,
        Traces::None => Keep::Nothing,
    };
    let rules = args.rules.unwrap_or_default();
    let options = [args.lab.options(), rules.options()].concat();
    let folder = args.out.clone().unwrap_or_else(|| new_folder(&tests));
    let tests: Vec<Planned> = tests.into_iter().map(|test| Planned { test, iterations }).collect();
    let (first, note) = match &last {
        None => (vec![], None),
        Some(None) => (vec![], Some(format!("there is no campaign in {RUNS} yet"))),
        Some(Some(last)) => {
            let first = last.among(&tests, seed, slice, rules)?;
            let note = last.note(first.len());
            (first, Some(note))
        }
    };
    Ok(Plan {
        name: name.to_owned(),
        title,
        first,
        note,
        seed,
        slice,
        jobs,
        check_determinism: args.check_determinism,
        max_failures: args.max_fail.or((args.fail_fast || args.until_failure).then_some(1)),
        time_budget: args.time_budget,
        patience: args.stuck_after,
        rules: rules.into(),
        traces: TraceOptions { keep, folder, budget: args.trace_budget },
        // Who wants neither traces nor a folder wants nothing on the disk.
        keeps_results: keep != Keep::Nothing || args.out.is_some(),
        resume: args.resume,
        reports: args.reports.clone(),
        gate: args.gate,
        json: args.message_format == MessageFormat::Json,
        quiet: args.quiet,
        verbose: args.verbose,
        progress: !args.no_progress && std::io::stderr().is_terminal(),
        replay: ReplayCommand::of_this_program(&options),
        options,
        tests,
    })
}

/// Two formats on one stdout could be read by nobody.
fn check_stdout(args: &TestArgs) -> Result<(), Failed> {
    if args.reports.github && args.message_format == MessageFormat::Json {
        return Err(Failed::usage(
            "--github with --message-format json: both write to stdout; leave --github to `raftlab report DIR --github` \
             when the campaign has ended",
        ));
    }
    Ok(())
}

/// How often each test is played; none if until a run fails.
fn iterations(args: &TestArgs) -> Option<u64> {
    args.iterations.or((!args.until_failure).then_some(ITERATIONS))
}

/// The labs that the user means.
pub(super) fn load_lab(args: &LabArgs) -> Result<Lab, Failed> {
    LabTexts::read(&args.labs, args.edition.into()).and_then(|texts| texts.lab()).map_err(Failed::usage)
}

fn select(args: &TestArgs, submission: Submission) -> Result<Vec<Arc<Test>>, Failed> {
    let lab = load_lab(&args.lab)?;
    let filter = args.filter.as_deref().map(pattern).transpose()?;
    let mut tests = lab.select(&args.names, filter.as_ref()).map_err(Failed::usage)?;
    if submission.kv.is_none() {
        leave_out_kv(&mut tests)?;
    }
    if tests.is_empty() {
        let filter = args.filter.as_deref().unwrap_or_default();
        return Err(Failed::nothing(format!("no test matches `{filter}`; `raftlab list` shows all there are")));
    }
    Ok(tests)
}

/// Who has no key/value service is not asked for one, unless nothing else is.
fn leave_out_kv(tests: &mut Vec<Arc<Test>>) -> Result<(), Failed> {
    let wanted = tests.iter().find(|test| test.needs_kv()).cloned();
    tests.retain(|test| !test.needs_kv());
    match wanted {
        Some(test) if tests.is_empty() => Err(without_kv(&test)),
        _ => Ok(()),
    }
}

/// A test of a service, for an implementation that has none.
pub(super) fn without_kv(test: &Test) -> Failed {
    Failed::usage(format!(
        "{} tests a key/value service, and this implementation has none: start it with \
         `raftlab::cli::main_of(name, Submission::raft(make).with_kv(…))`",
        test.path()
    ))
}

/// A regular expression as it is typed.
pub(super) fn pattern(text: &str) -> Result<Regex, Failed> {
    Regex::new(text).map_err(|error| Failed::usage(format!("`{text}` is no regular expression: {error}")))
}

/// One worker or searcher per core.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn title(tests: &[Arc<Test>], args: &TestArgs, name: &str, (seed, slice): (Seed, Slice), jobs: usize) -> String {
    let tests = match tests {
        [one] => one.path(),
        many => format!("{}: {} tests", parts(many).join(" "), many.len()),
    };
    let slice = if slice == Slice::WHOLE { String::new() } else { format!(", {slice}") };
    let often =
        iterations(args).map_or_else(|| " until a run fails,".to_owned(), |often| format!(" x {often} iterations"));
    let budget = args.time_budget.map(|budget| format!(", {} at most", humantime::format_duration(budget)));
    let budget = budget.unwrap_or_default();
    format!("{tests}{often} of {name}, seed {seed}{slice}, {jobs} workers{budget}")
}

fn parts(tests: &[Arc<Test>]) -> Vec<&str> {
    let mut parts: Vec<&str> = tests.iter().map(|test| test.info.part.as_str()).collect();
    parts.dedup();
    parts
}

/// A seed that nobody has used.
pub(super) fn fresh_seed() -> Seed {
    Seed(RandomState::new().build_hasher().finish())
}

/// `raftlab-runs/20261121-091500-2C`; numbered if that is taken.
fn new_folder(tests: &[Arc<Test>]) -> PathBuf {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let digits: String = now.chars().filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at(8);
    let name = format!("{day}-{time}-{}", parts(tests).join("-"));
    let folder = Path::new(RUNS).join(&name);
    let numbered = (2..).map(|number| Path::new(RUNS).join(format!("{name}.{number}")));
    std::iter::once(folder).chain(numbered).find(|folder| !folder.exists()).expect("numbers do not end")
}
