//! Log matching: entries of one index and term have the same entries before them, on all servers.
//!
//! Source: Raft paper, Figure 3 and §5.3. Needs `Raft::inspect`. Only the leader of a term makes
//! entries of it, one after the other, at the end of its log; so in every log the entries of a term
//! begin at the same index, after the same term, and go no further than the leader's did.
//!
//! Deliberately not judged: commands, which `state_machine_safety` compares when they are applied.

use std::collections::BTreeMap;

use super::world::{Seen, World};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::{Event, Role};

pub(in crate::oracle) const RULE: &str = "log matching";

/// Watches where the entries of each term begin and end.
#[derive(Debug, Default)]
pub(in crate::oracle) struct LogMatching {
    terms: BTreeMap<Term, Entries>,
}

/// The entries of one term, as they were seen first.
#[derive(Clone, Copy, Debug)]
struct Entries {
    first: Index,
    /// The term before them.
    after: Term,
    seen_at: Instant,
    seen_on: ServerId,
}

impl LogMatching {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::Inspected { server, log, .. } = *event else { return Ok(()) };
        let Some(seen) = world.life(server) else { return Ok(()) };
        let Some(first_new) = seen.change.first_new else { return Ok(()) };
        let mut before = seen.log.term(first_new - 1).unwrap_or_default();
        for (index, term) in (first_new..).zip(log.terms.iter().copied()) {
            if term < before {
                return Err(falls(at, server, index, before, term));
            }
            if term != before {
                self.compare(at, server, seen, index)?;
            }
            before = term;
        }
        self.check_end(world, at, server, seen)
    }

    /// Compares the entries that the one at `index` belongs to with what is known of their term.
    fn compare(&mut self, at: Instant, server: Incarnation, seen: &Seen, index: Index) -> Result<(), Violation> {
        let Some(term) = seen.log.term(index) else { return Ok(()) };
        let Some((first, after)) = seen.log.run_of(index) else { return Ok(()) };
        let here = Entries { first, after, seen_at: at, seen_on: server.server };
        let known = *self.terms.entry(term).or_insert(here);
        if (known.first, known.after) == (first, after) { Ok(()) } else { Err(differ(server, term, known, here)) }
    }

    /// Whether the leader of the last entry's term has made it.
    fn check_end(&self, world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
        let (index, term) = (seen.log.last_index(), seen.log.last_term());
        let Some(leader) = world.leader_log(term) else {
            let own = seen.now.role == Role::Leader;
            return if own || index == seen.log.base_index() {
                Ok(())
            } else {
                Err(made_by_nobody(at, server, index, term))
            };
        };
        if leader.term(index).is_some() || leader.has_compacted(index) {
            return Ok(());
        }
        Err(made_by_nobody(at, server, index, term))
    }
}

fn falls(at: Instant, server: Incarnation, index: Index, before: Term, term: Term) -> Violation {
    let evidence = vec![
        format!("at {at} the log of {server} has an entry of term {before} at index {}", index - 1),
        format!("and one of the earlier term {term} behind it, at index {index}"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

fn differ(server: Incarnation, term: Term, known: Entries, here: Entries) -> Violation {
    let Entries { first, after, seen_at, seen_on } = known;
    let evidence = vec![
        format!(
            "at {seen_at} the entries of term {term} began at index {first} in the log of {seen_on}, after one of term {after}"
        ),
        format!(
            "at {} they begin at index {} in the log of {server}, after one of term {}",
            here.seen_at, here.first, here.after
        ),
    ];
    let mut servers = vec![server.server];
    servers.extend((seen_on != server.server).then_some(seen_on));
    Violation { rule: RULE, at: here.seen_at, servers, evidence }
}

fn made_by_nobody(at: Instant, server: Incarnation, index: Index, term: Term) -> Violation {
    let evidence = vec![
        format!("at {at} the log of {server} ends with an entry of term {term} at index {index}"),
        format!("no leader of term {term} has had an entry there"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}
