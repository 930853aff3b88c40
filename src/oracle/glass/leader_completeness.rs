//! Leader completeness: whoever becomes leader has every entry that was committed in an earlier term.
//!
//! Source: Raft paper, Figure 3 and §5.4. Needs `Raft::inspect`. Judged at the moment of winning.
//! Somebody may win late, when a leader of a later term is at work already: what that one has
//! committed is not asked for.

use super::world::World;
use crate::base::Instant;
use crate::oracle::Violation;
use crate::trace::{Event, Role};

pub(in crate::oracle) const RULE: &str = "leader completeness";

/// Watches the logs of new leaders.
#[derive(Debug, Default)]
pub(in crate::oracle) struct LeaderCompleteness;

impl LeaderCompleteness {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::Inspected { server, .. } = *event else { return Ok(()) };
        let Some(seen) = world.life(server) else { return Ok(()) };
        let was_leader = seen.before.is_some_and(|before| before.role == Role::Leader);
        if seen.now.role != Role::Leader || was_leader {
            return Ok(());
        }
        let index = world.committed_before(seen.now.current_term);
        let term = world.committed().term(index).unwrap_or_default();
        if seen.log.holds(index, term) {
            return Ok(());
        }
        let lacks = match seen.log.term(index) {
            Some(other) => format!("its log has an entry of term {other} there"),
            None => format!("its log ends at index {}", seen.log.last_index()),
        };
        let evidence = vec![
            format!("the entry of term {term} at index {index} was committed in an earlier term"),
            format!("at {at} {server} became leader of term {}, and {lacks}", seen.now.current_term),
        ];
        Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::committed;
    use crate::oracle::history::{assert_says, candidate, follower, leader};

    #[test]
    fn a_new_leader_has_what_was_committed() {
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(1, candidate(2).log(&[1])).shows(1, leader(2).log(&[1])).legal();
        // It may have compacted it.
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(1, candidate(2).base(1, 1)).shows(1, leader(2).base(1, 1)).legal();
    }

    #[test]
    fn whoever_lacks_it_must_not_win() {
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(2, candidate(2)).at(901).shows(2, leader(2));
        let violation = history.illegal(901, &[2]);
        assert_says(&violation, "the entry of term 1 at index 1 was committed in an earlier term");
        assert_says(&violation, "at 000.901000 S2.1 became leader of term 2, and its log ends at index 0");
    }

    #[test]
    fn nor_whoever_has_another_entry_there() {
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(2, candidate(4).log(&[3])).shows(2, leader(4).log(&[3]));
        assert_says(&history.illegal(900, &[2]), "its log has an entry of term 3 there");
    }

    #[test]
    fn a_late_winner_needs_nothing_of_later_terms() {
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(1, candidate(2).log(&[1]));
        // Meanwhile S2 is elected in term 3 and commits with S0.
        history.at(910).shows(2, candidate(3).log(&[1])).shows(2, leader(3).log(&[1, 3]));
        history.shows(0, follower(3).vote(2).log(&[1, 3])).shows(2, leader(3).log(&[1, 3]).commit(2));
        history.at(920).shows(1, leader(2).log(&[1])).legal();
    }

    #[test]
    fn two_may_lead_in_different_terms() {
        let mut history = committed::<LeaderCompleteness>();
        history.at(900).shows(1, candidate(2).log(&[1])).shows(1, leader(2).log(&[1, 2]));
        history.shows(2, follower(2).vote(1).log(&[1, 2])).shows(1, leader(2).log(&[1, 2]).commit(2));
        history.at(910).shows(0, leader(1).log(&[1, 1]).commit(1)).legal();
    }
}
