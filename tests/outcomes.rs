//! Implementations that are wrong on purpose, and what raftlab must say of each. They stand in
//! `tests/impostors`; `cargo build --example impostors` before these tests are run alone.

mod common;

use common::Bench;
use serde_json::Value;

/// What is to be said of an impostor.
struct Expected {
    impostor: &'static str,
    test: &'static str,
    outcome: &'static str,
    rule: &'static str,
    servers: &'static [&'static str],
    evidence: &'static str,
}

/// Plays one run of a test, asserts what is said of it, and that the printed command repeats it.
#[track_caller]
fn expect(expected: Expected) {
    let bench = Bench::impostor(expected.impostor);
    let ended = bench.run(&["test", expected.test, "-n", "1", "--out", "out", "--message-format", "json"]);
    ended.says(1, &["1 run: 0 passed, 1 failed", expected.rule, expected.evidence]);
    let [run] = &ended.json_of("run")[..] else { panic!("there was one run: {ended:?}") };
    let failure = &run["failure"];
    assert_eq!(run["outcome"], expected.outcome, "{failure}");
    assert_eq!(failure["rule"], expected.rule, "{failure}");
    assert_eq!(failure["servers"], Value::from(expected.servers), "{failure}");
    assert!(failure["at_us"].is_u64(), "{failure}");
    assert!(failure["evidence"].to_string().contains(expected.evidence), "{failure}");

    let command = failure["replay"].as_str().expect("there is a command");
    assert!(ended.stderr.contains(&format!("repeat  {command}\n")), "{}", ended.stderr);
    let again = bench.shell(command);
    again.says(1, &[]);
    assert_eq!(finding(&again.stderr), finding(&ended.stderr));
    let trace = std::fs::read(bench.path(run["trace"].as_str().expect("it left a trace"))).expect("it is there");
    assert!(again.stdout == trace, "the trace on stdout is not that of the campaign");
}

/// The lines between the head of a failure and what to do with it.
fn finding(stderr: &str) -> Vec<&str> {
    let is_end = |line: &&str| !line.starts_with("  trace ") && !line.starts_with("  repeat ");
    stderr.lines().skip_while(|line| !line.contains("iteration 1, seed")).skip(1).take_while(is_end).collect()
}

#[test]
fn silent_servers_do_not_elect_a_leader_in_time() {
    expect(Expected {
        impostor: "silent",
        test: "2B/basic-agree",
        outcome: "violated",
        rule: "re-election",
        servers: &["S0", "S1", "S2"],
        evidence: "5 s later still none of them serves",
    });
}

#[test]
fn a_term_with_two_leaders_has_one_too_many() {
    expect(Expected {
        impostor: "leader-always",
        test: "2A/initial-election",
        outcome: "violated",
        rule: "election safety",
        servers: &["S0", "S1"],
        evidence: "S1.1 became the leader of term 1",
    });
}

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
fn a_leader_that_does_nothing_does_not_speak_to_its_peers() {
    expect(Expected {
        impostor: "idle-leader",
        test: "2C/persist1",
        outcome: "violated",
        rule: "first heartbeat",
        servers: &["S0"],
        evidence: "had sent nothing to S1, S2",
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
fn different_commands_at_an_index_contradict_each_other() {
    expect(Expected {
        impostor: "wrong-command",
        test: "2A/initial-election",
        outcome: "violated",
        rule: "state machine safety",
        servers: &["S0", "S1"],
        evidence: "S1.1 applied 1 at index 1",
    });
}

#[test]
fn a_gap_is_out_of_order() {
    expect(Expected {
        impostor: "gap",
        test: "2A/initial-election",
        outcome: "violated",
        rule: "apply order",
        servers: &["S1"],
        evidence: "S1.1 applied 7 at index 2",
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
