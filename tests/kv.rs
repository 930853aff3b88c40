//! The key/value service of labs 3A and 3B, and what 3X asks of it beyond the course: the reference passes,
//! what is wrong is caught, and who has none is told so. The services stand in `tests/impostors`; `cargo build
//! --example impostors` before these tests are run alone.

mod common;

use common::Bench;
use common::expected::{Expected, expect};

const QUIET: [&str; 3] = ["--traces", "none", "--no-progress"];

fn test(bench: &Bench, names: &[&str]) -> common::Ended {
    bench.run(&[&["test"], names, &QUIET].concat())
}

#[test]
fn the_reference_passes() {
    test(&Bench::new(), &["3A", "3B", "-n", "2"]).says(0, &["46 runs passed, 0 failed"]);
    test(&Bench::new(), &["3X", "-n", "10"]).says(0, &["100 runs passed, 0 failed"]);
}

#[test]
fn so_does_another_right_service() {
    test(&Bench::impostor("kv-honest"), &["3A", "3B", "-n", "1"]).says(0, &["23 runs passed, 0 failed"]);
    test(&Bench::impostor("kv-honest"), &["3X", "-n", "10"]).says(0, &["100 runs passed, 0 failed"]);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let ended =
        test(&Bench::new(), &["kv-random-keys", "kv-snapshot-random-keys", "3X", "-n", "2", "--check-determinism"]);
    ended.says(0, &["24 runs passed, 0 failed"]);
}

#[test]
fn later_editions_call_the_parts_4a_and_4b() {
    let ended = test(&Bench::new(), &["TestBasic4A", "4B/kv-snapshot-size", "-n", "1", "--edition", "2024"]);
    ended.says(0, &["4A/kv-basic", "4B/kv-snapshot-size", "2 runs passed"]);
}

#[test]
fn who_has_no_service_is_told_what_to_do() {
    let bench = Bench::impostor("reference");
    let told = ["3A/kv-basic tests a key/value service, and this implementation has none", "with_kv("];
    test(&bench, &["3A", "-n", "1"]).says(2, &told);
    bench.run(&["replay", "3A/kv-basic", "--seed", "7"]).says(2, &told);
}

#[test]
fn who_has_no_service_is_asked_for_none_beside_other_tests() {
    for names in [&["all"][..], &["2A", "3A"]] {
        let ended = test(&Bench::impostor("reference"), &[names, &["-n", "1"]].concat());
        ended.says(0, &["0 failed"]);
        assert!(!ended.text().contains("kv-"), "{}", ended.text());
    }
}

/// What a service does wrong, what says so, and with which words.
struct Wrong {
    service: &'static str,
    test: &'static str,
    rule: &'static str,
    evidence: &'static str,
}

/// A rule is broken.
#[track_caller]
fn breaks(Wrong { service, test, rule, evidence }: Wrong) {
    expect(Expected { impostor: service, test, outcome: "violated", rule, servers: &[], evidence });
}

/// The same, and which server breaks it.
#[track_caller]
fn is_broken_by(server: &'static [&'static str], Wrong { service, test, rule, evidence }: Wrong) {
    expect(Expected { impostor: service, test, outcome: "violated", rule, servers: server, evidence });
}

/// A check of the course's is not met, whether or not a rule notices it first.
#[track_caller]
fn fails(Wrong { service, test, rule, evidence }: Wrong) {
    let bench = Bench::impostor(service);
    let ended = bench.run(&[&["test", test, "-n", "1", "--rules", "none"], &QUIET[..]].concat());
    ended.says(1, &["FAILED", rule, evidence]);
}

#[test]
fn a_write_that_is_answered_before_it_is_committed_is_lost() {
    let (service, test) = ("kv-answers-at-once", "3A/kv-restarts-partitions");
    breaks(Wrong { service, test, rule: "stale read", evidence: "a read that misses a write" });
    fails(Wrong { service, test, rule: "own value", evidence: "which nobody else writes" });
}

