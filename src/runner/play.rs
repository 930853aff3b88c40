//! One run: one test, one implementation, one seed.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::outcome::{Finding, NOT_WRITTEN, Outcome, server_of_group};
use super::panics::{self, Panic};
use super::standing;
use crate::api::{MakeKv, MakeRaft, Submission};
use crate::base::{Clock, Instant, Seed};
use crate::cluster::{Cluster, Failure, Figures, KvSetup, Setup, Step};
use crate::lab::Test;
use crate::oracle::{LIVENESS, Shown, Watch};
use crate::scenario::Tester;
use crate::sim::{Beat, End, Limit, Limits, Pulse, Sim, Simulation, Standing};
use crate::trace::{Digest, Event, Sink, Trace, Wants};

/// Who plays, and how closely it is watched.
#[derive(Clone, Copy)]
pub struct Player {
    /// The implementation.
    pub submission: Submission,
    /// Which rules watch.
    pub rules: Rules,
}

impl Player {
    /// A Raft that all rules watch.
    pub const fn watched(raft: MakeRaft) -> Player {
        Player::of(Submission::raft(raft))
    }

    /// An implementation that all rules watch.
    pub const fn of(submission: Submission) -> Player {
        Player { submission, rules: Rules::All }
    }
}

/// Which rules watch a run. Only the scenario's own checks are always there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rules {
    /// All that the implementation gives enough for.
    #[default]
    All,
    /// None: nothing is looked at, nor are re-elections timed.
    None,
}

/// What a run came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// The digest of all its events.
    pub digest: Digest,
    /// How many events there were.
    pub events: u64,
    /// What it used.
    pub figures: Figures,
    /// How long it took, each time, until a leader served again.
    pub reelections: Vec<Duration>,
    /// What the implementation gave to the rules.
    pub shown: Shown,
}

impl Run {
    /// What a run came to of which one step did not end for so long, as `patience` says, and which was at
    /// `beat` then.
    pub fn given_up(patience: Patience, beat: &Beat) -> Run {
        let mut finding = standing::endless(beat);
        let sentence = format!(
            "one step of the run has not ended for {patience}: a loop without `.await`, or a wait that blocks the \
             thread; the run was given up"
        );
        finding.evidence.insert(0, sentence);
        Run::without_end(Outcome::Stuck(finding))
    }

    /// A run of which nothing is known but that it came to no end of its own.
    pub fn without_end(outcome: Outcome) -> Run {
        Run {
            outcome,
            digest: Digest::EMPTY,
            events: 0,
            figures: Figures::default(),
            reelections: vec![],
            shown: Shown::default(),
        }
    }
}

/// How long one step of a run may take before the run is given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// So long.
    RealTime(Duration),
    /// So long on a processor, however busy the machine is.
    ProcessorTime(Duration),
}

/// `30 s of real time`.
impl fmt::Display for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Patience::RealTime(time) => write!(f, "{} s of real time", time.as_secs()),
            Patience::ProcessorTime(time) => write!(f, "{} s of processor time", time.as_secs()),
        }
    }
}

/// Plays one run from beginning to end, on this thread.
///
/// `listener` hears of every event, after the rules did; `pulse` tells of every step to someone who
/// watches from another thread.
pub fn play(
    test: &Test,
    player: Player,
    seed: Seed,
    listener: Option<Rc<RefCell<dyn Sink>>>,
    pulse: Option<Arc<Pulse>>,
) -> Run {
    let clock = Rc::new(Clock::default());
    // The course looks at the time when a test ends; what never ends, ends here.
    let limits = Limits { virtual_time: test.time_limit, ..Limits::default() };
    let simulation = Simulation::new(clock.clone(), seed.stream("scheduler"), limits, pulse.clone());
    let stage = Stage::set(simulation.handle(), clock, listener, test, player, seed);
    let ended = panics::catch(|| simulation.run(stage.sim.group("scenario"), stage.perform(test)));
    let run = stage.conclude(test, ended, pulse.as_deref());
    // What the implementation's destructors do, they may do wrong as well.
    let _ = panics::catch(|| drop(simulation));
    let _ = panics::catch(|| drop(stage));
    run
}

