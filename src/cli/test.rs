//! `raftlab test`: plays a campaign and reports it.
#![expect(clippy::disallowed_types, reason = "a campaign is timed by the wall clock; no run sees it")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::error::{Exit, Failed};
use super::output;
use super::plan::Plan;
use crate::api::MakeRaft;
use crate::report::{Human, Json};
use crate::runner::{self, Campaign, Controls, Listener, Player, RunResult, Summary, TraceFolder};

pub(super) fn run(plan: &Plan, make: MakeRaft) -> Result<Exit, Failed> {
    let traces = TraceFolder::create(plan.traces.clone()).map_err(|error| cannot_trace(plan, &error))?;
    let traces = Arc::new(traces);
    let interrupted = stop_on_ctrl_c()?;
    let campaign = Campaign {
        tests: plan.tests.clone(),
        player: Player { make, rules: plan.rules },
        seed: plan.seed,
        jobs: plan.jobs,
        check_determinism: plan.check_determinism,
        max_failures: plan.max_failures,
        patience: plan.patience,
    };
    let mut reporter = Reporter::new(plan);
    reporter.human.begin(&plan.title);
    let began = Instant::now();
    let controls = Controls { interrupted: interrupted.clone(), traces: traces.clone() };
    let summary = runner::run(campaign, controls, &mut reporter)
        .map_err(|error| Failed::trouble(format!("cannot start {} workers: {error}", plan.jobs)))?;

    traces.tidy();
    reporter.json.iter_mut().for_each(|json| json.summary(&summary));
    reporter.human.summary(&summary, began.elapsed(), &traces);
    Ok(reporter.exit(&summary, interrupted.load(Ordering::Relaxed)))
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
    trace_failed: bool,
}

impl Reporter {
    fn new(plan: &Plan) -> Reporter {
        let human = Human::new(plan.runs(), plan.progress, plan.quiet, plan.verbose, plan.replay.clone());
        let json = plan.json.then(|| Json::new(io::stdout(), plan.replay.clone()));
        Reporter { human, json, trace_failed: false }
    }

    /// A verdict on the submission counts more than trouble around it.
    fn exit(&self, summary: &Summary, interrupted: bool) -> Exit {
        let json_error = self.json.as_ref().and_then(Json::error);
        if let Some(error) = json_error {
            output::warning(&format!("stdout took no more JSON lines: {error}; the summary above is complete"));
        }
        if interrupted {
            Exit::Interrupted
        } else if summary.failed() > 0 {
            Exit::Failed
        } else if self.trace_failed || json_error.is_some() {
            Exit::Trouble
        } else {
            Exit::Passed
        }
    }
}

impl Listener for Reporter {
    fn run_finished(&mut self, result: &RunResult, summary: &Summary) {
        self.human.run(result, summary);
        if let Some(json) = &mut self.json {
            json.run(result);
        }
    }

    fn trace_failed(&mut self, error: &io::Error) {
        self.trace_failed = true;
        self.human.line(&format!("error: cannot store a trace: {error}; the campaign goes on without traces\n"));
    }

    fn tick(&mut self) {
        self.human.tick();
    }
}
