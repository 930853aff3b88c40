//! Implementations that are wrong on purpose, and what raftlab must say of each: how their runs end.
//! Those that break a rule are for `rules.rs`. They stand in `tests/impostors`; `cargo build --example
//! impostors` before these tests are run alone.

mod common;

use common::Bench;
use common::expected::{Expected, expect};
use serde_json::Value;

#[test]
fn a_leader_that_nobody_follows_shares_its_term_with_nobody() {
    expect(Expected {
        impostor: "idle-leader",
        test: "2A/initial-election",
        outcome: "failed",
        rule: "same term",
        servers: &["S0", "S1", "S2"],
        evidence: "the servers are in different terms",
    });
}

#[test]
fn without_rules_a_leader_that_does_nothing_still_reaches_no_agreement() {
    let bench = Bench::impostor("idle-leader");
    let ended = bench.run(&["test", "2C/persist1", "-n", "1", "--traces", "none", "--rules", "none"]);
    ended.says(1, &["failed to reach agreement", "no rule was watched", "--rules none"]);
}

#[test]
fn a_panic_in_a_task_is_told_with_its_place() {
    expect(Expected {
        impostor: "panics",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "panic",
        servers: &["S1"],
        evidence: "panics.rs:15:13: this server has had enough",
    });
}

#[test]
fn a_panic_in_start_is_that_of_the_server() {
    expect(Expected {
        impostor: "panics-in-start",
        test: "2B/basic-agree",
        outcome: "panicked",
        rule: "panic",
        servers: &["S0"],
        evidence: "no place for 100",
    });
}

#[test]
fn a_panic_in_a_destructor_is_that_of_the_crashed_server() {
    expect(Expected {
        impostor: "drops-badly",
        test: "2C/persist1",
        outcome: "panicked",
        rule: "panic",
        servers: &["S0"],
        evidence: "the guard was dropped",
    });
}

/// When nobody crashed, the run was over before the first destructor ran, and nobody minds.
#[test]
fn panics_in_destructors_after_the_end_abort_nothing() {
    Bench::impostor("drops-badly").run(&["test", "2A", "-n", "3"]).says(0, &["9 runs passed, 0 failed"]);
}

#[test]
fn a_borrow_held_across_a_wait_is_the_deadlock_of_the_lab() {
    expect(Expected {
        impostor: "holds-borrow",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "panic",
        servers: &["S2"],
        evidence: "a borrow that lives across an `.await`",
    });
}

#[test]
fn spinning_is_noticed() {
    expect(Expected {
        impostor: "spins",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit polls_per_instant",
        servers: &["S1"],
        evidence: "something spins",
    });
}

#[test]
fn tasks_that_pile_up_are_noticed() {
    expect(Expected {
        impostor: "leaks-tasks",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit tasks",
        servers: &["S1"],
        evidence: "tasks pile up",
    });
}

#[test]
fn requests_that_pile_up_are_noticed() {
    expect(Expected {
        impostor: "floods",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit messages",
        servers: &["S1"],
        evidence: "RPCs pile up",
    });
}

#[test]
fn a_request_that_nobody_serves_is_named() {
    expect(Expected {
        impostor: "no-handler",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "panic",
        servers: &["S2"],
        evidence: "S2.1 has no handler for Ping",
    });
}

#[test]
fn what_no_seed_decides_is_named_with_the_first_difference() {
    let bench = Bench::impostor("nondeterministic");
    let arguments = ["test", "2A/initial-election", "-n", "2", "--message-format", "json"];
    let unnoticed = bench.run(&arguments);
    unnoticed.says(0, &["2 runs passed"]);
    let ended = bench.run(&[&arguments[..], &["--check-determinism"]].concat());
    ended.says(1, &["NONDETERMINISTIC 2A/initial-election", "something other than `ctx` decides"]);
    for run in ended.json_of("run") {
        let evidence = run["failure"]["evidence"].as_array().expect("there is some");
        let (once, again) = (evidence[1].as_str().unwrap_or_default(), evidence[2].as_str().unwrap_or_default());
        assert_eq!(
            (run["outcome"].as_str(), run["failure"]["rule"].as_str()),
            (Some("nondeterministic"), Some("determinism"))
        );
        assert!(once.starts_with("once:  ") && again.starts_with("again: "), "{evidence:?}");
        assert!(once.contains("Ping") || again.contains("Ping"), "{evidence:?}");
    }
    // Played once it would pass, so the command that repeats it plays it twice.
    let replayed = bench.run(&["replay", "2A/initial-election", "--iteration", "1", "--check-determinism"]);
    replayed.says(1, &["NONDETERMINISTIC 2A/initial-election", "--check-determinism"]);
}

/// Neither the stuck run nor the next one of its test keeps others from being played.
#[test]
fn a_run_that_never_yields_is_given_up_and_named() {
    let bench = Bench::impostor("never-yields");
    let campaign = ["test", "2A", "-n", "2", "-j", "2", "--stuck-after", "1s", "--message-format", "json"];
    let ended = bench.run(&campaign);
    ended
        .says(1, &["STUCK 2A/many-elections", "never yields", "a loop without `.await`", "6 runs: 4 passed, 2 failed"]);
    let outcomes: Vec<(Value, Value)> =
        ended.json_of("run").iter().map(|run| (run["test"].clone(), run["outcome"].clone())).collect();
    for (test, outcome) in outcomes {
        assert_eq!(outcome == "stuck", test == "many-elections", "{test} {outcome}");
    }
}

/// The trace up to the endless step is there.
#[test]
fn a_replay_that_never_yields_is_given_up_after_what_it_did() {
    let bench = Bench::impostor("never-yields");
    let arguments = ["replay", "2A/many-elections", "--iteration", "1", "--stuck-after", "1s"];
    let ended = bench.run(&arguments);
    ended.says(1, &["STUCK 2A/many-elections", "never yields"]);
    assert!(ended.text().contains("TEST scenario begins\n"), "{}", ended.text());
}

#[test]
fn the_honest_one_passes() {
    Bench::impostor("reference")
        .run(&["test", "-n", "1", "--check-determinism"])
        .says(0, &["52 runs passed, 0 failed"]);
}
