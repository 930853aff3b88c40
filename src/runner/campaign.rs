//! Many runs, spread over the cores by rayon. Parallelism exists nowhere else.
#![expect(clippy::disallowed_types, reason = "a campaign is timed by the wall clock; no run sees it")]

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam::channel::{self, Receiver, RecvTimeoutError, Sender};

use super::attempt::{Attempt, Played};
use super::board::Board;
use super::ending::Ending;
use super::play::{Patience, Player, Run};
use super::progress::Progress;
use super::schedule::{Next, Order, Schedule, Todo};
use super::slice::Slice;
use super::summary::Summary;
use super::suspects::Suspects;
use super::traces::TraceFolder;
use crate::api::install_logger;
use crate::base::Seed;
use crate::lab::{Test, TestInfo};
use crate::sim::Beat;

/// What is to be played.
pub struct Campaign {
    /// The tests.
    pub tests: Vec<Planned>,
    /// Who plays.
    pub player: Player,
    /// What the runs' seeds are made of.
    pub seed: Seed,
    /// Which of the runs are played.
    pub slice: Slice,
    /// Workers.
    pub jobs: usize,
    /// Play every run twice and compare, and not only the first one of each test.
    pub check_determinism: bool,
    /// End after so many failures.
    pub max_failures: Option<u64>,
    /// After so long in real time, no more run begins.
    pub time_budget: Option<Duration>,
    /// A run whose steps do not go on for so long is given up.
    pub patience: Duration,
}

/// One test of a campaign.
#[derive(Clone)]
pub struct Planned {
    /// The test.
    pub test: Arc<Test>,
    /// How often it is played, in all slices together; none if until a run fails.
    pub iterations: Option<u64>,
}

/// What runs beside a campaign.
pub struct Controls {
    /// Set from outside when the campaign is to end early.
    pub interrupted: Arc<AtomicBool>,
    /// Where traces go.
    pub traces: Arc<TraceFolder>,
}

/// One run that was played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunResult {
    /// The test.
    pub test: Arc<TestInfo>,
    /// Which iteration of it, counted from 1.
    pub iteration: u64,
    /// The run's seed.
    pub seed: Seed,
    /// What it came to.
    pub run: Run,
    /// How long it kept a processor busy.
    pub cpu: Duration,
    /// Its trace, if it left one.
    pub trace: Option<PathBuf>,
}

/// Hears of what happens, in the thread that called [`run`].
pub trait Listener {
    /// A run was played.
    fn run_finished(&mut self, result: &RunResult, summary: &Summary);
    /// All runs were played that come first, so many, and so many of them did not pass.
    fn first_finished(&mut self, _played: u64, _failed: u64) {}
    /// A trace could not be stored; no more will be.
    fn trace_failed(&mut self, error: &io::Error);
    /// Nothing happened for a moment; time to redraw what moves.
    fn tick(&mut self) {}
}

/// What workers report.
enum Report {
    Finished(Box<RunResult>),
    TraceFailed(io::Error),
}

/// How often the campaign looks after its workers.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Plays what `progress` lacks of a campaign and tells `listener` of it; what all of it comes to.
///
/// What comes first is played to its end before anything else begins, and if it does not pass,
/// nothing else does.
///
/// # Errors
/// If the worker threads cannot be started.
pub fn run(
    campaign: Campaign,
    mut progress: Progress,
    controls: Controls,
    listener: &mut dyn Listener,
) -> io::Result<Summary> {
    install_logger();
    let (first, mut done) = (progress.take_first(), progress.take_done());
    let deadline = campaign.time_budget.and_then(|budget| Instant::now().checked_add(budget));
    let mut stage = Stage { campaign: campaign.into(), controls: controls.into(), deadline, summary: progress.summary };
    let runs: u64 = first.iter().map(|iterations| iterations.len() as u64).sum();
    if runs > 0 {
        let before = stage.summary.played();
        stage.perform(first.iter().cloned().map(|iterations| Box::new(iterations.into_iter()) as Todo), listener)?;
        let (played, failed) = (stage.summary.played() - before, stage.summary.failed());
        if played == runs {
            listener.first_finished(played, failed);
        }
        if failed > 0 {
            // That nothing goes on has a reason, if all workers came to their end.
            if played == runs && stage.summary.ending == Some(Ending::Stuck) {
                stage.summary.ending = Some(Ending::Failures);
            }
            return Ok(stage.summary);
        }
        done.iter_mut().zip(first).for_each(|(done, mut first)| done.append(&mut first));
    }
    let rest: Vec<Todo> =
        stage.campaign.tests.iter().zip(done).map(|(planned, done)| stage.rest(planned, done)).collect();
    stage.perform(rest.into_iter(), listener)?;
    Ok(stage.summary)
}

/// A campaign while it is played.
struct Stage {
    campaign: Arc<Campaign>,
    controls: Arc<Controls>,
    /// When its time is over.
    deadline: Option<Instant>,
    summary: Summary,
}

impl Stage {
    /// What is planned of a test and not done.
    fn rest(&self, planned: &Planned, done: BTreeSet<u64>) -> Todo {
        let all = self.campaign.slice.iterations(planned.iterations);
        Box::new(all.filter(move |iteration| !done.contains(iteration)))
    }

