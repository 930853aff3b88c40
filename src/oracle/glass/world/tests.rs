//! What the rules may rely on.

use super::*;
use crate::base::Instant;
use crate::oracle::Violation;
use crate::oracle::glass::told::{GlassRule, Told, committed, led};
use crate::oracle::history::{History, Look, follower, leader, server};

/// Only looks.
#[derive(Default)]
struct NoRule;

impl GlassRule for NoRule {
    const RULE: &'static str = "none";

    fn judge(&mut self, _: &World, _: Instant, _: &Event<'_>) -> Result<(), Violation> {
        Ok(())
    }
}

fn world(history: &mut History<Told<NoRule>>) -> &World {
    &history.legal().world
}

/// The change of S1's log, from entries of terms 1, 1 and 2.
fn change_to(look: Look) -> (Option<Index>, Option<(Index, Term)>, bool) {
    let mut history = led();
    history.shows(1, follower(2).log(&[1, 1, 2])).shows(1, look);
    let Change { first_new, cut, rebased } = world(&mut history).servers[1].change;
    (first_new, cut, rebased)
}

#[test]
fn a_look_tells_what_has_changed_in_a_log() {
    assert_eq!(change_to(follower(3).log(&[1, 1, 2])), (None, None, false));
    assert_eq!(change_to(follower(3).log(&[1, 1, 2, 3])), (Some(4), None, false));
    assert_eq!(change_to(follower(3).log(&[1, 3])), (Some(2), Some((2, 1)), false));
    assert_eq!(change_to(follower(3).log(&[1])), (None, Some((2, 1)), false));
    assert_eq!(change_to(follower(3).base(2, 1).log(&[2])), (None, None, true));
    assert_eq!(change_to(follower(3).base(2, 1).log(&[2, 3])), (Some(4), None, true));
    assert_eq!(change_to(follower(3).base(9, 3)), (None, None, true));
}

#[test]
fn every_change_makes_another_version() {
    let version = |history: &mut History<Told<NoRule>>| world(history).servers[1].log_version;
    let mut history = led();
    let mut last = version(&mut history);
    for (terms, changed) in [(vec![1, 1], true), (vec![1, 1], false), (vec![1, 0], true), (vec![1], true)] {
        history.shows(1, follower(1).log(&terms));
        let now = version(&mut history);
        assert_eq!(now != last, changed, "{terms:?}");
        last = now;
    }
}

#[test]
fn a_log_outlives_a_crash_until_the_next_life_shows_itself() {
    let mut history = committed();
    history.crash(1);
    let first = Incarnation { server: server(1), life: 1 };
    assert!(world(&mut history).life(first).is_none());
    assert!(world(&mut history).seen(server(1)).is_some_and(|seen| seen.log.holds(1, 1)));
    history.start(1).shows(1, follower(1).vote(0));
    let seen = world(&mut history).life(Incarnation { life: 2, ..first }).expect("it has shown itself");
    assert_eq!((seen.log.last_index(), seen.before), (0, None));
}

#[test]
fn a_disk_is_current_until_the_next_save() {
    let is_current = |history: &mut History<Told<NoRule>>| {
        let last_index = |disk: &Disk| disk.log.as_ref().map(|log| log.last_index());
        world(history).servers[1].disk.as_ref().map(|disk| (disk.is_current, last_index(disk)))
    };
    let mut history = led();
    assert_eq!(is_current(&mut history), None);
    assert_eq!(is_current(history.save(1).disk(1, 1, Some(0), (3, 1), &[1], b"s")), Some((true, Some(4))));
    assert_eq!(is_current(history.save(1)), Some((false, Some(4))));
    assert_eq!(is_current(history.disk_head(1, 1, Some(0))), Some((true, None)), "its log may be another one now");
}

#[test]
fn the_log_of_a_leader_is_remembered_as_it_was() {
    let mut history = led();
    history.shows(0, leader(1).log(&[1, 1])).shows(0, follower(2)).shows(2, leader(2).base(1, 1).log(&[2]));
    let world = world(&mut history);
    let log = world.leader_log(1).expect("S0 led");
    assert_eq!((log.leader, log.term(1), log.term(2), log.term(3)), (server(0), Some(1), Some(1), None));
    let log = world.leader_log(2).expect("S2 leads");
    assert_eq!((log.term(0), log.has_compacted(0), log.term(1), log.term(2)), (None, true, Some(1), Some(2)));
    assert!(world.leader_log(3).is_none());
}

#[test]
fn a_leader_may_find_after_a_restart_what_it_saved_in_its_last_step() {
    let restarted = |number: usize| {
        let mut history = led();
        history.shows(0, leader(1).log(&[1])).crash(number).start(number);
        history.shows(number, follower(1).vote(0).log(&[1, 1]));
        world(&mut history).leader_log(1).and_then(|log| log.term(2))
    };
    assert_eq!(restarted(0), Some(1));
    // Others find nothing that it had not.
    assert_eq!(restarted(1), None);
}

#[test]
fn what_leaders_commit_is_known_by_their_terms() {
    let mut history = committed();
    history.shows(1, leader(3).log(&[1, 3])).shows(1, leader(3).log(&[1, 3, 3]).commit(2));
    // What a follower believes commits nothing.
    history.shows(2, follower(3).log(&[1, 3, 3]).commit(3));
    let world = world(&mut history);
    assert_eq!([1, 2, 3, 4].map(|term| world.committed_before(term)), [0, 1, 1, 2]);
    assert_eq!(
        (world.committed().term(1), world.committed().term(2), world.committed().term(3)),
        (Some(1), Some(3), None)
    );
}

#[test]
fn a_leader_may_be_deposed_in_the_step_in_which_it_commits() {
    let mut history = committed();
    history.shows(0, leader(1).log(&[1, 1]).commit(1)).shows(0, follower(2).log(&[1, 1]).commit(2));
    let world = world(&mut history);
    assert_eq!((world.committed().last_index(), world.committed_before(2)), (2, 2));
}

/// S0 has told S1 that it has committed `told`, and died before it was looked at again. S1 has this
/// log, and S0 entries 1 to 3.
fn died(told: Index, s1: &[Term]) -> Index {
    let mut history = committed();
    history.shows(0, leader(1).log(&[1, 1, 1]).commit(1)).shows(1, follower(1).vote(0).log(s1));
    history.append_after((0, 1), 1, (3, 1), 0, told).crash(0);
    let world = world(&mut history);
    assert_eq!(world.committed_before(2), world.committed().last_index());
    world.committed().last_index()
}

#[test]
fn a_leader_may_die_in_the_step_in_which_it_commits() {
    assert_eq!(died(3, &[1, 1, 1]), 3);
    assert_eq!(died(2, &[1, 1, 1]), 2);
    // Its word is not enough.
    assert_eq!(died(3, &[1, 1]), 1);
    assert_eq!(died(4, &[1, 1, 1]), 1);
}

#[test]
fn only_the_death_of_who_said_so_commits() {
    let mut history = committed();
    history.shows(0, leader(1).log(&[1, 1]).commit(1)).shows(1, follower(1).vote(0).log(&[1, 1]));
    history.append_after((0, 1), 1, (2, 1), 0, 2).crash(2);
    assert_eq!(world(&mut history).committed().last_index(), 1);
    assert_eq!(world(history.crash(0)).committed().last_index(), 2);
}
