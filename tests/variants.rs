//! Raft leaves much open, and raftlab's rules must not be tailored to the reference: several correct
//! variants, none of them derived from it, pass every test.
//!
//! Each plays few iterations here; `variants/variants.rs` says how to play many.

use raftlab::api::MakeRaft;
use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab};
use raftlab::runner::{Player, play};

#[path = "variants/student/mod.rs"]
mod student;

const ITERATIONS: u64 = 6;

/// What a variant need not pass, and why.
const EXCLUDED: [(&str, &str, &str); 2] = [
    (
        "one-entry",
        "2C/figure8-unreliable",
        "some hundred entries must be found and replaced within ten seconds, while two thirds of the replies come \
         late: this test is why the course asks for more than one step per round trip",
    ),
    ("sends-twice", "2B/rpc-bytes", "the course asks that no command is sent twice"),
];

/// Runs that showed something to be wrong once, each with what it was.
const PINNED: [(&str, &str, u64, &str); 3] = [
    (
        "hesitant",
        "2X/timer-ties",
        0x3811_f649_785c_99b7,
        "an election timer ended while the leader's first message waited for its handler: the rule about stable \
         leaders took it for heard",
    ),
    ("hesitant", "2A/many-elections", 0x2a83_0ea2_ae3d_789d, "the same"),
    (
        "pre-vote",
        "2A/re-election",
        0x684b_7a26_f131_6e24,
        "the variant counted a pre-vote of an earlier term, and campaigned against the leader it had just elected",
    ),
];

fn make(variant: &str) -> MakeRaft {
    student::VARIANTS.into_iter().find(|(name, _)| *name == variant).expect("there is such a variant").1
}

#[track_caller]
fn passes(variant: &str) {
    let lab = Lab::course(Edition::To2023);
    // They are Rafts alone.
    for test in lab.tests().filter(|test| !test.needs_kv()) {
        if EXCLUDED.iter().any(|(name, path, _)| *name == variant && *path == test.path()) {
            continue;
        }
        for iteration in 1..=ITERATIONS {
            let seed = Seed(0x5eed).of_run(&test.info.name, iteration);
            let run = play(test, Player::watched(make(variant)), seed, None, None);
            assert!(run.outcome.passed(), "{variant}, {}, {seed}: {:?}", test.path(), run.outcome);
        }
    }
}

#[test]
fn plain() {
    passes("plain");
}

#[test]
fn pre_vote() {
    passes("pre-vote");
}

#[test]
fn one_entry() {
    passes("one-entry");
}

#[test]
fn slow() {
    passes("slow");
}

#[test]
fn pipelined() {
    passes("pipelined");
}

#[test]
fn hesitant() {
    passes("hesitant");
}

#[test]
fn check_quorum() {
    passes("check-quorum");
}

#[test]
fn sends_first() {
    passes("sends-first");
}

#[test]
fn slow_elections() {
    passes("slow-elections");
}

#[test]
fn sends_twice() {
    passes("sends-twice");
}

#[test]
fn what_once_went_wrong() {
    let lab = Lab::course(Edition::To2023);
    for (variant, path, seed, what) in PINNED {
        let test = lab.tests().find(|test| test.path() == path).expect("the test is there");
        let run = play(test, Player::watched(make(variant)), Seed(seed), None, None);
        assert!(run.outcome.passed(), "{variant}, {path}, {seed:#x}, {what}: {:?}", run.outcome);
    }
}

#[test]
fn what_is_excluded_is_there() {
    let lab = Lab::course(Edition::To2023);
    for (variant, path, _) in EXCLUDED {
        assert!(student::VARIANTS.iter().any(|(name, _)| *name == variant), "{variant}");
        assert!(lab.tests().any(|test| test.path() == path), "{path}");
    }
}
