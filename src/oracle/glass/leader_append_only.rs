//! Leader append-only: a leader never overwrites or deletes entries in its log; it only appends.
//!
//! Source: Raft paper, Figure 3. Needs `Raft::inspect`. What a leader appends is of its own term.
//! Compacting is not deleting.

use super::world::World;
use crate::base::{Index, Instant};
use crate::oracle::Violation;
use crate::trace::{Event, Role};

pub(in crate::oracle) const RULE: &str = "leader append-only";

/// Watches the logs of leaders.
#[derive(Debug, Default)]
pub(in crate::oracle) struct LeaderAppendOnly;

impl LeaderAppendOnly {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::Inspected { server, .. } = *event else { return Ok(()) };
        let Some(seen) = world.life(server) else { return Ok(()) };
        let term = seen.now.current_term;
        let leads = |role, in_term| role == Role::Leader && in_term == term;
        let led = seen.before.is_some_and(|before| leads(before.role, before.current_term));
        if !(led && leads(seen.now.role, term)) {
            return Ok(());
        }
        let violation = |text: String| {
            let evidence = vec![format!("{server} leads term {term}"), text];
            Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
        };
        if let Some((index, cut)) = seen.change.cut {
            return violation(format!("at {at} its entry of term {cut} at index {index} is not there any more"));
        }
        let foreign = |index: &Index| seen.log.term(*index) != Some(term);
        match seen.change.first_new.filter(foreign) {
            Some(index) => {
                let other = seen.log.term(index).unwrap_or_default();
                violation(format!("at {at} it appended an entry of term {other} at index {index}"))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{committed, led};
    use crate::oracle::history::{assert_says, candidate, follower, leader};

    #[test]
    fn a_leader_appends_entries_of_its_term_and_compacts() {
        let mut history = committed::<LeaderAppendOnly>();
        history
            .at(500)
            .shows(0, leader(1).log(&[1, 1, 1]).commit(1))
            .shows(0, leader(1).base(1, 1).log(&[1, 1]).commit(1));
        history.shows(0, leader(1).base(1, 1).log(&[1, 1, 1]).commit(1)).legal();
    }

    #[test]
    fn it_deletes_nothing() {
        let mut history = led::<LeaderAppendOnly>();
        history.at(400).shows(0, leader(1).log(&[1, 1])).at(401).shows(0, leader(1).log(&[1]));
        let violation = history.illegal(401, &[0]);
        assert_says(&violation, "S0.1 leads term 1");
        assert_says(&violation, "at 000.401000 its entry of term 1 at index 2 is not there any more");
    }

    #[test]
    fn it_overwrites_nothing() {
        let mut history = led::<LeaderAppendOnly>();
        history.at(400).shows(0, leader(1).log(&[1, 1])).at(401).shows(0, leader(1).log(&[1, 2]));
        history.illegal(401, &[0]);
    }

    #[test]
    fn it_appends_nothing_of_another_term() {
        let violation = led::<LeaderAppendOnly>().at(400).shows(0, leader(1).log(&[0])).illegal(400, &[0]);
        assert_says(&violation, "at 000.400000 it appended an entry of term 0 at index 1");
    }

    #[test]
    fn who_leads_no_more_may_lose_entries() {
        let mut history = led::<LeaderAppendOnly>();
        history.at(400).shows(0, leader(1).log(&[1, 1])).at(500).shows(0, follower(2).log(&[2])).legal();
    }

    #[test]
    fn who_does_not_lead_yet_and_who_leads_anew_may_too() {
        let mut history = led::<LeaderAppendOnly>();
        history.at(400).shows(1, follower(1).log(&[1, 1])).shows(1, follower(2).log(&[2])).legal();
        let mut history = led::<LeaderAppendOnly>();
        history
            .at(400)
            .shows(0, leader(1).log(&[1, 1]))
            .at(500)
            .crash(0)
            .start(0)
            .shows(0, follower(1).vote(0).log(&[1]));
        history.at(900).shows(0, candidate(2).log(&[1])).shows(0, leader(2).log(&[1, 2])).legal();
    }
}
