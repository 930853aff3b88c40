//! Every rule is broken by an implementation that is wrong on purpose, and raftlab names the rule, the
//! servers and the evidence. They stand in `tests/impostors`; `cargo build --example impostors` before
//! these tests are run alone.

mod common;

use std::collections::BTreeSet;

use common::expected::{Expected, expect};

/// Makes a test of each, and a list of all, in which none of raftlab's rules may be missing.
macro_rules! broken {
    ($($name:ident: $expected:expr,)*) => {
        const BROKEN: &[Expected] = &[$($expected),*];

        $(#[test]
        fn $name() {
            expect($expected);
        })*
    };
}

#[test]
fn every_rule_is_broken_by_somebody() {
    let broken: BTreeSet<&str> = BROKEN.iter().map(|expected| expected.rule).collect();
    let rules: BTreeSet<&str> = raftlab::oracle::rules().map(|rule| rule.name).collect();
    assert_eq!(broken, rules);
}

broken! {
    a_term_with_two_leaders_has_one_too_many: Expected {
        rule: "election safety",
        impostor: "leader-always",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "S1.1 became the leader of term 1",
    },

    a_term_does_not_go_down_in_a_crash: Expected {
        rule: "term monotonicity",
        impostor: "forgets-everything",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "S0.2 reported term 0",
    },

    different_commands_at_an_index_contradict_each_other: Expected {
        rule: "state machine safety",
        impostor: "wrong-command",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "S1.1 applied 1 at index 1",
    },

    a_gap_is_out_of_order: Expected {
        rule: "apply order",
        impostor: "gap",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1"],
        evidence: "S1.1 applied 7 at index 2",
    },

    a_snapshot_arrives_as_it_was_taken: Expected {
        rule: "snapshot",
        impostor: "spoils-snapshots",
        test: "2D/snapshot-install",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "S1.1 applied a snapshot through index 9",
    },

    a_vote_is_given_once: Expected {
        rule: "vote uniqueness",
        impostor: "votes-twice",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1", "S0", "S2"],
        evidence: "S1.1 voted for S2 in term 1",
    },

    two_votes_of_five_are_no_majority: Expected {
        rule: "quorum certificate",
        impostor: "wins-with-one-vote",
        test: "2B/backup",
        outcome: "violated",
        servers: &["S0"],
        evidence: "it had 2 of 5 votes in that term, its own included: {S0, S1}",
    },

    who_does_not_lead_sends_no_heartbeats: Expected {
        rule: "message roles",
        impostor: "poses-as-leader",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0"],
        evidence: "as only the leader of that term may",
    },

    who_takes_an_append_is_in_its_term: Expected {
        rule: "term rule",
        impostor: "ignores-terms",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1", "S0"],
        evidence: "and still reported term 0 after that",
    },

    twenty_heartbeats_a_second_are_too_many: Expected {
        rule: "heartbeat rate",
        impostor: "beats-too-often",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "11 AppendEntries without entries",
    },

    a_follower_has_nothing_to_say_in_an_idle_cluster: Expected {
        rule: "idle traffic",
        impostor: "chatters",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1", "S0"],
        evidence: "in an idle cluster nobody else sends requests",
    },

    silent_servers_do_not_elect_a_leader_in_time: Expected {
        rule: "re-election",
        impostor: "silent",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S0", "S1", "S2"],
        evidence: "5 s later still none of them serves",
    },

    a_leader_whom_all_hear_does_not_resign: Expected {
        rule: "stable leader",
        impostor: "resigns",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0"],
        evidence: "S0.1 gave up its leadership",
    },

    a_command_that_was_accepted_is_applied: Expected {
        rule: "catch-up",
        impostor: "shelves-commands",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "nothing after it for 10 s",
    },

    a_leader_that_does_nothing_does_not_speak_to_its_peers: Expected {
        rule: "first heartbeat",
        impostor: "idle-leader",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "had sent nothing to S1, S2",
    },

    one_snapshot_is_not_sent_fifty_times_a_second: Expected {
        rule: "snapshot traffic",
        impostor: "repeats-snapshot",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "it had sent it 21 times",
    },

    a_write_that_comes_again_is_done_once: Expected {
        rule: "exactly once",
        impostor: "kv-repeats-writes",
        test: "3A/kv-one-key",
        outcome: "violated",
        servers: &[],
        evidence: "2 times, but was written once: C4's Append",
    },

    a_read_shows_what_was_written_before_it: Expected {
        rule: "stale read",
        impostor: "kv-reads-its-own-state",
        test: "3A/kv-unreliable",
        outcome: "violated",
        servers: &[],
        evidence: "although before that C2 read key 3",
    },

    what_is_read_was_written: Expected {
        rule: "linearizability",
        impostor: "kv-echoes-keys",
        test: "3A/kv-concurrent",
        outcome: "violated",
        servers: &[],
        evidence: "a value that nobody wrote",
    },

    a_service_cuts_the_log: Expected {
        rule: "size limit",
        impostor: "kv-never-snapshots",
        test: "3B/kv-snapshot-size",
        outcome: "violated",
        servers: &["S0"],
        evidence: "given Raft no snapshot of them",
    },

    what_is_shown_is_what_is_reported: Expected {
        rule: "state truth",
        impostor: "crowns-itself",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0"],
        evidence: "showed by `Raft::inspect` term 1 and the role of a Leader",
    },

    what_was_erased_is_not_said: Expected {
        rule: "durable before visible",
        impostor: "erases-itself",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0"],
        evidence: "saved by then were term 0, no vote",
    },

    what_was_acknowledged_survives_a_crash: Expected {
        rule: "durable acknowledgements",
        impostor: "forgets-log",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S1"],
        evidence: "after a restart, the log of S1.2 ends at index 0",
    },

    entries_keep_their_terms_in_a_crash: Expected {
        rule: "log matching",
        impostor: "restamps-log",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "they begin at index 1 in the log of S0.3",
    },

    a_leader_appends_entries_of_its_own_term: Expected {
        rule: "leader append-only",
        impostor: "appends-old-terms",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S2"],
        evidence: "it appended an entry of term 0 at index 1",
    },

    who_lacks_what_is_committed_does_not_win: Expected {
        rule: "leader completeness",
        impostor: "wins-empty-handed",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "became leader of term 2, and its log ends at index 0",
    },

    what_the_leader_alone_has_is_not_committed: Expected {
        rule: "commit certificate",
        impostor: "commits-at-once",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S2"],
        evidence: "of 3 servers only S2 has that entry",
    },

    what_is_not_committed_is_not_applied: Expected {
        rule: "commit rule",
        impostor: "applies-at-once",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S2"],
        evidence: "it applied index 1",
    },

    a_snapshot_that_nobody_installed_is_not_replicated: Expected {
        rule: "match truth",
        impostor: "ignores-snapshots",
        test: "2D/snapshot-install",
        outcome: "violated",
        servers: &["S0", "S1"],
        evidence: "the log of S1 ends at index 1",
    },

    an_append_that_fits_is_not_refused: Expected {
        rule: "reply truth",
        impostor: "refuses-appends",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1", "S0"],
        evidence: "its log has that entry of term 0",
    },

    a_leader_speaks_only_of_entries_that_it_has: Expected {
        rule: "request truth",
        impostor: "misquotes-log",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S2"],
        evidence: "it has nothing at index 2",
    },

    a_vote_is_remembered: Expected {
        rule: "grant rule",
        impostor: "forgets-votes",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S1", "S0"],
        evidence: "its voted_for is none",
    },

    nobody_leads_who_was_no_candidate: Expected {
        rule: "role transitions",
        impostor: "leads-unelected",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S0"],
        evidence: "it is the leader in term 1",
    },

    a_compacted_log_has_its_snapshot: Expected {
        rule: "snapshot pair",
        impostor: "loses-snapshots",
        test: "2D/snapshot-basic",
        outcome: "violated",
        servers: &["S0"],
        evidence: "no snapshot is saved beside it",
    },

    no_timer_is_restarted_for_no_reason: Expected {
        rule: "timer rule",
        impostor: "postpones-elections",
        test: "2A/initial-election",
        outcome: "violated",
        servers: &["S2"],
        evidence: "S2.1 moved its election deadline",
    },
}
