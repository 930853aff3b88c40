//! The reference: every rule of the paper stands where its table says, and every test of the
//! course passes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use raftlab::api::Submission;
use raftlab::base::Seed;
use raftlab::lab::{Edition, Lab, Test};
use raftlab::runner::{Player, Run, play};
use regex::Regex;

#[path = "../labs/reference/src/raft/mod.rs"]
mod raft;

#[path = "../labs/reference/src/kv/mod.rs"]
mod kv;

const ITERATIONS: u64 = 5;

/// Log indices that a test uses up when no command has to be submitted twice, or operations that its
/// clients count, as the scenario fixes it (and the course's own figures have it).
const OPS: [(&str, u64); 22] = [
    ("initial-election", 0),
    ("re-election", 0),
    ("many-elections", 0),
    ("basic-agree", 3),
    ("rpc-bytes", 11),
    ("follower-failure", 3),
    ("leader-failure", 3),
    ("fail-agree", 7),
    ("concurrent-starts", 6),
    ("rejoin", 4),
    ("backup", 102),
    ("count", 12),
    ("persist1", 6),
    ("persist2", 16),
    ("persist3", 4),
    ("unreliable-agree", 246),
    ("kv-speed", 0),
    ("kv-one-key", 52),
    ("kv-one-partition", 8),
    ("kv-snapshot-rpc", 63),
    ("kv-snapshot-size", 800),
    ("kv-snapshot-speed", 0),
];

#[test]
fn passes_every_test_of_the_course() {
    for test in Lab::course(Edition::To2023).tests() {
        for run in runs(test) {
            assert!(run.outcome.passed(), "{}: {:?}", test.path(), run.outcome);
            assert!(run.figures.virtual_time <= test.time_limit, "{}: {:?}", test.path(), run.figures);
        }
    }
}

#[test]
fn uses_as_many_indices_as_the_scenario_submits_commands() {
    let lab = Lab::course(Edition::To2023);
    for (name, expected) in OPS {
        let test = lab.tests().find(|test| test.info.name == name).expect("the course has it");
        let ops: Vec<u64> = runs(test).iter().map(|run| run.figures.ops).collect();
        // Some seeds make a leader lose its place, and a command is submitted again.
        assert_eq!(ops.iter().min(), Some(&expected), "{name}: {ops:?}");
    }
}

fn runs(test: &Test) -> Vec<Run> {
    let seeds = (1..=ITERATIONS).map(|iteration| Seed(0x5eed).of_run(&test.info.name, iteration));
    let player = Player::of(Submission::raft(raft::make).with_kv(kv::make_server, kv::make_clerk));
    seeds.map(|seed| play(test, player, seed, None, None)).collect()
}

#[test]
fn every_rule_stands_once_where_the_table_says() {
    let sources = sources();
    let table = table(&sources["mod"]);
    assert_eq!(table.len(), 26, "the table has another form than this test thinks");
    let mut standing: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for (file, text) in &sources {
        for (tag, function) in tags(text) {
            standing.entry(tag).or_default().push(Place { file: file.clone(), function });
        }
    }
    for (tag, place) in &table {
        assert_eq!(standing.get(tag).map(Vec::as_slice), Some(std::slice::from_ref(place)), "{tag}");
    }
    let unknown: Vec<&String> = standing.keys().filter(|tag| !table.contains_key(*tag)).collect();
    assert!(unknown.is_empty(), "not in the table: {unknown:?}");
}

/// Where a rule stands.
#[derive(PartialEq, Eq, Debug)]
struct Place {
    file: String,
    function: String,
}

/// The reference's sources, by the names of their modules.
fn sources() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/reference/src/raft");
    let files =
        fs::read_dir(folder).expect("the folder can be read").map(|entry| entry.expect("it can be read").path());
    let name = |path: &Path| path.file_stem().expect("files have names").to_string_lossy().into_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).expect("it can be read"))).collect()
}

/// The rows of the table in the module's head.
fn table(head: &str) -> BTreeMap<String, Place> {
    let row = Regex::new(r"(?m)^//! \| `([A-Z]+\.\w+)` \| .* \| `([\w:]+)` \|$").expect("a valid pattern");
    let rows = row.captures_iter(head).map(|row| {
        let path: Vec<&str> = row[2].split("::").collect();
        let file = if path.len() > 1 { path[0] } else { "mod" };
        let function = path[path.len() - 1].to_owned();
        (row[1].to_owned(), Place { file: file.to_owned(), function })
    });
    rows.collect()
}

/// The tags that comments of a source begin with, each with the function that it stands in or
/// above.
fn tags(text: &str) -> Vec<(String, String)> {
    let comment = Regex::new(r"^\s*(///?) `?([A-Z]+\.\d+[a-z]?)\b").expect("a valid pattern");
    let function = Regex::new(r"\bfn (\w+)").expect("a valid pattern");
    let lines: Vec<&str> = text.lines().collect();
    let name = |line: &&str| function.captures(line).map(|found| found[1].to_owned());
    let mut tags = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(found) = comment.captures(line) else { continue };
        let above = &found[1] == "///";
        let around =
            if above { lines[number..].iter().find_map(name) } else { lines[..number].iter().rev().find_map(name) };
        tags.push((found[2].to_owned(), around.unwrap_or_default()));
    }
    tags
}
