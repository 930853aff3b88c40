//! Who has units played: each worker has a process of the submission at hand, and another one that plays
//! some runs again.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "grading ends when its time is over; no run sees it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam::channel::Sender;

use super::death::{COSTLY, Death, NOT_STARTED};
use super::ledger::{COSTLY_MAX, TRACES};
use super::process::{Answered, IsOver, NotStarted, Place, Process};
use super::protocol::{Hello, Request};
use super::units::{Unit, Units};
use crate::base::Seed;
use crate::lab::{Seeds, Test};
use crate::runner::{Finding, Outcome, Run, RunResult};
use crate::sandbox::Gap;

/// What of a submission is needed to play it.
pub(super) struct Part {
    pub(super) program: PathBuf,
    pub(super) folder: PathBuf,
    /// By test, which iterations are to be played.
    pub(super) todo: Vec<BTreeSet<u64>>,
    /// By test, from which iteration on nothing is worth playing any more.
    pub(super) cuts: Vec<AtomicU64>,
    /// How the program ended before it had played anything, twice.
    pub(super) not_started: Mutex<Starts>,
}

/// How often a program did not start, and how it ended.
#[derive(Default)]
pub(super) struct Starts {
    failed: u32,
    death: Option<Death>,
}

/// So many times, and it is not started any more.
const STARTS_MAX: u32 = 2;

/// How long a run that has begun may go on when the time is over.
const GRACE: Duration = Duration::from_secs(5);

/// What workers report.
pub(super) enum Report {
    /// A run was played.
    Finished { submission: usize, test: usize, result: Box<RunResult>, trace: Option<Vec<u8>>, wrote: Option<String> },
    /// What cannot be enforced here.
    Gaps(Vec<Gap>),
    /// A submission cannot be played, and it is not the submission's fault.
    Trouble(usize, String),
}

/// What the workers share.
pub(super) struct Crew {
    pub(super) parts: BTreeMap<usize, Part>,
    pub(super) tests: Vec<Arc<Test>>,
    pub(super) units: Units,
    pub(super) hello: Hello,
    /// This program, which becomes others, confined.
    pub(super) launcher: PathBuf,
    /// What public runs are drawn from,
    pub(super) seed: Seed,
    /// and what secret ones are.
    pub(super) secret: Seed,
    pub(super) interrupted: Arc<AtomicBool>,
    pub(super) deadline: Option<Instant>,
}

/// The processes of a worker, both of one submission.
#[derive(Default)]
struct Processes {
    submission: Option<usize>,
    player: Option<Process>,
    /// Plays some runs that passed once more. It has played other runs before, so that a program that plays
    /// well once, or keeps something from run to run, shows.
    second: Option<Process>,
}

impl Crew {
    /// No more run is to begin.
    pub(super) fn is_over(&self) -> bool {
        self.is_late() || self.interrupted.load(Ordering::Relaxed)
    }

    /// The time is over.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Tells whether not even those runs are waited for that have begun.
    fn is_over_for_good(&self) -> IsOver {
        let (interrupted, deadline) = (self.interrupted.clone(), self.deadline);
        Arc::new(move || {
            let late = deadline.is_some_and(|deadline| Instant::now() >= deadline + GRACE);
            late || interrupted.load(Ordering::Relaxed)
        })
    }

    /// One worker: has units played until there are no more.
    pub(super) fn work(&self, reports: &Sender<Report>) {
        let mut processes = Processes::default();
        while let Some(unit) = self.units.next() {
            if self.is_over() {
                return;
            }
            if processes.submission != Some(unit.submission) {
                processes = Processes { submission: Some(unit.submission), ..Processes::default() };
            }
            self.play_unit(&unit, &mut processes, reports);
        }
    }