#[test]
fn a_write_that_is_done_again_is_there_twice() {
    for service in ["kv-repeats-writes", "kv-renumbers-tries"] {
        let (test, evidence) = ("3A/kv-one-key", "was appended once, and is in the value read 2 times");
        breaks(Wrong { service, test, rule: "exactly once", evidence: "2 times, but was written once" });
        // The violation says what the course would have said.
        breaks(Wrong { service, test, rule: "exactly once", evidence });
        fails(Wrong { service, test, rule: "appends", evidence });
    }
}

#[test]
fn a_read_without_the_others_ends_in_a_minority_and_gives_what_is_old() {
    let (service, test) = ("kv-reads-its-own-state", "3A/kv-one-partition");
    breaks(Wrong { service, test, rule: "stale read", evidence: "a Get ended in a minority" });
    fails(Wrong { service, test, rule: "no progress", evidence: "a Get ended in a minority" });
    let test = "3A/kv-unreliable";
    breaks(Wrong { service, test, rule: "stale read", evidence: "without C3's Append(4, " });
    fails(Wrong { service, test, rule: "own value", evidence: "it read nothing and had written" });
}

#[test]
fn a_snapshot_without_sessions_lets_a_write_be_done_again() {
    let (service, test) = ("kv-forgets-sessions", "3B/kv-snapshot-unreliable-recover");
    breaks(Wrong { service, test, rule: "exactly once", evidence: "2 times, but was written once" });
    fails(Wrong { service, test, rule: "appends", evidence: "was appended once, and is in the value read 2 times" });
}

#[test]
fn logs_are_cut_where_that_is_asked_for() {
    let service = "kv-never-snapshots";
    for (test, server) in [("3B/kv-snapshot-size", &["S0"]), ("3B/kv-snapshot-recover", &["S0"])] {
        let evidence = "8000 bytes are the most that is allowed";
        is_broken_by(server, Wrong { service, test, rule: "size limit", evidence });
        fails(Wrong { service, test, rule: "log trimmed", evidence: "8000 are the most that is allowed" });
    }
}

#[test]
fn snapshots_are_short_and_only_where_they_are_asked_for() {
    let (service, test) = ("kv-pads-snapshots", "3B/kv-snapshot-size");
    fails(Wrong { service, test, rule: "snapshot size", evidence: "500 are enough" });
    let (service, test) = ("kv-always-snapshots", "3A/kv-basic");
    is_broken_by(&["S2"], Wrong { service, test, rule: "size limit", evidence: "there are to be none" });
    fails(Wrong { service, test, rule: "no snapshot", evidence: "but there are to be none" });
}

#[test]
fn who_waits_for_ever_is_not_done_after_the_partition() {
    let service = "kv-waits-for-ever";
    let evidence = "a Put that waited for the partition has not ended 4s after it";
    fails(Wrong { service, test: "3A/kv-one-partition", rule: "completion", evidence });
    let evidence = "called at 002.032813, has not returned";
    fails(Wrong { service, test: "3A/kv-partitions", rule: "time limit", evidence });
}

#[test]
fn beyond_the_course_each_mistake_has_a_test_that_is_for_it() {
    for (service, test, rule, evidence) in [
        ("kv-repeats-writes", "3X/kv-late-copies", "appends", "was appended once, and is in the value read 2 times"),
        ("kv-forgets-sessions", "3X/kv-copies-and-snapshots", "appends", "is in the value read 2 times"),
        ("kv-reads-its-own-state", "3X/kv-deposed-reads", "value read", "was written before it asked"),
        ("kv-waits-for-ever", "3X/kv-no-more-commands", "completion", "has not ended 10s after nothing was in its way"),
    ] {
        fails(Wrong { service, test, rule, evidence });
    }
}

#[test]
fn a_clerk_that_gives_up_loses_its_write() {
    let (service, test) = ("kv-gives-up", "3B/kv-snapshot-size");
    breaks(Wrong { service, test, rule: "stale read", evidence: "nothing wrote " });
    fails(Wrong { service, test, rule: "value read", evidence: "; it must be " });
}

#[test]
fn a_server_without_a_raft_is_none() {
    expect(Expected {
        impostor: "kv-starts-no-raft",
        test: "3A/kv-basic",
        outcome: "failed",
        rule: "no raft",
        servers: &["S0"],
        evidence: "nobody called `boot.raft.start()`",
    });
}
