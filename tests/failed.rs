//! `raftlab test --failed`: what failed in the last campaign comes first.

mod common;

use common::{Bench, Ended};

const PASSES: &str = "2A/initial-election";
const FAILS: &str = "2C/persist1";

/// A campaign of six runs in `out`, of a Raft that loses what it saves: three of them fail.
fn failing() -> Bench {
    let bench = Bench::impostor("forgets-everything");
    let campaign = ["test", PASSES, FAILS, "-n", "3", "--rules", "none", "--seed", "77", "--out", "out"];
    bench.run(&campaign).says(1, &["6 runs: 3 passed, 3 failed"]);
    bench
}

/// `raftlab test --failed…` with JSON.
fn repeat(bench: &Bench, arguments: &[&str]) -> Ended {
    bench.run(&[&["test", "--message-format", "json"], arguments].concat())
}

/// Tests and iterations, in the order in which they ended.
fn runs(ended: &Ended) -> Vec<(String, u64)> {
    let text = |run: &serde_json::Value| run["test"].as_str().expect("it has a name").to_owned();
    ended.json_of("run").iter().map(|run| (text(run), run["iteration"].as_u64().expect("it is counted"))).collect()
}

/// The three runs that failed, in any order.
fn is_failures(runs: &[(String, u64)]) -> bool {
    let mut runs = runs.to_vec();
    runs.sort();
    runs == [1, 2, 3].map(|iteration| ("persist1".to_owned(), iteration))
}

#[test]
fn failures_that_still_fail_are_all_that_is_played() {
    let bench = failing();
    let ended = repeat(&bench, &["--failed=out", "--out", "two"]);
    ended.says(1, &["3 runs failed in out; played first", "3 of 3 still fail", "incomplete: 6 runs were planned"]);
    assert!(is_failures(&runs(&ended)), "{:?}", runs(&ended));
    let seeds = |ended: &Ended| {
        let mut seeds: Vec<String> = ended.json_of("run").iter().map(|run| run["seed"].to_string()).collect();
        seeds.sort();
        seeds
    };
    let again = bench.run(&["test", FAILS, "-n", "3", "--seed", "77", "--traces", "none", "--message-format", "json"]);
    assert_eq!(seeds(&ended), seeds(&again));
    // What goes on from there knows what the whole campaign was.
    let third = repeat(&bench, &["--failed=two", "--out", "three"]);
    third.says(1, &["3 runs failed in two; played first", "incomplete: 6 runs were planned"]);
}

#[test]
fn once_they_pass_the_campaign_goes_on_and_plays_each_run_once() {
    let mut bench = failing();
    bench.becomes("reference");
    let ended = repeat(&bench, &["--failed=out", "--out", "two"]);
    let says = ["3 runs passed that had failed; the campaign goes on", "6 runs passed, 0 failed", "--rules none"];
    ended.says(0, &says);
    assert!(ended.stderr.contains("seed 0x000000000000004d"), "{}", ended.stderr);
    let runs = runs(&ended);
    assert_eq!(runs.len(), 6);
    assert!(is_failures(&runs[..3]), "{runs:?}");
    assert!(runs[3..].iter().all(|(test, _)| test == "initial-election"), "{runs:?}");
    // The order of runs changes nothing in what they come to.
    let digest = |ended: &Ended| ended.json_of("summary")[0]["digest"].clone();
    let whole = ["test", PASSES, FAILS, "-n", "3", "--rules", "none", "--seed", "77", "--out", "whole"];
    assert_eq!(digest(&bench.run(&[&whole[..], &["--message-format", "json"]].concat())), digest(&ended));
    repeat(&bench, &["--failed=two", "--out", "three"]).says(0, &["nothing failed in two", "6 runs passed"]);
}

