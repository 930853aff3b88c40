//! Commit certificate: a leader commits what a majority has in its logs, and nothing by counting but
//! entries of its own term.
//!
//! Source: Raft paper, Figure 2, rules for leaders; §5.4.2 and Figure 8. Needs `Raft::inspect`.
//! Judged when the commit index of a leader rises.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::Event;

pub(in crate::oracle) const RULE: &str = "commit certificate";

/// Watches what leaders commit.
#[derive(Debug, Default)]
pub(in crate::oracle) struct CommitCertificate {
    servers: usize,
}

impl CommitCertificate {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server)
                    && let Some(term) = world.committing_term(seen)
                {
                    return self.judge(world, at, server, seen, term);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn judge(
        &self,
        world: &World,
        at: Instant,
        server: Incarnation,
        leader: &Seen,
        term: Term,
    ) -> Result<(), Violation> {
        let index = leader.now.commit_index;
        let violation = |text: String| {
            let claim = format!("at {at} {server}, leader of term {term}, has committed index {index}");
            Err(Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![claim, text] })
        };
        let Some(entry) = leader.log.term(index) else {
            let text = format!("its log ends at index {}", leader.log.last_index());
            return violation(text);
        };
        if entry != term {
            let text = format!("that entry is of term {entry}: counting its copies does not commit it");
            return violation(text);
        }
        let holds = |seen: &Seen| seen.log.holds(index, entry);
        if world.all().filter(|(_, seen)| holds(seen)).count() > self.servers / 2 {
            return Ok(());
        }
        let holders: Vec<ServerId> = world.all().filter(|(_, seen)| holds(seen)).map(|(server, _)| server).collect();
        violation(format!("of {} servers only {} have that entry", self.servers, list(&holders)))
    }
}

fn list(servers: &[ServerId]) -> String {
    servers.iter().map(ServerId::to_string).collect::<Vec<_>>().join(" and ")
}
