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
