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