/// The service above each Raft, where the test is one of the service.
///
/// # Panics
/// If the implementation has none: whoever selects tests looks after that.
fn kv_setup(test: &Test, submission: Submission) -> Option<KvSetup> {
    if !test.needs_kv() {
        return None;
    }
    let MakeKv { server, clerk } = submission.kv.expect("tests of the service are for who has one");
    // None stands as zero in a lab file.
    let limit = test.parameters.get("max_raft_state").copied().filter(|limit| *limit > 0);
    Some(KvSetup { server, clerk, max_raft_state: limit.map(|limit| limit as usize) })
}

/// Everything of one run that outlives its simulation's end.
struct Stage {
    sim: Sim,
    trace: Rc<Trace>,
    watch: Rc<RefCell<Watch>>,
    cluster: Rc<Cluster>,
    /// What the scenario said in the end.
    verdict: Rc<OnceCell<Step>>,
    rules: Rules,
}

impl Stage {
    fn set(
        sim: Sim,
        clock: Rc<Clock>,
        listener: Option<Rc<RefCell<dyn Sink>>>,
        test: &Test,
        player: Player,
        seed: Seed,
    ) -> Stage {
        let (watch, mut sinks) = watch(player.rules, &sim);
        let wants = Wants { log_lines: listener.is_some(), inspections: player.rules == Rules::All };
        sinks.extend(listener);
        let trace = Trace::new(clock, sinks, wants);
        let setup = Setup {
            servers: test.servers,
            unreliable: test.unreliable,
            snapshots: test.snapshots,
            latency: test.latency.clone(),
            seed,
            make: player.submission.raft,
            kv: kv_setup(test, player.submission),
        };
        let harness = sim.group("harness");
        let cluster = Cluster::new(sim.clone(), harness, trace.clone(), setup);
        Stage { sim, trace, watch, cluster, verdict: Rc::new(OnceCell::new()), rules: player.rules }
    }

