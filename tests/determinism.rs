//! The same seed gives the same run, whoever listens and however many workers there are.

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab, Test};
use raftlab::runner::{
    self, Campaign, Controls, Keep, Listener, Planned, Player, Progress, Run, RunResult, Slice, Summary, TraceFolder,
    TraceOptions, play,
};
use raftlab::trace::TextSink;

#[path = "../labs/reference/src/raft/mod.rs"]
mod reference;

/// Of every part one test, in which much happens.
const TESTS: [&str; 6] =
    ["many-elections", "backup", "figure8-unreliable", "snapshot-install-un-crash", "late-messages", "swarm-5"];

fn tests() -> Vec<Arc<Test>> {
    let names = TESTS.map(str::to_owned);
    Lab::course(Edition::To2023).select(&names, None).expect("the course has them")
}

/// A run that somebody listens to, and what was heard.
fn traced(test: &Test, seed: Seed) -> (Run, String) {
    let sink = Rc::new(RefCell::new(TextSink::new(Vec::new())));
    let run = play(test, Player::watched(reference::make), seed, Some(sink.clone()), None);
    let text = sink.borrow_mut().finish().expect("memory does not fail").expect("it is finished once");
    (run, String::from_utf8(text).expect("a trace is text"))
}

#[test]
fn the_same_seed_gives_the_same_run_and_the_same_trace() {
    for test in tests() {
        let (first, first_text) = traced(&test, Seed(7));
        let (second, second_text) = traced(&test, Seed(7));
        assert_eq!(first, second, "{}", test.path());
        // Not by assert_eq, which would show megabytes.
        let differing = first_text.lines().zip(second_text.lines()).find(|(one, other)| one != other);
        assert_eq!(differing, None, "{}", test.path());
        assert_eq!(first_text.len(), second_text.len(), "{}", test.path());
        assert!(first_text.lines().count() > 100, "{}: the trace is short", test.path());
    }
}

#[test]
fn nobody_changes_a_run_by_listening() {
    for test in tests() {
        let (heard, _) = traced(&test, Seed(7));
        assert_eq!(heard, play(&test, Player::watched(reference::make), Seed(7), None, None), "{}", test.path());
    }
}

#[test]
fn another_seed_gives_another_run() {
    for test in tests() {
        let [one, other] = [7, 8].map(|seed| play(&test, Player::watched(reference::make), Seed(seed), None, None));
        assert_ne!(one.digest, other.digest, "{}", test.path());
    }
}

#[test]
fn workers_change_nothing_but_the_order() {
    let [one, two] = [1, 2].map(campaign);
    assert_eq!(one.digest(), two.digest());
    let sums = |summary: &Summary| -> Vec<String> {
        let tests = summary.tests.iter();
        tests
            .map(|test| {
                let reelections = [50, 99, 100].map(|percent| test.reelections.percentile(percent));
                let (time, counts) = (test.virtual_time, [test.played, test.passed, test.rpcs, test.bytes, test.ops]);
                format!("{} {time:?} {counts:?} {reelections:?} {:?}", test.test.path(), test.reelections.max())
            })
            .collect()
    };
    assert_eq!(sums(&one), sums(&two));
    assert_eq!((one.played(), one.failed(), one.is_incomplete()), (24, 0, false));
}

#[test]
fn a_campaign_of_another_seed_has_another_digest() {
    let campaign = |seed| {
        let test = Lab::course(Edition::To2023).tests().next().expect("there are tests").clone();
        play_campaign(vec![Planned { test, iterations: Some(2) }], seed, 1).digest()
    };
    assert_ne!(campaign(Seed(1)), campaign(Seed(2)));
}

fn campaign(jobs: usize) -> Summary {
    let tests = tests().into_iter().map(|test| Planned { test, iterations: Some(4) }).collect();
    play_campaign(tests, Seed(0x5eed), jobs)
}

fn play_campaign(tests: Vec<Planned>, seed: Seed, jobs: usize) -> Summary {
    let traces = TraceOptions { keep: Keep::Nothing, folder: PathBuf::new(), budget: 0 };
    let traces = Arc::new(TraceFolder::create(traces).expect("nothing is created"));
    let controls = Controls { interrupted: Arc::new(AtomicBool::new(false)), traces };
    let campaign = Campaign {
        tests,
        player: Player::watched(reference::make),
        seed,
        slice: Slice::WHOLE,
        jobs,
        check_determinism: false,
        max_failures: None,
        time_budget: None,
        patience: Duration::from_secs(600),
    };
    let progress = Progress::none(&campaign);
    runner::run(campaign, progress, controls, &mut Deaf).expect("threads can be started")
}

/// A listener to whom the sums at the end are enough.
struct Deaf;

impl Listener for Deaf {
    fn run_finished(&mut self, _: &RunResult, _: &Summary) {}
    fn trace_failed(&mut self, error: &io::Error) {
        panic!("no trace is kept: {error}");
    }
}
