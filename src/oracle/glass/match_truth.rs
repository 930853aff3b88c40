//! Match truth: what a leader believes to be replicated is in the follower's log.
//!
//! Source: Raft paper, Figure 2, `matchIndex[]` and `nextIndex[]`. Needs `Raft::inspect` with
//! `Inspect::progress`. Judged is a match index whenever it changes, against the follower's log as
//! it is then; and that the next index is not beyond the end of the leader's own log.
//!
//! Deliberately not judged: followers in a later term, whose logs another leader may have cut
//! already; a match index that falls back, and a next index at or below it, which only cost.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, ServerId};
use crate::oracle::Violation;
use crate::trace::{Event, Progress, Role};

pub(in crate::oracle) const RULE: &str = "match truth";

/// Watches what leaders believe of their followers.
#[derive(Debug, Default)]
pub(in crate::oracle) struct MatchTruth;

impl MatchTruth {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::Inspected { server, progress, .. } = *event else { return Ok(()) };
        let Some(leader) = world.life(server).filter(|seen| seen.now.role == Role::Leader) else { return Ok(()) };
        for (number, now) in progress.iter().enumerate() {
            let follower = ServerId::new(number);
            let before = leader.progress_before.get(number);
            if follower != server.server && before != Some(now) {
                judge(world, at, server, leader, follower, *now)?;
            }
        }
        Ok(())
    }
}

fn judge(
    world: &World,
    at: Instant,
    server: Incarnation,
    leader: &Seen,
    follower: ServerId,
    progress: Progress,
) -> Result<(), Violation> {
    let Progress { next_index, match_index } = progress;
    let term = leader.now.current_term;
    let violation = |text: String| {
        let belief = format!(
            "at {at} {server}, leader of term {term}, has match_index {match_index} and next_index {next_index} for {follower}"
        );
        Err(Violation { rule: RULE, at, servers: vec![server.server, follower], evidence: vec![belief, text] })
    };
    if next_index > leader.log.last_index() + 1 {
        return violation(format!("its own log ends at index {}", leader.log.last_index()));
    }
    let Some(seen) = world.seen(follower).filter(|seen| seen.now.current_term <= term) else { return Ok(()) };
    if match_index == 0 {
        return Ok(());
    }
    if match_index > leader.log.last_index() {
        return violation(format!("its own log ends at index {}", leader.log.last_index()));
    }
    let Some(expected) = leader.log.term(match_index) else { return Ok(()) };
    if seen.log.holds(match_index, expected) {
        return Ok(());
    }
    violation(match seen.log.term(match_index) {
        Some(other) => format!("{follower} has an entry of term {other} there, the leader one of term {expected}"),
        None => format!("the log of {follower} ends at index {}", seen.log.last_index()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, led};
    use crate::oracle::history::{History, Look, assert_says, follower, leader};

    /// S0 leads term 1 with three entries, of which S1 has two.
    fn replicated() -> History<Told<MatchTruth>> {
        let mut history = led();
        history.at(400).shows(0, believes((1, 0))).shows(1, follower(1).vote(0).log(&[1, 1])).at(401);
        history
    }

    /// What S0 shows, if it believes this of S1.
    fn believes(of_s1: (u64, u64)) -> Look {
        leader(1).log(&[1, 1, 1]).progress(&[(0, 0), of_s1, (1, 0)])
    }

    #[test]
    fn a_leader_may_believe_what_is_so_or_less() {
        for belief in [(3, 2), (2, 1), (4, 2), (1, 0)] {
            replicated().shows(0, believes(belief)).legal();
        }
    }

    #[test]
    fn it_must_not_believe_more() {
        let violation = replicated().shows(0, believes((4, 3))).illegal(401, &[0, 1]);
        assert_says(&violation, "at 000.401000 S0.1, leader of term 1, has match_index 3 and next_index 4 for S1");
        assert_says(&violation, "the log of S1 ends at index 2");
    }

    #[test]
    fn nor_take_another_entry_for_its_own() {
        let mut history = replicated();
        history.shows(1, follower(1).vote(0).log(&[1, 0])).shows(0, believes((3, 2)));
        assert_says(&history.illegal(401, &[0, 1]), "S1 has an entry of term 0 there, the leader one of term 1");
    }

    #[test]
    fn nor_point_beyond_its_own_log() {
        for belief in [(5, 2), (4, 4)] {
            let violation = replicated().shows(0, believes(belief)).illegal(401, &[0, 1]);
            assert_says(&violation, "its own log ends at index 3");
        }
    }

    #[test]
    fn falling_back_costs_only() {
        replicated().shows(0, believes((3, 2))).shows(0, believes((1, 1))).shows(0, believes((1, 0))).legal();
    }

    #[test]
    fn a_follower_in_a_later_term_may_have_lost_it_meanwhile() {
        replicated().shows(1, follower(2).log(&[1])).shows(0, believes((3, 2))).legal();
        // And a belief that does not change is not judged again.
        replicated()
            .shows(0, believes((3, 2)))
            .shows(1, follower(1).vote(0).log(&[1]))
            .shows(0, believes((3, 2)).commit(1))
            .legal();
    }

    #[test]
    fn what_either_has_compacted_matches() {
        replicated().shows(1, follower(1).vote(0).base(2, 1)).shows(0, believes((2, 1))).legal();
        let compacted = || leader(1).base(2, 1).log(&[1]);
        replicated().shows(0, compacted().progress(&[(0, 0), (2, 1), (1, 0)])).legal();
    }

    #[test]
    fn a_crashed_follower_has_what_it_had() {
        replicated().crash(1).shows(0, believes((3, 2))).legal();
        replicated().crash(1).shows(0, believes((4, 3))).illegal(401, &[0, 1]);
    }
}
