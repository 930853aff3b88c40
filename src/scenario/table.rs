//! All scenarios, by the names under which lab files ask for them.

use super::tester::{Play, Tester};
use super::{
    crash_points, deposed, divergent_tails, election, figure8_steps, hard_networks, kv_calls, kv_deposed, kv_generic,
    kv_late_copies, kv_partition, kv_simple, kv_snapshots, kv_swarm, late_messages, late_snapshots, log, persistence,
    restarts, snapshots, swarm, timers,
};

/// A scenario: its name, the numbers that it needs from the lab file, and its code.
pub struct Scenario {
    /// The name by which lab files ask for it.
    pub name: &'static str,
    /// The parameters that a test of it must give, and no others.
    pub parameters: &'static [&'static str],
    /// Whether it tests a key/value service, and not Raft alone.
    pub needs_kv: bool,
    /// Plays it.
    pub play: fn(Tester) -> Play,
}

macro_rules! scenarios {
    ($($needs_kv:literal: {
        $($name:literal => $module:ident :: $function:ident ( $($parameter:literal),* );)*
    })*) => {
        /// Every scenario, in the course's order.
        pub const SCENARIOS: &[Scenario] = &[
            $($(Scenario {
                name: $name,
                parameters: &[$($parameter),*],
                needs_kv: $needs_kv,
                play: |tester| Box::pin($module::$function(tester)),
            },)*)*
        ];
    };
}

scenarios! {
    false: {
        "initial-election" => election::initial_election();
        "re-election" => election::re_election();
        "many-elections" => election::many_elections("rounds");
        "basic-agree" => log::basic_agree("commands");
        "rpc-bytes" => log::rpc_bytes("commands", "command_bytes", "extra_bytes_max");
        "follower-failure" => log::follower_failure();
        "leader-failure" => log::leader_failure();
        "fail-agree" => log::fail_agree();
        "fail-no-agree" => log::fail_no_agree();
        "concurrent-starts" => log::concurrent_starts("tries", "commands");
        "rejoin" => log::rejoin();
        "backup" => log::backup("commands");
        "count" => log::count(
            "tries", "commands", "election_rpcs_max", "rpcs_per_command_max", "extra_commands", "idle_rpcs_max"
        );
        "persist1" => persistence::persist1();
        "persist2" => persistence::persist2("rounds");
        "persist3" => persistence::persist3();
        "figure8" => persistence::figure8("steps");
        "unreliable-agree" => hard_networks::unreliable_agree("rounds", "clients");
        "figure8-unreliable" => hard_networks::figure8_unreliable("steps", "reordering_from");
        "churn" => hard_networks::churn("rounds", "clients");
        "snapshot" => snapshots::snapshot("rounds", "log_size_max");
        "snapshot-install" => snapshots::snapshot_install("rounds", "log_size_max");
        "snapshot-install-crash" => snapshots::snapshot_install_crash("rounds", "log_size_max");
        "snapshot-all-crash" => snapshots::snapshot_all_crash("rounds");
        "snapshot-init" => snapshots::snapshot_init("commands");
        "figure8-steps" => figure8_steps::figure8_steps();
        "vote-after-restart" => restarts::vote_after_restart("rounds");
        "term-after-restart" => restarts::term_after_restart("rounds");
        "crash-at-saves" => crash_points::crash_at_saves("rounds");
        "deposed-one-way" => deposed::deposed_one_way();
        "pauses" => deposed::pauses("rounds");
        "divergent-tails" => divergent_tails::divergent_tails("rounds", "entries");
        "tails-and-heartbeats" => divergent_tails::tails_and_heartbeats("entries");
        "replaced-tail" => divergent_tails::replaced_tail("rounds", "entries");
        "late-messages" => late_messages::late_messages("rounds");
        "stale-replies" => late_messages::stale_replies();
        "timer-ties" => timers::timer_ties("rounds");
        "quiet-minute" => timers::quiet_minute("commands");
        "unequal-logs" => timers::unequal_logs("rounds");
        "many-snapshots" => late_snapshots::many_snapshots("rounds");
        "slow-snapshots" => late_snapshots::slow_snapshots();
        "late-snapshot" => late_snapshots::late_snapshot();
        "swarm" => swarm::swarm("rounds");
    }
    true: {
        "kv-generic" => kv_generic::generic("clients", "crash", "partitions", "random_keys", "max_raft_state");
        "kv-speed" => kv_simple::speed("operations", "operation_us_max", "max_raft_state");
        "kv-one-key" => kv_simple::one_key("clients", "operations", "max_raft_state");
        "kv-one-partition" => kv_partition::one_partition("max_raft_state");
        "kv-snapshot-rpc" => kv_snapshots::install("operations", "max_raft_state", "log_size_max");
        "kv-snapshot-size" => kv_snapshots::size("rounds", "max_raft_state", "log_size_max", "snapshot_size_max");
        "kv-late-copies" => kv_late_copies::late_copies("clients", "max_raft_state");
        "kv-copies-and-snapshots" => kv_late_copies::copies_and_snapshots("rounds", "operations", "max_raft_state");
        "kv-deposed-reads" => kv_deposed::deposed_reads("rounds", "max_raft_state");
        "kv-new-leader-reads" => kv_deposed::new_leader_reads("rounds", "max_raft_state");
        "kv-replaced-commands" => kv_deposed::replaced_commands("rounds", "operations", "max_raft_state");
        "kv-calls" => kv_calls::calls(
            "clients", "operations", "calls_per_hundred_max", "calls_per_second_max", "max_raft_state"
        );
        "kv-swarm" => kv_swarm::swarm("rounds", "clients", "max_raft_state");
    }
}

/// The scenario called `name`.
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
