//! The directed tests of parts 2X and 3X bring about the situations that they are for. None can be forced on
//! a Raft, so a test that never meets its own would pass for ever, and nobody would notice.

use std::cell::RefCell;
use std::rc::Rc;

use raftlab::api::Submission;
use raftlab::base::{Instant, Seed};
use raftlab::lab::{Edition, Lab, Test};
use raftlab::runner::{Player, play};
use raftlab::trace::{Event, Sink};
use regex::Regex;

#[path = "../labs/reference/src/kv/mod.rs"]
mod kv;
#[path = "../labs/reference/src/raft/mod.rs"]
mod reference;

const RUNS: u64 = 40;

/// Tests, what must be in what they say, and in how many of the runs at least. `crash` is a crash
/// that a save or a message brought on: a scenario itself acts at whole milliseconds only.
const SITUATIONS: [(&str, &str, u64); 25] = [
    (
        "vote-after-restart",
        r"lets go S\d -> S\d RequestVote#\d+; (keeps[^;]*; )*crash; (keeps[^;]*; )*start; lets go S\d -> S\d RequestVote",
        RUNS,
    ),
    (
        "term-after-restart",
        r"AppendEntries replies from S\d; (keeps[^;]*; )*crash; (keeps[^;]*; )*start; lets go S\d -> S\d Append",
        20,
    ),
    (
        "term-after-restart",
        r"replies from S\d to S\d; (keeps[^;]*; )*crash; (keeps[^;]*; )*start; lets go S\d -> S\d Append",
        30,
    ),
    ("crash-at-saves", r"will crash Before its save.*crash", RUNS),
    ("crash-at-saves", r"will crash After its save.*crash", RUNS),
    ("crash-at-saves", r"Tripwire at \d of requests from S\d; crash", 35),
    ("crash-at-saves-snapshots", r"Tripwire at \d of replies from S\d; crash", 35),
    ("deposed-one-way", r"lets go S\d -> S\d AppendEntries.*lets go S\d -> S\d reply to AppendEntries", RUNS),
    ("pauses", r"pause; resume", RUNS),
    ("tails-and-heartbeats", r"keeps S\d -> S\d AppendEntries.*resume", 25),
    ("late-messages", r"lets go S\d -> S\d AppendEntries", RUNS),
    ("late-messages", r"lets go S\d -> S\d InstallSnapshot", 25),
    ("late-messages", r"lets go S\d -> S\d RequestVote", RUNS),
    ("late-messages", r"lets go S\d -> S\d reply", 20),
    ("stale-replies", r"keeps S\d -> S\d reply to AppendEntries.*resume.*lets go S\d -> S\d reply", 12),
    ("slow-snapshots", r"keeps S\d -> S\d InstallSnapshot.*lets go S\d -> S\d InstallSnapshot", 35),
    ("late-snapshot", r"lets go S\d -> S\d InstallSnapshot#\d+; crashed; start", 30),
    ("swarm-5", r"pause.*resume", 10),
    ("swarm-5", r"will crash.*crash", 10),
    ("kv-late-copies", r"lets go C\d -> S\d ClientRequest", RUNS),
    ("kv-copies-and-snapshots", r"pause; pause; resume; resume; (lets go[^;]*; )*lets go C\d+ -> S\d", 30),
    ("kv-copies-and-snapshots", r"(crash(ed)?; ){3}start; .*lets go C\d+ -> S\d", RUNS),
    ("kv-deposed-reads", r"pause; resume", RUNS),
    ("kv-new-leader-reads", r"lets go S\d -> S\d reply to AppendEntries#\d+; (keeps[^;]*; )*crash(ed)?; .*start", RUNS),
    ("kv-swarm", r"lets go C\d -> S\d ClientRequest", 30),
];

/// What a scenario says and does to servers, in words.
#[derive(Default)]
struct Story(String);

impl Sink for Story {
    fn event(&mut self, at: Instant, event: &Event<'_>) {
        match event {
            Event::Step { text } => self.0 += &format!("{text}; "),
            Event::Crashed { .. } if at.as_micros().is_multiple_of(1_000) => self.0 += "crashed; ",
            Event::Crashed { .. } => self.0 += "crash; ",
            Event::Started { .. } => self.0 += "start; ",
            Event::Paused { .. } => self.0 += "pause; ",
            Event::Resumed { .. } => self.0 += "resume; ",
            _ => {}
        }
    }
}

fn story(test: &Test, seed: Seed) -> String {
    let story = Rc::new(RefCell::new(Story::default()));
    let submission = Submission::raft(reference::make).with_kv(kv::make_server, kv::make_clerk);
    let run = play(test, Player::of(submission), seed, Some(story.clone()), None);
    assert!(run.outcome.passed(), "{} {seed}: {:?}", test.path(), run.outcome);
    story.take().0
}

#[test]
fn every_situation_arises() {
    let lab = Lab::course(Edition::To2023);
    let mut missed = Vec::new();
    for (name, situation, wanted) in SITUATIONS {
        let situation = Regex::new(situation).expect("a valid pattern");
        let test = lab.tests().find(|test| test.info.name == name).expect("the test is there");
        let seeds = (1..=RUNS).map(|run| Seed(0x5eed).of_run(name, run));
        let met = seeds.filter(|seed| situation.is_match(&story(test, *seed))).count() as u64;
        if met < wanted {
            missed.push(format!("{name}: {situation} in {met} of {RUNS} runs, {wanted} were expected"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
