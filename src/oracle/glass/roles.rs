//! Role transitions: followers become candidates by a new term and a vote for themselves, candidates
//! become leaders, and leaders never campaign.
//!
//! Source: Raft paper, Figure 4 and §5.2. Needs `Raft::inspect`, and for candidates that hear the
//! leader of their term `Rpc::describe` and `Rpc::describe_reply`.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, Term};
use crate::oracle::Violation;
use crate::trace::{Event, Inspection, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "role transitions";

/// Watches how roles change.
#[derive(Debug, Default)]
pub(in crate::oracle) struct Roles {
    servers: usize,
}

impl Roles {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::ReplySent { server, description: &ReplyDescription::AppendEntries { term, .. }, .. } => {
                if world.answered().is_some_and(|request| request.term == term) {
                    return accepted(world, at, server, term);
                }
            }
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server) {
                    return self.changed(at, server, seen);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn changed(&self, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
        let Inspection { current_term: term, role, voted_for, .. } = seen.now;
        let before = seen.before.unwrap_or_default();
        if (before.role, before.current_term) == (role, term) || role == Role::Follower {
            return Ok(());
        }
        let violation = |text: String| {
            let then = format!("{server} was {} in term {}", name(before.role), before.current_term);
            let now = format!("at {at} it is {} in term {term}: {text}", name(role));
            Err(Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![then, now] })
        };
        if voted_for != Some(server.server) {
            let vote =
                voted_for.map_or("has given its vote to nobody".to_owned(), |other| format!("voted for {other}"));
            return violation(format!("it {vote}"));
        }
        match (before.role, role) {
            (Role::Leader, Role::Candidate) => violation("leaders do not campaign".to_owned()),
            (_, Role::Candidate) if before.current_term == term => {
                violation("an election is held in a new term".to_owned())
            }
            (Role::Candidate, Role::Leader) if before.current_term == term => Ok(()),
            (_, Role::Leader) if self.servers > 1 => violation("it never was a candidate in it".to_owned()),
            _ => Ok(()),
        }
    }
}

/// A candidate that answers the leader of its own term has become its follower.
fn accepted(world: &World, at: Instant, server: Incarnation, term: Term) -> Result<(), Violation> {
    let candidate = |seen: &&Seen| (seen.now.role, seen.now.current_term) == (Role::Candidate, term);
    if world.life(server).filter(candidate).is_none() {
        return Ok(());
    }
    let evidence = vec![
        format!("at {at} {server} answered an append of the leader of term {term}, in that term"),
        "and still is a candidate in it".to_owned(),
    ];
    Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Follower => "a follower",
        Role::Candidate => "a candidate",
        Role::Leader => "the leader",
    }
}
