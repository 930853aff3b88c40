//! Durable acknowledgements: an entry that a follower has acknowledged stays in its log, also over
//! crashes, until a leader of its term has another entry there.
//!
//! Source: Raft paper, Figure 2, persistent state and AppendEntries; Figure 13, rule 6. Needs
//! `Raft::inspect`, `Rpc::describe` and `Rpc::describe_reply`. A leader counts what was
//! acknowledged; who loses it breaks a majority that nobody looks at again.
//!
//! Deliberately not judged: entries that were never acknowledged, and entries that the leader of
//! the follower's term does not have: whatever a follower cuts there was not committed.

use std::collections::BTreeMap;

use super::term_runs::TermRuns;
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
    /// The logs of the crashed, as last seen.
    left: BTreeMap<ServerId, TermRuns>,
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
            Event::Crashed { server } => {
                self.left.extend(world.seen(server.server).map(|seen| (server.server, seen.log.clone())));
            }
            Event::ReplySent {
                server, description: &ReplyDescription::AppendEntries { term, success: true }, ..
            } => {
                if let Some(&Request { term: in_term, what, .. }) = world.answered()
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
            None => self.missing(server.server, seen, known),
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
            return Err(lost(at, server, seen, known, index));
        }
        Err(cut(at, server, seen, known, (index, term)))
    }

    /// The first entry that was acknowledged and did not come back.
    fn missing(&self, server: ServerId, seen: &Seen, known: Acknowledged) -> Option<(Index, Term)> {
        let left = self.left.get(&server)?;
        let earlier = (left.base_index() + 1..known.index).filter_map(|index| Some((index, left.term(index)?)));
        let mut entries = earlier.chain([(known.index, known.term)]);
        entries.find(|(index, term)| !seen.log.holds(*index, *term))
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

#[cold]
fn lost(at: Instant, server: Incarnation, seen: &Seen, known: Acknowledged, index: Index) -> Violation {
    let now = match seen.log.term(index) {
        Some(other) => format!("at {at}, after a restart, {server} has an entry of term {other} at index {index}"),
        None => format!("at {at}, after a restart, the log of {server} ends at index {}", seen.log.last_index()),
    };
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![acknowledged(server, known), now] }
}

#[cold]
fn cut(at: Instant, server: Incarnation, seen: &Seen, known: Acknowledged, cut: (Index, Term)) -> Violation {
    let (index, term) = cut;
    let now = format!(
        "at {at} it removed its entry of term {term} at index {index}, although the leader of term {} has no other there",
        seen.now.current_term
    );
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![acknowledged(server, known), now] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, led};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    /// S0 leads term 1 with three entries, and S1 has acknowledged the first two.
    fn acknowledged() -> History<Told<Ledger>> {
        let mut history = led();
        history.at(400).shows(0, leader(1).log(&[1, 1, 1])).append_after((0, 1), 1, (0, 0), 2, 0).delivered();
        history.shows(1, follower(1).vote(0).log(&[1, 1])).append_reply(1, true).at(500);
        history
    }

    #[test]
    fn what_was_acknowledged_stays() {
        let mut history = acknowledged();
        history
            .shows(1, follower(1).vote(0).log(&[1, 1, 1]))
            .crash(1)
            .start(1)
            .shows(1, follower(1).vote(0).log(&[1, 1]));
        history.legal();
    }

    #[test]
    fn a_crash_does_not_excuse_its_loss() {
        let mut history = acknowledged();
        history.crash(1).start(1).shows(1, follower(1).vote(0).log(&[1]));
        let violation = history.illegal(500, &[1]);
        assert_says(&violation, "S1 acknowledged the entries through index 2 (term 1) at 000.400000");
        assert_says(&violation, "at 000.500000, after a restart, the log of S1.2 ends at index 1");

        let violation = acknowledged().crash(1).start(1).shows(1, follower(2).log(&[1, 2])).illegal(500, &[1]);
        assert_says(&violation, "S1.2 has an entry of term 2 at index 2");
    }

    #[test]
    fn a_delayed_append_must_not_cut_it() {
        let violation = acknowledged().shows(1, follower(1).vote(0).log(&[1])).illegal(500, &[1]);
        assert_says(
            &violation,
            "it removed its entry of term 1 at index 2, although the leader of term 1 has no other there",
        );
    }

    #[test]
    fn what_was_not_acknowledged_may_go() {
        let mut history = acknowledged();
        history.shows(1, follower(1).vote(0).log(&[1, 1, 1])).shows(1, follower(1).vote(0).log(&[1, 1])).legal();
        // A refusal acknowledges nothing, nor does a reply that tells another term.
        for (term, success) in [(1, false), (2, true)] {
            let mut history = led::<Ledger>();
            history.at(400).shows(0, leader(1).log(&[1])).append_after((0, 1), 1, (0, 0), 1, 0).delivered();
            history.shows(1, follower(1).vote(0).log(&[1])).append_reply(term, success);
            history.shows(1, follower(1).vote(0)).legal();
        }
    }

    /// S2 leads term 2 with another entry at index 2, or only the first.
    fn deposed(log: &[Term]) -> History<Told<Ledger>> {
        let mut history = acknowledged();
        history.shows(2, candidate(2).log(&[1])).shows(2, leader(2).log(log)).at(600);
        history
    }

    #[test]
    fn a_later_leader_may_replace_it() {
        deposed(&[1, 2]).shows(1, follower(2).log(&[1, 2])).legal();
        // Also in the last step before a crash.
        deposed(&[1, 2]).crash(1).start(1).shows(1, follower(2).log(&[1, 2])).legal();
    }

    #[test]
    fn it_may_be_cut_where_a_later_leader_has_nothing() {
        let mut history = deposed(&[1]);
        history.shows(1, follower(2).log(&[1])).legal();
        // What is left is still acknowledged.
        let violation = history.at(700).shows(1, follower(2)).illegal(700, &[1]);
        assert_says(&violation, "S1 acknowledged the entries through index 1 (term 1)");
    }

    #[test]
    fn a_later_leader_does_not_excuse_the_loss_of_what_it_has_too() {
        let mut history = deposed(&[1, 2]);
        history.crash(1).start(1).shows(1, follower(2));
        history.illegal(600, &[1]);
    }

    /// Cutting where the consistency check fails is legal, whether or not the leader lives to show itself.
    #[test]
    fn a_leader_that_dies_with_its_first_append_may_overrule_it() {
        let mut history = acknowledged();
        history.shows(2, candidate(3).log(&[1, 2])).append_after((2, 1), 3, (2, 2), 0, 0).crash(2).delivered();
        history.shows(1, follower(3).log(&[1])).append_reply(3, false).legal();
    }

    #[test]
    fn but_not_for_a_leader_that_has_it() {
        deposed(&[1, 1]).shows(1, follower(2).log(&[1])).illegal(600, &[1]);
    }

    #[test]
    fn compacting_it_is_no_loss() {
        let mut history = acknowledged();
        history
            .shows(1, follower(1).vote(0).base(2, 1))
            .crash(1)
            .start(1)
            .shows(1, follower(1).vote(0).base(2, 1))
            .legal();
    }
}
