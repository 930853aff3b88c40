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

#[cold]
fn falls(at: Instant, server: Incarnation, index: Index, before: Term, term: Term) -> Violation {
    let evidence = vec![
        format!("at {at} the log of {server} has an entry of term {before} at index {}", index - 1),
        format!("and one of the earlier term {term} behind it, at index {index}"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cold]
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

#[cold]
fn made_by_nobody(at: Instant, server: Incarnation, index: Index, term: Term) -> Violation {
    let evidence = vec![
        format!("at {at} the log of {server} ends with an entry of term {term} at index {index}"),
        format!("no leader of term {term} has had an entry there"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, led};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    /// S0 leads term 1 with two entries; S1, with the first, leads term 2 and has made one more.
    fn two_leaders() -> History<Told<LogMatching>> {
        let mut history = led();
        history.at(400).shows(0, leader(1).log(&[1, 1])).shows(1, follower(1).vote(0).log(&[1]));
        history.at(500).shows(1, candidate(2).log(&[1])).shows(1, leader(2).log(&[1, 2])).at(600);
        history
    }

    #[test]
    fn logs_that_agree_up_to_a_point_are_legal() {
        let mut history = two_leaders();
        history.shows(2, follower(1).vote(0).log(&[1, 1])).at(601).shows(2, follower(2).log(&[1, 2]));
        history.shows(0, follower(2).log(&[1, 2])).legal();
    }

    #[test]
    fn entries_of_a_term_have_the_same_before_them() {
        let violation = two_leaders().shows(2, follower(2).log(&[1, 1, 2])).illegal(600, &[2, 1]);
        assert_says(
            &violation,
            "at 000.500000 the entries of term 2 began at index 2 in the log of S1, after one of term 1",
        );
        assert_says(&violation, "at 000.600000 they begin at index 3 in the log of S2.1, after one of term 1");
    }

    #[test]
    fn also_where_the_index_is_the_same() {
        let mut history = two_leaders();
        history.shows(2, follower(2).log(&[0, 2]));
        assert_says(&history.illegal(600, &[2, 1]), "they begin at index 2 in the log of S2.1, after one of term 0");
    }

    #[test]
    fn terms_never_fall_in_a_log() {
        let violation = two_leaders().shows(2, follower(2).log(&[1, 2, 1])).illegal(600, &[2]);
        assert_says(&violation, "at 000.600000 the log of S2.1 has an entry of term 2 at index 2");
        assert_says(&violation, "and one of the earlier term 1 behind it, at index 3");
    }

    #[test]
    fn entries_are_made_by_the_leader_of_their_term() {
        let violation = two_leaders().shows(2, follower(1).vote(0).log(&[1, 1, 1])).illegal(600, &[2]);
        assert_says(&violation, "the log of S2.1 ends with an entry of term 1 at index 3");
        assert_says(&violation, "no leader of term 1 has had an entry there");
        // Nobody has led term 3.
        two_leaders().shows(2, follower(3).log(&[1, 3])).illegal(600, &[2]);
    }

    #[test]
    fn an_uncommitted_entry_may_disappear_and_come_back() {
        let mut history = two_leaders();
        history
            .shows(0, follower(2).log(&[1]))
            .shows(0, follower(2).log(&[1, 2]))
            .shows(2, follower(1).log(&[1, 1]))
            .legal();
    }

    #[test]
    fn what_is_compacted_is_not_compared() {
        let mut history = two_leaders();
        history
            .shows(2, follower(2).base(2, 2))
            .shows(1, leader(2).base(2, 2).log(&[2]))
            .shows(2, follower(2).base(2, 2).log(&[2]));
        history.legal();
    }

    #[test]
    fn a_leader_may_die_in_the_step_in_which_it_sends_new_entries() {
        let sent = || {
            let mut history = two_leaders();
            history.append_after((1, 2), 2, (2, 2), 2, 0).append_after((1, 0), 2, (2, 2), 1, 0).crash(1);
            history
        };
        sent().shows(2, follower(2).log(&[1, 2, 2, 2])).legal();
        sent().shows(2, follower(2).log(&[1, 2, 2, 2, 2])).illegal(600, &[2]);
    }

    #[test]
    fn entries_of_a_leader_that_died_are_found_on_its_return() {
        let mut history = two_leaders();
        history
            .crash(1)
            .start(1)
            .shows(1, follower(2).vote(1).log(&[1, 2, 2]))
            .shows(2, follower(2).log(&[1, 2, 2]))
            .legal();
    }
}
