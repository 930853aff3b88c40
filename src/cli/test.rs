//! `raftlab test`: plays a campaign and reports it.
#![expect(clippy::disallowed_types, reason = "a campaign is timed by the wall clock; no run sees it")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::error::{Exit, Failed};
use super::gate::Gate;
use super::plan::Plan;
use super::{output, report};
use crate::api::MakeRaft;
use crate::gate::{Comparison, Verdict};
use crate::report::{Account, Human, Json, comparison_text, count};
use crate::runner::{
    self, Campaign, Controls, Explanation, Group, Listener, Manifest, Player, Progress, RunResult, Store, StoreError,
    Summary, TraceFolder, explain,
};

pub(super) fn run(plan: &Plan, make: MakeRaft) -> Result<Exit, Failed> {
    let campaign = Campaign {
        tests: plan.tests.clone(),
        player: Player { make, rules: plan.rules },
        seed: plan.seed,
        slice: plan.slice,
        jobs: plan.jobs,
        check_determinism: plan.check_determinism,
        max_failures: plan.max_failures,
        time_budget: plan.time_budget,
        patience: plan.patience,
    };
    let manifest = Manifest::of(&campaign, &plan.name, &plan.options);
    let mut gate = Gate::open(&plan.gate, &manifest)?;
    let traces = TraceFolder::create(plan.traces.clone()).map_err(|error| cannot_trace(plan, &error))?;
    let traces = Arc::new(traces);
    let mut progress = Progress::none(&campaign);
    plan.first.iter().for_each(|(test, iteration)| progress.put_first(*test, *iteration));
    let store = if plan.keeps_results { Some(store(plan, &manifest, &mut progress, &mut gate)?) } else { None };
    let interrupted = stop_on_ctrl_c()?;
    let before = progress.played();
    let mut reporter = Reporter::new(plan, store, gate, before);
    reporter.human.begin(&plan.title);
    plan.note.iter().for_each(|note| reporter.human.begin(note));
    if before > 0 {
        let of = plan.runs().map_or_else(String::new, |runs| format!(" of {runs}"));
        reporter.human.begin(&format!("{before}{of} runs were played before"));
    }
    let began = Instant::now();
    let controls = Controls { interrupted: interrupted.clone(), traces: traces.clone() };
    let summary = runner::run(campaign, progress, controls, &mut reporter)
        .map_err(|error| Failed::trouble(format!("cannot start {} workers: {error}", plan.jobs)))?;

    traces.tidy();
    reporter.end(&summary);
    reporter.json.iter_mut().for_each(|json| json.summary(&summary));
    let elapsed = began.elapsed();
    reporter.human.failures(&summary, |group| explain_group(plan, make, group));
    reporter.human.summary(&summary, before, elapsed, &traces);
    if let Some(store) = reporter.store.as_ref().filter(|_| traces.path().is_none() && !plan.quiet) {
        reporter.human.line(&format!("results in {}", store.folder().display()));
    }
    let comparison = reporter.close_gate(&summary);
    let comparison = comparison.as_ref();
    let account = Account { manifest: &manifest, summary: &summary, replay: &plan.replay, comparison };
    reporter.lost_something |= !report::write(&plan.reports, &account);
    reporter.compared(comparison, plan);
    Ok(reporter.exit(&summary, comparison, interrupted.load(Ordering::Relaxed)))
}

/// What surrounds the shortest failure of a cause.
fn explain_group(plan: &Plan, make: MakeRaft, group: &Group) -> Option<Explanation> {
    let RunResult { test, seed, run, .. } = &group.shortest;
    let planned = plan.tests.iter().find(|planned| planned.test.info == *test)?;
    explain(&planned.test, Player { make, rules: plan.rules }, *seed, run, plan.patience)
}

/// Where results go; what is there already goes into `progress` and `gate`.
fn store(plan: &Plan, manifest: &Manifest, progress: &mut Progress, gate: &mut Option<Gate>) -> Result<Store, Failed> {
    let folder = &plan.traces.folder;
    let store = if plan.resume {
        Store::resume(folder, manifest, |result| {
            progress.add(&result);
            gate.iter_mut().for_each(|gate| gate.add(&result));
        })
    } else {
        Store::create(folder, manifest)
    };
    store.map_err(|error| match error {
        StoreError::Io { .. } => {
            Failed::trouble(format!("cannot keep results: {error}; choose another folder with --out"))
        }
        _ => Failed::usage(error),
    })
}

