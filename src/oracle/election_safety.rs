//! Election safety: no term ever has two leaders.
//!
//! Source: Raft paper, Figure 3, first property. Sees only `StateChanged` events, so it also
//! catches leaders that are cut off from everybody. Says nothing about liveness.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, Term};
use crate::trace::Event;

pub(super) const RULE: &str = "election safety";

/// Watches that no term ever has two leaders.
///
/// A server that leads the same term again in the same life is the leader that the term already
/// has. In a later life it is a second leader: servers start up as followers (§5.2), and a
/// candidate increments its term before it asks for votes, so leading the old term again means
/// that the server forgot something. Both of its lives could then put different entries at the
/// same index of the same term.
#[derive(Debug, Default)]
pub struct ElectionSafety {
    leaders: BTreeMap<Term, (Incarnation, Instant)>,
    /// By server, of what term it said last that it leads; none if it said last that it does not.
    leads: BTreeMap<Incarnation, Term>,
}

impl ElectionSafety {
    fn lead(&mut self, at: Instant, server: Incarnation, term: Term) -> Result<(), Violation> {
        let led = self.leads.insert(server, term);
        match self.leaders.entry(term) {
            Entry::Vacant(entry) => {
                entry.insert((server, at));
                Ok(())
            }
            Entry::Occupied(entry) if entry.get().0 == server => Ok(()),
            Entry::Occupied(entry) => Err(two_leaders(at, (server, led), term, *entry.get())),
        }
    }
}

#[cold]
fn two_leaders(
    at: Instant,
    (server, led): (Incarnation, Option<Term>),
    term: Term,
    (first, since): (Incarnation, Instant),
) -> Violation {
    let mut servers = vec![first.server, server.server];
    servers.dedup();
    let mut evidence = vec![
        format!("{first} became the leader of term {term} at {since}"),
        format!("{server} became the leader of term {term} at {at}"),
    ];
    evidence.extend(led.map(|led| format!("{server} led term {led} until then")));
    Violation { rule: RULE, at, servers, evidence }
}

impl Oracle for ElectionSafety {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::StateChanged { server, term, is_leader: true } => self.lead(at, server, term),
            Event::StateChanged { server, .. } => {
                self.leads.remove(&server);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn three() -> History<ElectionSafety> {
        History::new(ElectionSafety::default(), 3)
    }

    #[test]
    fn one_leader_per_term_is_legal() {
        three().at(300).elected(0, 1).at(900).disconnect(0).at(1_300).state(1, 2, true).legal();
    }

    #[test]
    fn a_second_leader_is_not_even_if_it_is_cut_off() {
        let mut history = three();
        history.at(300).elected(0, 1).at(400).disconnect(2).at(700).state(2, 1, true);
        let violation = history.illegal(700, &[0, 2]);
        assert_says(&violation, "S0.1 became the leader of term 1 at 000.300000");
        assert_says(&violation, "S2.1 became the leader of term 1 at 000.700000");
    }

    #[test]
    fn who_went_on_leading_in_a_later_term_is_named() {
        let mut history = three();
        history.at(300).elected(0, 1).disconnect(0).at(700).state(1, 2, true).at(900).connect(0).state(0, 2, true);
        let violation = history.illegal(900, &[1, 0]);
        assert_says(&violation, "S0.1 led term 1 until then");
    }

    #[test]
    fn two_leaders_at_one_time_in_different_terms_are_legal() {
        three().at(300).elected(0, 1).disconnect(0).at(700).state(1, 2, true).legal();
    }

    #[test]
    fn the_same_life_may_report_its_leadership_again() {
        three().at(300).state(0, 1, true).at(400).state(0, 1, false).at(500).state(0, 1, true).legal();
    }

    #[test]
    fn a_later_life_may_not_lead_the_old_term() {
        let mut history = three();
        history.at(300).elected(0, 1).at(500).crash(0).start(0).state(0, 1, false).connect(0).at(900).state(0, 1, true);
        assert_says(&history.illegal(900, &[0]), "S0.2 became the leader of term 1");
    }
}
