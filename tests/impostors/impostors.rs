//! Implementations that are wrong in one way each, behind raftlab's command line, to see that it
//! says so. The environment variable IMPOSTOR names the one to be graded.

use std::process::ExitCode;

use raftlab::api::{MakeRaft, Submission};

mod actor;
mod answers;
mod base;
mod borrows;
mod chatters;
mod deadlocks;
mod disks;
mod drops_badly;
mod floods;
mod gap;
mod idle_leader;
mod kv;
mod kv_clerk;
mod kv_server;
mod leader_always;
mod leaks_tasks;
mod liars;
mod messages;
mod never_yields;
mod no_handler;
mod panics;
mod panics_in_start;
mod services;
mod silent;
mod spins;
mod twist;
mod undecided;
mod usurpers;
mod voters;
mod wrong_command;

/// The honest one.
#[path = "../../labs/reference/src/raft/mod.rs"]
mod reference;

const IMPOSTORS: [(&str, MakeRaft); 50] = [
    ("appends-old-terms", liars::appends_old_terms),
    ("applies-at-once", services::applies_at_once),
    ("asks-the-system", undecided::asks_the_system),
    ("beats-too-often", usurpers::beats_too_often),
    ("calls-back", borrows::calls_back),
    ("chatters", chatters::make),
    ("commits-at-once", liars::commits_at_once),
    ("counts-its-lives", undecided::counts_its_lives),
    ("crowns-itself", liars::crowns_itself),
    ("deadlocks", deadlocks::make),
    ("drops-badly", drops_badly::make),
    ("erases-itself", disks::erases_itself),
    ("floods", floods::make),
    ("forgets-everything", disks::forgets_everything),
    ("forgets-log", disks::forgets_log),
    ("forgets-votes", voters::forgets_votes),
    ("gap", gap::make),
    ("holds-across-await", borrows::across_await),
    ("holds-out-of-sight", borrows::out_of_sight),
    ("idle-leader", idle_leader::make),
    ("ignores-snapshots", answers::ignores_snapshots),
    ("ignores-terms", answers::ignores_terms),
    ("iterates-a-map", undecided::iterates_a_map),
    ("leader-always", leader_always::make),
    ("leads-unelected", usurpers::leads_unelected),
    ("leaks-tasks", leaks_tasks::make),
    ("looks-up-in-a-map", undecided::looks_up_in_a_map),
    ("loses-snapshots", services::loses_snapshots),
    ("misquotes-log", services::misquotes_log),
    ("never-yields", never_yields::make),
    ("no-handler", no_handler::make),
    ("panics", panics::make),
    ("panics-in-start", panics_in_start::make),
    ("poses-as-leader", usurpers::poses_as_leader),
    ("postpones-elections", liars::postpones_elections),
    ("reads-the-clock", undecided::reads_the_clock),
    ("reference", reference::make),
    ("refuses-appends", answers::refuses_appends),
    ("repeats-snapshot", usurpers::repeats_snapshot),
    ("resigns", usurpers::resigns),
    ("restamps-log", disks::restamps_log),
    ("shelves-commands", services::shelves_commands),
    ("silent", silent::make),
    ("spins", spins::make),
    ("spawns-a-thread", undecided::spawns_a_thread),
    ("spoils-snapshots", services::spoils_snapshots),
    ("votes-twice", voters::votes_twice),
    ("wins-empty-handed", liars::wins_empty_handed),
    ("wins-with-one-vote", usurpers::wins_with_one_vote),
    ("wrong-command", wrong_command::make),
];

/// The implementation of this name: a Raft alone, or the honest one below a service.
fn submission(wanted: &str) -> Option<Submission> {
    let raft = IMPOSTORS.into_iter().find(|(name, _)| *name == wanted);
    let service = kv::SERVICES.iter().find(|(name, ..)| *name == wanted);
    let above = service.map(|(_, server, clerk)| Submission::raft(reference::make).with_kv(*server, *clerk));
    raft.map(|(_, make)| Submission::raft(make)).or(above)
}

fn main() -> ExitCode {
    let wanted = std::env::var("IMPOSTOR").unwrap_or_default();
    raftlab::cli::main_of(&wanted, submission(&wanted).expect("IMPOSTOR names one of them"))
}