    /// Plays these iterations of each test, until all of them have ended.
    fn perform(&mut self, todo: impl Iterator<Item = Todo>, listener: &mut dyn Listener) -> io::Result<()> {
        let jobs = self.campaign.jobs;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|number| format!("worker-{number}"))
            .build()
            .map_err(io::Error::other)?;
        let work = Arc::new(Work {
            schedule: Schedule::new(order(&self.campaign), todo),
            board: Board::new(jobs),
            suspects: Suspects::default(),
            failures: AtomicU64::new(self.summary.failed()),
            deadline: self.deadline,
            campaign: self.campaign.clone(),
            controls: self.controls.clone(),
        });
        // Bounded, so that results cannot pile up.
        let (reports, received) = channel::bounded(1_024);
        let crew = work.clone();
        pool.spawn_broadcast(move |context| crew.work(context.index(), &reports));
        self.listen(&work, &received, listener);
        // A worker that is stuck would be waited for, for ever.
        std::mem::forget(pool);
        self.summary.ending = Some(work.ending(&self.summary));
        Ok(())
    }

    /// Hears of everything that the workers do, until they are done.
    fn listen(&mut self, work: &Work, received: &Receiver<Report>, listener: &mut dyn Listener) {
        let mut trace_failed = false;
        loop {
            match received.recv_timeout(WATCH_INTERVAL) {
                Ok(Report::Finished(result)) => finish(&mut self.summary, &result, listener),
                Ok(Report::TraceFailed(error)) if !trace_failed => {
                    trace_failed = true;
                    listener.trace_failed(&error);
                }
                Ok(Report::TraceFailed(_)) => {}
                Err(RecvTimeoutError::Timeout) => {
                    listener.tick();
                    for (next, beat) in work.board.give_up(work.campaign.patience) {
                        let result = work.stuck(next, &beat);
                        work.count(&result);
                        finish(&mut self.summary, &result, listener);
                    }
                    if work.board.all_done() && received.is_empty() {
                        break;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }
}

/// Where it is not known which run is the last one, every test gets its turn.
fn order(campaign: &Campaign) -> Order {
    let ends_by_itself = campaign.tests.iter().all(|planned| planned.iterations.is_some());
    if ends_by_itself && campaign.time_budget.is_none() { Order::LongestFirst } else { Order::InTurn }
}

fn finish(summary: &mut Summary, result: &RunResult, listener: &mut dyn Listener) {
    summary.add(result);
    listener.run_finished(result, summary);
}

/// What the workers share.
struct Work {
    campaign: Arc<Campaign>,
    controls: Arc<Controls>,
    schedule: Schedule,
    board: Board,
    /// Runs that did not pass.
    failures: AtomicU64,
    suspects: Suspects,
    /// When its time is over.
    deadline: Option<Instant>,
}

impl Work {
    /// Why no more run is to begin; none as long as some are.
    fn is_over(&self) -> Option<Ending> {
        let failures = self.failures.load(Ordering::Relaxed);
        let enough = self.campaign.max_failures.is_some_and(|max| failures >= max);
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if self.controls.interrupted.load(Ordering::Relaxed) {
            Some(Ending::Interrupted)
        } else if enough {
            Some(Ending::Failures)
        } else {
            late.then_some(Ending::TimeBudget)
        }
    }

    /// Why it has ended.
    fn ending(&self, summary: &Summary) -> Ending {
        if summary.has_all() { Ending::Complete } else { self.is_over().unwrap_or(Ending::Stuck) }
    }

    /// One worker: plays runs until there are no more.
    fn work(&self, worker: usize, reports: &Sender<Report>) {
        while self.is_over().is_none() {
            let Some(next) = self.schedule.next() else { break };
            self.board.begin(worker, next);
            let began = Instant::now();
            let (result, trace_error) = self.play(worker, next);
            self.schedule.took(next, began.elapsed());
            if !self.board.end(worker) {
                continue;
            }
            self.count(&result);
            // If nobody listens any more, the campaign is over.
            if trace_error.is_some_and(|error| reports.send(Report::TraceFailed(error)).is_err()) {
                break;
            }
            if reports.send(Report::Finished(Box::new(result))).is_err() {
                break;
            }
        }
        self.board.leave(worker);
    }

    /// Counts failures, at once: until a result is told, many more runs could be played.
    fn count(&self, result: &RunResult) {
        if !result.run.outcome.passed() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn play(&self, worker: usize, next: Next) -> (RunResult, Option<io::Error>) {
        let Planned { test, .. } = &self.campaign.tests[next.test];
        let seed = self.campaign.seed.of_run(&test.info.name, next.iteration);
        let (player, pulse, suspects) = (self.campaign.player, self.board.pulse(worker), &self.suspects);
        let attempt = Attempt { test, player, seed, pulse, suspects };
        // Code that does not depend on the seed alone mostly shows that at once.
        let twice = self.campaign.check_determinism || next.iteration == 1;
        let traces = &self.controls.traces;
        let Played { run, cpu, trace: recorded, mut error } = attempt.play(traces.recording(), twice);
        let (mut trace, passed) = (None, run.outcome.passed());
        match recorded.map(|recorded| traces.store(&test.info, next.iteration, seed, passed, recorded)) {
            Some(Ok(path)) => trace = Some(path),
            Some(Err(wrong)) => error = Some(wrong),
            None => traces.note_unrecorded(passed),
        }
        let result = RunResult { test: test.info.clone(), iteration: next.iteration, seed, run, cpu, trace };
        (result, error)
    }

    /// The result of a run that was given up.
    fn stuck(&self, next: Next, beat: &Beat) -> RunResult {
        let Planned { test, .. } = &self.campaign.tests[next.test];
        let run = Run::given_up(Patience::RealTime(self.campaign.patience), beat);
        let seed = self.campaign.seed.of_run(&test.info.name, next.iteration);
        let (test, iteration, cpu) = (test.info.clone(), next.iteration, self.campaign.patience);
        RunResult { test, iteration, seed, run, cpu, trace: None }
    }
}
