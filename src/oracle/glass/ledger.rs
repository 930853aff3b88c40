//! Durable acknowledgements: an entry that a follower has acknowledged stays in its log, also over
//! crashes, until a leader of its term has another entry there.
//!
//! Source: Raft paper, Figure 2, persistent state and AppendEntries; Figure 13, rule 6. Needs
//! `Raft::inspect`, `Rpc::describe` and `Rpc::describe_reply`. A leader counts what was
//! acknowledged; who loses it breaks a majority that nobody looks at again.
//!
//! Deliberately not judged: entries that were never acknowledged, and entries that the leader of
//! the follower's term does not have: whatever a follower cuts there was not committed.

use super::world::{Request, Seen, World};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::{Description, Event, ReplyDescription};

pub(in crate::oracle) const RULE: &str = "durable acknowledgements";

/// Watches that nobody loses what it has acknowledged.
#[derive(Debug, Default)]
pub(in crate::oracle) struct Ledger {
    /// By server.
    acknowledged: Vec<Option<Acknowledged>>,
}

/// The last entry that a server has acknowledged.
#[derive(Clone, Copy, Debug)]
struct Acknowledged {
    index: Index,
    term: Term,
    at: Instant,
}

impl Ledger {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::ReplySent {
                server, description: &ReplyDescription::AppendEntries { term, success: true }, ..
            } => {
                if let Some(Request { term: in_term, what, .. }) = world.answered()
                    && let Description::AppendEntries { prev_log_index, entries, .. } = what
                    && let Some(follower) = world.life(server)
                    && (term, follower.now.current_term) == (in_term, in_term)
                {
                    self.acknowledge(at, server.server, follower, prev_log_index + entries as Index);
                }
            }
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server) {
                    return self.look(world, at, server, seen);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn slot(&mut self, server: ServerId) -> &mut Option<Acknowledged> {
        let number = server.number();
        if number >= self.acknowledged.len() {
            self.acknowledged.resize(number + 1, None);
        }
        &mut self.acknowledged[number]
    }

    fn acknowledge(&mut self, at: Instant, server: ServerId, follower: &Seen, index: Index) {
        let Some(term) = follower.log.term(index) else { return };
        let slot = self.slot(server);
        if slot.is_none_or(|known| known.index < index) {
            *slot = Some(Acknowledged { index, term, at });
        }
    }

    fn look(&mut self, world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
        let Some(known) = *self.slot(server.server) else { return Ok(()) };
        let gone = match seen.before {
            // A new life: everything must have come back, unless the last step of the one before cut it.
            None => (!seen.log.holds(known.index, known.term)).then_some((known.index, known.term)),
            Some(_) => seen.change.cut.filter(|(index, _)| *index <= known.index),
        };
        let Some((index, term)) = gone else { return Ok(()) };
        if is_overruled(world, seen, index, term) {
            let left = seen.log.last_index().min(index - 1);
            let left = seen.log.term(left).map(|term| Acknowledged { index: left, term, at: known.at });
            *self.slot(server.server) = left;
            return Ok(());
        }
        if seen.before.is_none() {
            return Err(lost(at, server, seen, known));
        }
        Err(cut(at, server, seen, known, (index, term)))
    }
}

/// Whether the leader of the server's term has another entry than this, or none.
fn is_overruled(world: &World, seen: &Seen, index: Index, term: Term) -> bool {
    let leader = world.leader_log(seen.now.current_term);
    leader.is_some_and(|leader| !leader.has_compacted(index) && leader.term(index) != Some(term))
}

fn acknowledged(server: Incarnation, known: Acknowledged) -> String {
    let Acknowledged { index, term, at } = known;
    format!("{} acknowledged the entries through index {index} (term {term}) at {at}", server.server)
}

fn lost(at: Instant, server: Incarnation, seen: &Seen, known: Acknowledged) -> Violation {
    let now = match seen.log.term(known.index) {
        Some(other) => format!("at {at}, after a restart, {server} has an entry of term {other} there"),
        None => format!("at {at}, after a restart, the log of {server} ends at index {}", seen.log.last_index()),
    };
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![acknowledged(server, known), now] }
}

fn cut(at: Instant, server: Incarnation, seen: &Seen, known: Acknowledged, cut: (Index, Term)) -> Violation {
    let (index, term) = cut;
    let now = format!(
        "at {at} it removed its entry of term {term} at index {index}, although the leader of term {} has no other there",
        seen.now.current_term
    );
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![acknowledged(server, known), now] }
}