    fn play_unit(&self, unit: &Unit, processes: &mut Processes, reports: &Sender<Report>) {
        let Some(part) = self.parts.get(&unit.submission) else { return };
        let (mut costly, mut failed) = (0, 0);
        for iteration in part.todo[unit.test].range(unit.iterations.clone()).copied() {
            if self.is_over() || iteration > part.cuts[unit.test].load(Ordering::Relaxed) {
                return;
            }
            let again = self.is_played_again(unit, iteration);
            let played = Turn { crew: self, part, unit, iteration }.play(processes, failed < TRACES, again, reports);
            let Some((result, trace, wrote)) = played else { return };
            let rule = result.run.outcome.finding().map_or("", |finding| &finding.rule).to_owned();
            failed += usize::from(!result.run.outcome.passed());
            costly += usize::from(COSTLY.contains(&&*rule));
            let Unit { submission, test, .. } = *unit;
            let finished = Report::Finished { submission, test, result: Box::new(result), trace, wrote };
            // If nobody listens any more, it is over.
            if reports.send(finished).is_err() {
                return;
            }
            if costly >= COSTLY_MAX || rule == NOT_STARTED {
                part.cuts[unit.test].fetch_min(iteration, Ordering::Relaxed);
                return;
            }
        }
    }

    /// One run of each unit; which one, nobody knows who does not know the seed.
    fn is_played_again(&self, unit: &Unit, iteration: u64) -> bool {
        let (first, last) = (*unit.iterations.start(), *unit.iterations.end());
        let chosen = self.seed_of(unit.test, first).0 % (last - first + 1);
        iteration == first + chosen
    }

    fn seed_of(&self, test: usize, iteration: u64) -> Seed {
        let test = &self.tests[test];
        let seed = match test.grading.seeds {
            Seeds::Public => self.seed,
            Seeds::Secret => self.secret,
        };
        seed.of_run(&test.info.name, iteration)
    }
}

/// One run that is to be played.
struct Turn<'a> {
    crew: &'a Crew,
    part: &'a Part,
    unit: &'a Unit,
    iteration: u64,
}

/// A run, its trace, and what it wrote to stdout.
type Turned = (RunResult, Option<Vec<u8>>, Option<String>);