fn cannot_trace(plan: &Plan, error: &io::Error) -> Failed {
    Failed::trouble(format!(
        "cannot write traces to {}: {error}; choose another folder with --out, or --traces none",
        plan.traces.folder.display()
    ))
}

/// The first Ctrl-C ends what is going on in order, the second one at once.
pub(super) fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>, Failed> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .map_err(|error| Failed::trouble(format!("cannot listen for Ctrl-C: {error}")))?;
    Ok(interrupted)
}

/// Tells people and programs of what happens.
struct Reporter {
    human: Human,
    json: Option<Json<io::Stdout>>,
    /// None where results are not kept, or cannot be any more.
    store: Option<Store>,
    /// None where nothing is compared or saved.
    gate: Option<Gate>,
    /// A trace, a result or a report could not be kept.
    lost_something: bool,
}

impl Reporter {
    fn new(plan: &Plan, store: Option<Store>, gate: Option<Gate>, before: u64) -> Reporter {
        let runs = plan.runs().map(|runs| runs - before);
        let human = Human::new(runs, plan.progress, plan.quiet, plan.verbose, plan.replay.clone());
        let json = plan.json.then(|| Json::new(io::stdout(), plan.replay.clone()));
        Reporter { human, json, store, gate, lost_something: false }
    }

    /// A verdict on the submission counts more than trouble around it.
    fn exit(&self, summary: &Summary, comparison: Option<&Comparison>, interrupted: bool) -> Exit {
        let json_error = self.json.as_ref().and_then(Json::error);
        if let Some(error) = json_error {
            output::warning(&format!("stdout took no more JSON lines: {error}; the summary above is complete"));
        }
        if interrupted {
            Exit::Interrupted
        } else if summary.failed() > 0 {
            Exit::Failed
        } else if comparison.is_some_and(|comparison| comparison.verdict() == Verdict::Worse) {
            Exit::Worse
        } else if self.lost_something || json_error.is_some() {
            Exit::Trouble
        } else {
            Exit::Passed
        }
    }
}

impl Reporter {
    /// Tells of the comparison with the baseline, if there is one.
    fn compared(&mut self, comparison: Option<&Comparison>, plan: &Plan) {
        let Some(comparison) = comparison else { return };
        self.json.iter_mut().for_each(|json| json.comparison(comparison));
        self.human.begin("");
        self.human.line(&comparison_text(comparison, plan.verbose, plan.quiet, &plan.replay));
    }

    /// Writes a result down. After the first one that cannot be, nothing more is: half a line may be
    /// there already.
    fn keep(&mut self, result: &RunResult) {
        let Some(store) = &mut self.store else { return };
        if let Err(error) = store.append(result) {
            let folder = store.folder().display();
            self.human.line(&format!(
                "error: cannot keep results in {folder}: {error}; the campaign goes on, but what is played from here \
                 on is not written down\n"
            ));
            (self.store, self.lost_something) = (None, true);
        }
    }

    /// Compares and saves what was played, if somebody wants that. That a baseline cannot be written
    /// costs no verdict.
    fn close_gate(&mut self, summary: &Summary) -> Option<Comparison> {
        self.gate.take()?.close(summary.is_incomplete()).unwrap_or_else(|failed| {
            output::error(&failed.message);
            self.lost_something = true;
            None
        })
    }

    /// Notes in the campaign's folder why it ended.
    fn end(&mut self, summary: &Summary) {
        let Some(Err(error)) = self.store.as_mut().map(|store| store.set_ending(summary.ending)) else { return };
        self.human.line(&format!("error: cannot note why the campaign ended: {error}\n"));
        self.lost_something = true;
    }
}

impl Listener for Reporter {
    fn run_finished(&mut self, result: &RunResult, summary: &Summary) {
        self.human.run(result, summary);
        self.keep(result);
        self.gate.iter_mut().for_each(|gate| gate.add(result));
        if let Some(json) = &mut self.json {
            json.run(result);
        }
    }

    fn first_finished(&mut self, played: u64, failed: u64) {
        self.human.begin(&match failed {
            0 => format!("{} passed that had failed; the campaign goes on", count(played, "run")),
            1 => format!("1 of {played} still fails\n"),
            failed => format!("{failed} of {played} still fail\n"),
        });
    }

    fn trace_failed(&mut self, error: &io::Error) {
        self.lost_something = true;
        self.human.line(&format!("error: cannot store a trace: {error}; the campaign goes on without traces\n"));
    }

    fn tick(&mut self) {
        self.human.tick();
    }
}
