//! Rules are broken by implementations that are wrong on purpose, and raftlab names the rule, the
//! servers and the evidence. They stand in `tests/impostors`; `cargo build --example impostors` before
//! these tests are run alone.

mod common;

use common::expected::{Expected, expect};

/// Makes a test of each.
macro_rules! broken {
    ($($name:ident: $expected:expr,)*) => {
        $(#[test]
        fn $name() {
            expect($expected);
        })*
    };
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

    silent_servers_do_not_elect_a_leader_in_time: Expected {
        rule: "re-election",
        impostor: "silent",
        test: "2B/basic-agree",
        outcome: "violated",
        servers: &["S0", "S1", "S2"],
        evidence: "5 s later still none of them serves",
    },

    a_leader_that_does_nothing_does_not_speak_to_its_peers: Expected {
        rule: "first heartbeat",
        impostor: "idle-leader",
        test: "2C/persist1",
        outcome: "violated",
        servers: &["S0"],
        evidence: "had sent nothing to S1, S2",
    },
}