impl Turn<'_> {
    /// Plays it; none if the submission cannot be played, which is reported.
    fn play(
        &self,
        processes: &mut Processes,
        wants_trace: bool,
        again: bool,
        reports: &Sender<Report>,
    ) -> Option<Turned> {
        let (mut result, trace, wrote) = self.play_in(&mut processes.player, wants_trace, reports)?;
        if again && result.run.outcome.passed() {
            let (second, ..) = self.play_in(&mut processes.second, false, reports)?;
            if second.run.digest != result.run.digest {
                result.run = differing(&result.run, second.run);
            }
        }
        Some((result, trace, wrote))
    }

    /// Plays it in this process, or in a new one in its place.
    fn play_in(&self, process: &mut Option<Process>, wants_trace: bool, reports: &Sender<Report>) -> Option<Turned> {
        let mut running = match process.take() {
            Some(running) => running,
            None => match self.start() {
                Ok(started) => {
                    // Who listens knows what to do if it hears it again.
                    let _ = reports.send(Report::Gaps(started.gaps.clone()));
                    started
                }
                Err(NotStarted::Death(death)) if death.is_unwanted() => return None,
                Err(NotStarted::Death(death)) => return Some((self.result(death.run()), None, None)),
                Err(NotStarted::Trouble(text)) => {
                    let _ = reports.send(Report::Trouble(self.unit.submission, text));
                    return None;
                }
            },
        };
        if self.test().needs_kv() && !running.kv {
            *process = Some(running);
            return Some((self.result(without_service()), None, None));
        }
        let answered = running.play(&self.request(wants_trace));
        let wrote = running.wrote();
        match answered {
            Ok(Answered { record, trace, is_last }) => {
                let Some(result) = record.result(self.test().info.clone(), &self.part.folder) else {
                    return Some((self.result(Death::nonsense("a run that makes no sense").run()), None, wrote));
                };
                if !is_last {
                    *process = Some(running);
                }
                Some((clipped(result), trace, wrote))
            }
            Err(death) if death.is_unwanted() => None,
            Err(death) => Some((self.result(death.run()), None, wrote)),
        }
    }

    /// Starts the program, unless it is known that it never gets as far as playing.
    fn start(&self) -> Result<Process, NotStarted> {
        let starts = || self.part.not_started.lock().unwrap_or_else(PoisonError::into_inner);
        if let Starts { failed: STARTS_MAX.., death: Some(death) } = &*starts() {
            return Err(NotStarted::Death(death.clone()));
        }
        let Part { program, folder, .. } = self.part;
        let place = Place { launcher: &self.crew.launcher, program, folder };
        let started = Process::start(&place, &self.crew.hello, self.crew.is_over_for_good());
        match &started {
            Ok(_) => *starts() = Starts::default(),
            Err(NotStarted::Death(death)) if death.is_unwanted() => {}
            Err(NotStarted::Death(death)) => {
                let mut starts = starts();
                starts.failed += 1;
                starts.death = Some(death.clone());
                if starts.failed < STARTS_MAX {
                    drop(starts);
                    return self.start();
                }
            }
            Err(NotStarted::Trouble(_)) => {}
        }
        started
    }

    fn test(&self) -> &Test {
        &self.crew.tests[self.unit.test]
    }

    fn request(&self, wants_trace: bool) -> Request {
        Request {
            secret: secret(),
            test: self.test().path(),
            digest: self.test().digest().to_string(),
            iteration: self.iteration,
            seed: self.crew.seed_of(self.unit.test, self.iteration),
            // Code that does not depend on the seed alone mostly shows that at once.
            twice: self.iteration == 1,
            trace: wants_trace,
        }
    }

    fn result(&self, run: Run) -> RunResult {
        let seed = self.crew.seed_of(self.unit.test, self.iteration);
        let (test, iteration) = (self.test().info.clone(), self.iteration);
        RunResult { test, iteration, seed, run, cpu: Duration::ZERO, trace: None }
    }
}

/// What nobody can guess. No run depends on it.
fn secret() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let words = [(); 2].map(|()| RandomState::new().hash_one(()));
    format!("{:016x}{:016x}", words[0], words[1])
}

/// A run that was another one in another process.
fn differing(first: &Run, second: Run) -> Run {
    let mut evidence = vec![format!(
        "the same seed gave two different runs in two processes, with the digests {} and {}: something other than \
         `ctx` decides, such as a static that keeps something from run to run; the first one passed, the second one {}",
        first.digest,
        second.digest,
        second.outcome.name()
    )];
    if let Some(finding) = second.outcome.finding() {
        evidence.push(format!("the second one: {}: {}", finding.rule, finding.evidence.join("; ")));
    }
    Run { outcome: Outcome::Nondeterministic(Finding::new("determinism", evidence)), ..second }
}

/// A test of a service, for a submission that has none.
fn without_service() -> Run {
    let evidence = "this is a test of a key/value service, and the submission has none: it has to call \
                    `raftlab::cli::main_of(name, Submission::raft(make).with_kv(…))`";
    Run::without_end(Outcome::Died(Finding::new(NOT_STARTED, vec![evidence.to_owned()])))
}

/// Sentences of evidence that are kept,
const SENTENCES: usize = 200;
/// and characters of each: a submission may say what it wants.
const SENTENCE_MAX: usize = 4_000;

fn clipped(mut result: RunResult) -> RunResult {
    if let Some(finding) = result.run.outcome.finding_mut() {
        finding.evidence.truncate(SENTENCES);
        for sentence in &mut finding.evidence {
            if let Some((end, _)) = sentence.char_indices().nth(SENTENCE_MAX) {
                sentence.truncate(end);
            }
        }
    }
    result
}