#[test]
fn the_last_campaign_is_the_one_that_ended_last() {
    let mut bench = Bench::impostor("panics");
    bench.run(&["test", PASSES, "-n", "1", "--failed"]).says(1, &["there is no campaign in raftlab-runs yet"]);
    // Whatever it is called.
    bench.run(&["test", PASSES, "-n", "2", "--out", "raftlab-runs/0"]).says(1, &[]);
    bench.run(&["test", "--failed"]).says(1, &["2 runs failed in raftlab-runs/0; played first", "2 of 2 still fail"]);
    bench.becomes("reference");
    bench.run(&["test", "--failed"]).says(0, &["2 runs failed in raftlab-runs/2", "2 runs passed, 0 failed"]);
    bench.run(&["test", "--failed", PASSES]).says(0, &["nothing failed in raftlab-runs/2", "2 runs passed"]);
}

#[test]
fn what_is_typed_counts_more_than_what_was() {
    let mut bench = failing();
    bench.becomes("reference");
    let other = repeat(&bench, &["--failed=out", "2A", "-k", "initial", "-n", "1", "--out", "other"]);
    other.says(0, &["3 runs failed in out, none of what is selected here", "1 run passed"]);
    let more = repeat(&bench, &["--failed=out", "-n", "4", "-k", "persist1", "--out", "more"]);
    more.says(0, &["3 runs failed in out; played first", "4 runs passed"]);
    let slice = repeat(&bench, &["--failed=out", "--partition", "2/3", "--out", "slice"]);
    slice.says(0, &["those that are selected here, 1, are played first", "2 runs passed"]);
    // And it is kept for the next time.
    repeat(&bench, &["--failed=slice", "--out", "again"]).says(0, &["slice:2/3", "2 runs passed"]);
}

#[test]
fn the_edition_and_determinism_are_kept() {
    let mut bench = Bench::impostor("asks-the-system");
    let campaign = ["test", "3A/initial-election", "--edition", "2024", "-n", "2", "--check-determinism"];
    bench.run(&[&campaign[..], &["--out", "out"]].concat()).says(1, &["NONDETERMINISTIC"]);
    let again = bench.run(&["test", "--failed=out", "--out", "two"]);
    again.says(1, &["3A/initial-election x 2 iterations", "NONDETERMINISTIC", "2 of 2 still fail"]);
    bench.becomes("reference");
    bench.run(&["test", "--failed=out", "--out", "three"]).says(0, &["2 runs passed, 0 failed"]);
}

#[test]
fn what_cannot_be_repeated_is_refused_before_anything_is_played() {
    let bench = failing();
    let refused = |options: &[&str], parts: &[&str]| {
        bench.run(&[&["test", "--out", "two"], options].concat()).says(2, parts);
        assert!(!bench.path("two").exists(), "{options:?}");
    };
    let first = "what failed in out cannot be played first";
    refused(&["--failed=out", "--seed", "78"], &[first, "its seed is 0x000000000000004d, not 0x000000000000004e"]);
    refused(&["--failed=out", "--rules", "all"], &[first, "it was played with --rules none"]);
    refused(&["--failed=out", "-n", "2"], &[first, "iteration 3 of 2C/persist1 is among it", "--iterations"]);
    refused(&["--failed=nowhere"], &["nowhere holds no campaign"]);
    refused(&["--failed=out", "--resume"], &["cannot be used with"]);
}

#[test]
fn a_lab_that_has_changed_is_refused() {
    let bench = Bench::impostor("panics");
    let lab = include_str!("../labs/2A.toml").replacen("part = \"2A\"", "part = \"X\"", 1);
    bench.write("my lab.toml", &lab);
    bench.run(&["test", "X/re-election", "-n", "1", "--lab", "my lab.toml", "--out", "out"]).says(1, &[]);
    let repeat = ["test", "--failed=out", "--traces", "none"];
    bench.run(&repeat).says(1, &["1 run failed in out; played first", "1 of 1 still fail"]);
    bench.write("my lab.toml", &lab.replace("servers = 3", "servers = 5"));
    bench.run(&repeat).says(2, &["X/re-election is another test now", "its lab, or raftlab, has changed"]);
    std::fs::remove_file(bench.path("my lab.toml")).expect("it is there");
    bench.run(&repeat).says(2, &["cannot read the lab file my lab.toml"]);
}
