//! The reference passes what once went wrong.

use std::collections::BTreeSet;
use std::path::Path;

use raftlab::api::Submission;
use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab};
use raftlab::runner::{Player, play};
use serde::Deserialize;

#[path = "../labs/reference/src/raft/mod.rs"]
mod raft;

#[path = "../labs/reference/src/kv/mod.rs"]
mod kv;

/// `tests/pinned.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    run: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    /// The test's path.
    test: String,
    seed: String,
    /// What was wrong.
    what: String,
}

fn pinned() -> Vec<Run> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pinned.toml");
    let text = std::fs::read_to_string(path).expect("it can be read");
    toml::from_str::<Pinned>(&text).expect("it has the form that this test thinks").run
}

#[test]
fn passes_what_once_went_wrong() {
    let lab = Lab::course(Edition::To2023);
    for Run { test: path, seed, what } in pinned() {
        let test = lab.tests().find(|test| test.path() == path).unwrap_or_else(|| panic!("{path} is no test"));
        let seed: Seed = seed.parse().unwrap_or_else(|error| panic!("{path}: {seed} is no seed: {error}"));
        let player = Player::of(Submission::raft(raft::make).with_kv(kv::make_server, kv::make_clerk));
        let run = play(test, player, seed, None, None);
        assert!(run.outcome.passed(), "{path} {seed}, {what}: {:?}", run.outcome);
    }
}

#[test]
fn each_is_there_once_with_a_sentence() {
    let mut seen = BTreeSet::new();
    for Run { test, seed, what } in pinned() {
        assert!(!what.trim().is_empty(), "{test} {seed} does not say what it was");
        assert!(seen.insert((test.clone(), seed.clone())), "{test} {seed} is there twice");
    }
    assert!(seen.len() >= 4, "seeds are added, not taken away");
}