    /// The scenario, from construction to its verdict.
    fn perform(&self, test: &Test) -> impl Future<Output = ()> + 'static {
        let (cluster, verdict) = (self.cluster.clone(), self.verdict.clone());
        let tester = Tester::new(self.cluster.clone(), test.parameters.clone());
        let play = test.scenario.play;
        async move {
            let played = match cluster.construct() {
                Ok(()) => play(tester).await,
                Err(failure) => Err(failure),
            };
            let _ = verdict.set(played);
        }
    }

    /// Puts together how the run ended. The first thing that went wrong ended it, so there is
    /// only one.
    fn conclude(&self, test: &Test, ended: Result<End, Panic>, pulse: Option<&Pulse>) -> Run {
        let now = self.trace_end();
        let mut watch = self.watch.borrow_mut();
        if self.rules == Rules::All {
            // Only here: the implementation's destructors are still to come, and may never end.
            pulse.inspect(|pulse| pulse.set_judged(true));
            watch.finish(now);
            pulse.inspect(|pulse| pulse.set_judged(false));
        }
        let mut outcome = match (watch.violation(), ended) {
            (Some(violation), _) => self.violated(violation.into()),
            (None, Err(panic)) => self.panicked(&panic),
            (None, Ok(end)) => self.ended(test, end),
        };
        outcome = unless_undecided(outcome, watch.undecided().map(|why| self.undecided(why)));
        if let Some(finding) = outcome.finding_mut() {
            if finding.rule != NOT_WRITTEN {
                finding.circumstances = Some(self.cluster.circumstances(&finding.servers));
            }
            let text = format!("{}: {}", finding.rule, finding.evidence.join("; "));
            drop(watch);
            self.trace.emit(&Event::CheckFailed { text: &text });
            watch = self.watch.borrow_mut();
        }
        Run {
            outcome,
            digest: self.trace.digest(),
            events: self.trace.events(),
            figures: self.cluster.figures(),
            reelections: watch.reelections().to_vec(),
            shown: watch.shown(),
        }
    }

    fn trace_end(&self) -> Instant {
        self.sim.now()
    }

    fn ended(&self, test: &Test, end: End) -> Outcome {
        if let Some(failure) = self.cluster.aborted() {
            return Outcome::Failed((&*failure).into());
        }
        match end {
            End::Finished | End::Stopped => match self.verdict.get() {
                Some(Ok(())) => Outcome::Passed,
                Some(Err(failure)) => self.or_deadlock(Outcome::Failed, failure.into()),
                None => unreachable!("a run is stopped only for a reason that was looked at before"),
            },
            End::OverLimit(Limit::VirtualTime, _) => {
                let failure = self.cluster.out_of_time(test.time_limit);
                self.or_deadlock(Outcome::Failed, (&failure).into())
            }
            End::Deadlocked => Outcome::Stuck(self.deadlocked(test)),
            End::OverLimit(limit, culprit) => Outcome::OverLimit(self.over(limit, &culprit)),
        }
    }

    /// A broken rule is the outcome, unless it only demands that something happens, and a deadlock is
    /// why nothing does. If it came to light only in the end, the scenario may have noticed, too.
    fn violated(&self, mut finding: Finding) -> Outcome {
        if let Some(Err(Failure { check, evidence, .. })) = self.verdict.get() {
            let check = format!("the test's own check `{check}` was not met either: {}", evidence.join("; "));
            finding.evidence.push(check);
        }
        if LIVENESS.contains(&&*finding.rule) {
            return self.or_deadlock(Outcome::Violated, finding);
        }
        Outcome::Violated(finding)
    }

    /// What a finding would be as an `outcome`, or the deadlock that is behind it.
    fn or_deadlock(&self, outcome: fn(Finding) -> Outcome, finding: Finding) -> Outcome {
        let dead = self.cluster.deadlocked();
        if dead.is_empty() { outcome(finding) } else { Outcome::Stuck(standing::deadlock(&dead, &finding)) }
    }

    /// Nothing at all can happen any more, in the whole run.
    fn deadlocked(&self, test: &Test) -> Finding {
        let tasks = self.sim.tasks();
        let mut evidence = vec![format!(
            "the scenario `{}` waits, but nothing can ever happen again: no task is ready and no timer runs",
            test.scenario.name
        )];
        evidence.extend(standing::sentences(&tasks));
        let first = tasks.iter().find(|task| server_of_group(&task.group).is_some());
        Finding { place: first.map(|task| task.place().to_string()), ..self.finding("deadlock", None, evidence) }
    }

    /// Nothing is known to be wrong, but it is not known to be right.
    fn undecided(&self, why: &str) -> Finding {
        let evidence = vec![
            "whether what clients were told is linearizable could not be decided within the search's budget".to_owned(),
            why.to_owned(),
        ];
        self.finding("limit linearizability_search", None, evidence)
    }

    fn over(&self, limit: Limit, culprit: &str) -> Finding {
        let mut evidence = vec![format!("{} (limit {limit}, reached while {culprit} was at work)", limit.meaning())];
        let mut place = None;
        let most = match limit {
            Limit::PollsPerInstant => {
                let task = self.sim.spinning();
                evidence.extend(task.as_ref().map(standing::spinning));
                place = task.map(|task| task.place());
                None
            }
            Limit::Tasks => standing::most(standing::spawned(&self.tasks_of(culprit))).zip(Some("tasks were spawned")),
            Limit::Messages => standing::most(self.cluster.calls_by_place()).zip(Some("calls in flight were made")),
            Limit::VirtualTime | Limit::Steps => None,
        };
        if let Some(((most, count), what)) = most {
            evidence.push(format!("{count} {what} at {most}"));
            place = Some(most);
        }
        let place = place.map(ToString::to_string);
        Finding { place, ..self.finding(&format!("limit {limit}"), Some(culprit), evidence) }
    }

    fn tasks_of(&self, group: &str) -> Vec<Standing> {
        self.sim.tasks().into_iter().filter(|task| *task.group == *group).collect()
    }

    fn panicked(&self, panic: &Panic) -> Outcome {
        let culprit = self.sim.at_work();
        let who = culprit.as_deref().unwrap_or("the harness");
        let mut evidence = evidence(who, panic);
        let mut rule = if panic.not_written().is_some() { NOT_WRITTEN } else { "panic" };
        if rule != NOT_WRITTEN
            && let Some(spawned) = self.sim.task_at_work()
        {
            evidence.push(format!("at work was the task spawned at {spawned}"));
        }
        if panic.is_double_borrow() {
            let (name, more) = self.borrowed(panic, who);
            rule = name;
            evidence.extend(more);
        }
        let place = Some(panic.place.clone());
        Outcome::Panicked(Finding { place, ..self.finding(rule, culprit.as_deref(), evidence) })
    }

    /// What is behind a second borrow, in code of the group called `who`.
    fn borrowed(&self, panic: &Panic, who: &str) -> (&'static str, Vec<String>) {
        let waiting: Vec<Standing> = self.tasks_of(who).into_iter().filter(|task| !task.is_ready).collect();
        // What the panicking code itself held, it has let go. Who holds it now, waits.
        let again = server_of_group(who).map(|server| panics::catch(|| self.cluster.look(server)));
        let is_held = matches!(again, Some(Err(panic)) if panic.is_double_borrow());
        standing::borrowed(panic, &waiting, is_held)
    }

    /// What is wrong at the run's end, while the tasks of `culprit` were at work.
    fn finding(&self, rule: &str, culprit: Option<&str>, evidence: Vec<String>) -> Finding {
        let servers = culprit.and_then(server_of_group).into_iter().collect();
        Finding { at: Some(self.sim.now()), servers, ..Finding::new(rule, evidence) }
    }
}

