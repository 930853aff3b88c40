//! Implementations that are wrong on purpose, and what raftlab must say of each: how their runs end.
//! Those that break a rule are for `rules.rs`. They stand in `tests/impostors`; `cargo build --example
//! impostors` before these tests are run alone.

mod common;

use common::Bench;
use common::expected::{Expected, expect, place, stands_at};
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
    let failure = expect(Expected {
        impostor: "holds-across-await",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "borrowed across await",
        servers: &["S2"],
        evidence: "is held by a task that waits",
    });
    let holder = place("tests/impostors", "holds across await");
    let evidence = failure["evidence"].to_string();
    assert!(evidence.contains(&format!("waits for the `sleep` at {holder}")), "{holder} {evidence}");
}

/// What the tester cannot ask for may be held by who waits, or by who calls.
#[test]
fn a_borrow_out_of_sight_is_told_with_those_who_may_hold_it() {
    let failure = expect(Expected {
        impostor: "holds-out-of-sight",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "borrowed twice",
        servers: &["S2"],
        evidence: "a borrow that lives across an `.await`",
    });
    stands_at(&failure, "needs out of sight");
    let holder = place("tests/impostors", "holds out of sight");
    assert!(failure["evidence"].to_string().contains(&format!("waits for the `sleep` at {holder}")), "{failure}");
}

#[test]
fn a_call_back_into_a_borrowed_server_is_no_wait() {
    let failure = expect(Expected {
        impostor: "calls-back",
        test: "2A/initial-election",
        outcome: "panicked",
        rule: "borrowed twice",
        servers: &["S2"],
        evidence: "no other task of the server waits, so it is a call back into the server",
    });
    stands_at(&failure, "calls back");
}

#[test]
fn tasks_that_wait_for_each_other_are_a_deadlock() {
    let failure = expect(Expected {
        impostor: "deadlocks",
        test: "2A/initial-election",
        outcome: "stuck",
        rule: "deadlock",
        servers: &["S0", "S1", "S2"],
        evidence: "every task of S0.1, S1.1, S2.1 waits for another one",
    });
    stands_at(&failure, "deadlock");
    let evidence = failure["evidence"].to_string();
    assert!(evidence.contains("noticed by: "), "what showed it is told as well: {evidence}");
}

#[test]
fn spinning_is_noticed() {
    let failure = expect(Expected {
        impostor: "spins",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit polls_per_instant",
        servers: &["S1"],
        evidence: "something spins",
    });
    stands_at(&failure, "spins");
}

#[test]
fn tasks_that_pile_up_are_noticed() {
    let failure = expect(Expected {
        impostor: "leaks-tasks",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit tasks",
        servers: &["S1"],
        evidence: "tasks pile up",
    });
    stands_at(&failure, "leaks tasks");
}

#[test]
fn requests_that_pile_up_are_noticed() {
    let failure = expect(Expected {
        impostor: "floods",
        test: "2A/initial-election",
        outcome: "over-limit",
        rule: "limit messages",
        servers: &["S1"],
        evidence: "RPCs pile up",
    });
    stands_at(&failure, "floods");
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

/// The first run of a test is always played twice; the first difference is told, and the place that is
/// suspected.
#[track_caller]
fn is_nondeterministic(impostor: &'static str, what: &str, does: &str) {
    let bench = Bench::impostor(impostor);
    bench.holds_impostors();
    let ended = bench.run(&["test", "2A/initial-election", "-n", "2", "--message-format", "json"]);
    ended.says(1, &["NONDETERMINISTIC 2A/initial-election", "2 runs: 1 passed, 1 failed"]);
    let runs = ended.json_of("run");
    let [run] = &runs.iter().filter(|run| run["iteration"] == 1).collect::<Vec<_>>()[..] else { panic!("{runs:?}") };
    let failure = &run["failure"];
    assert_eq!((&run["outcome"], &failure["rule"]), (&"nondeterministic".into(), &"determinism".into()));
    let evidence: Vec<&str> = failure["evidence"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(evidence[0].contains("something other than `ctx` decides"), "{evidence:?}");
    assert!(evidence[1].starts_with("both:  "), "{evidence:?}");
    assert!(evidence[2].starts_with("once:  ") && evidence[3].starts_with("again: "), "{evidence:?}");
    assert!(evidence[2].contains("Ping") || evidence[3].contains("Ping"), "{evidence:?}");
    let (at, servers) = (failure["at_us"].as_u64().expect("it is known"), &failure["servers"]);
    let instant = format!("{:03}.{:06}", at / 1_000_000, at % 1_000_000);
    assert!(evidence[2].contains(&instant) || evidence[3].contains(&instant), "{failure}");
    assert!(servers.as_array().is_some_and(|servers| servers.contains(&"S0".into())), "{failure}");
    // All impostors are one package, so each is a suspect of the others.
    let place = place("src", what);
    let suspect = |sentence: &&str| sentence.starts_with(&format!("suspect: {place}"));
    let suspect = evidence.iter().copied().find(suspect).unwrap_or_else(|| panic!("{place} {evidence:?}"));
    assert!(suspect.contains(does), "{suspect}");
}

#[test]
fn iterating_a_hash_map_is_found() {
    is_nondeterministic("iterates-a-map", "hash map", "iterates a map or set");
    let bench = Bench::impostor("iterates-a-map");
    bench.holds_impostors();
    let ended = bench.run(&["test", "2A/initial-election", "-n", "1", "--message-format", "json"]);
    let place = place("src", "hash map");
    let told = ended.json_of("run")[0]["failure"]["place"].clone();
    assert!(told.as_str().is_some_and(|told| told.starts_with(&place)), "it is the first suspect: {told}");
}

#[test]
fn a_thread_is_found() {
    is_nondeterministic("spawns-a-thread", "thread", "uses threads");
}

#[test]
fn the_wall_clock_is_found() {
    is_nondeterministic("reads-the-clock", "wall clock", "reads the wall clock");
}

#[test]
fn randomness_of_the_system_is_found() {
    is_nondeterministic("asks-the-system", "os randomness", "draws random numbers");
}

#[test]
fn state_in_a_static_is_found() {
    is_nondeterministic("counts-its-lives", "static", "keeps state in a static");
}

#[test]
fn a_hash_map_that_shows_no_order_is_no_mistake() {
    let bench = Bench::impostor("looks-up-in-a-map");
    bench.run(&["test", "2A", "-n", "3", "--check-determinism"]).says(0, &["9 runs passed, 0 failed"]);
}

#[test]
fn every_run_is_played_twice_if_somebody_wants_that() {
    let bench = Bench::impostor("asks-the-system");
    let ended = bench.run(&["test", "2A/initial-election", "-n", "2", "--check-determinism"]);
    // Nobody knows where the sources are.
    ended.says(1, &["2 runs: 0 passed, 2 failed", "look for a HashMap"]);
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
    let at_work = place("tests/impostors", "never yields");
    for stuck in ended.json_of("run").iter().filter(|run| run["outcome"] == "stuck") {
        let failure = &stuck["failure"];
        assert!(failure["place"].as_str().is_some_and(|told| told.starts_with(&at_work)), "{at_work} {failure}");
        assert_eq!((&failure["servers"], failure["at_us"].as_u64()), (&["S0"].into(), Some(1_000_000)), "{failure}");
        assert!(failure["evidence"].to_string().contains("at work was S0.1, in the task spawned at"), "{failure}");
    }
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