/// How a run ended of which nothing wrong is known, if something could not be decided: it did not pass.
fn unless_undecided(outcome: Outcome, undecided: Option<Finding>) -> Outcome {
    match undecided {
        Some(finding) if outcome.passed() => Outcome::OverLimit(finding),
        _ => outcome,
    }
}

/// What there is to say about a panic.
fn evidence(who: &str, panic: &Panic) -> Vec<String> {
    if let Some(text) = panic.not_written() {
        return vec![text.to_owned(), format!("write this at {}", panic.place)];
    }
    vec![format!("{who} panicked at {}: {}", panic.place, panic.message)]
}

type Sinks = Vec<Rc<RefCell<dyn Sink>>>;

/// The rules that watch, and what they listen with.
fn watch(rules: Rules, sim: &Sim) -> (Rc<RefCell<Watch>>, Sinks) {
    match rules {
        Rules::None => (Rc::default(), vec![]),
        Rules::All => {
            let watch = Rc::new(RefCell::new(Watch::all()));
            let stop = StopOnViolation { watch: watch.clone(), sim: sim.clone() };
            (watch.clone(), vec![watch, Rc::new(RefCell::new(stop))])
        }
    }
}

/// Ends the run as soon as a rule is broken: the first evidence is the best.
struct StopOnViolation {
    watch: Rc<RefCell<Watch>>,
    sim: Sim,
}

impl Sink for StopOnViolation {
    fn event(&mut self, _: Instant, _: &Event<'_>) {
        if self.watch.borrow().violation().is_some() {
            self.sim.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_decided_is_no_pass_and_hides_nothing() {
        let undecided = || Some(Finding::new("limit linearizability_search", vec![]));
        assert_eq!(unless_undecided(Outcome::Passed, None), Outcome::Passed);
        assert_eq!(unless_undecided(Outcome::Passed, undecided()).name(), "over-limit");
        let failed = Outcome::Failed(Finding::new("appends", vec![]));
        assert_eq!(unless_undecided(failed.clone(), undecided()), failed);
    }
}
