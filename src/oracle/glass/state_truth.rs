//! State truth: what a server reports is what it shows.
//!
//! Source: lab 2A, `GetState`: the term, and whether the server believes that it leads. Needs
//! `Raft::inspect`. Both are asked for at the same moment. If they differ, one of them is wrong, and
//! no other rule that looks inside has much to say.

use super::world::World;
use crate::base::{Incarnation, Instant, Term};
use crate::oracle::Violation;
use crate::trace::{Event, Inspection, Role};

pub(in crate::oracle) const RULE: &str = "state truth";

/// Watches what servers say of themselves in two ways.
#[derive(Debug, Default)]
pub(in crate::oracle) struct StateTruth {
    /// By server.
    reports: Vec<Option<Report>>,
}

/// What a life last reported.
#[derive(Clone, Copy, Debug)]
struct Report {
    life: u32,
    term: Term,
    is_leader: bool,
}

impl StateTruth {
    pub(super) fn observe(&mut self, _: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::StateChanged { server, term, is_leader } => {
                let number = server.server.number();
                if number >= self.reports.len() {
                    self.reports.resize(number + 1, None);
                }
                self.reports[number] = Some(Report { life: server.life, term, is_leader });
                Ok(())
            }
            Event::Inspected { server, inspection, .. } => self.judge(at, server, inspection),
            _ => Ok(()),
        }
    }

    fn judge(&self, at: Instant, server: Incarnation, shown: &Inspection) -> Result<(), Violation> {
        let report = self.reports.get(server.server.number()).copied().flatten();
        let Some(Report { term, is_leader, .. }) = report.filter(|report| report.life == server.life) else {
            return Ok(());
        };
        if (term, is_leader) == (shown.current_term, shown.role == Role::Leader) {
            return Ok(());
        }
        let leads = if is_leader { "leads" } else { "does not lead" };
        let evidence = vec![
            format!("at {at} {server} reported by `Raft::state` that it is in term {term} and {leads}"),
            format!("and showed by `Raft::inspect` term {} and the role of a {:?}", shown.current_term, shown.role),
        ];
        Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, cluster};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    /// Three servers in term 0; S0 reports that it leads term 1.
    fn leads() -> History<Told<StateTruth>> {
        let mut history = cluster(3);
        history.at(300).state(0, 1, true);
        history
    }

    #[test]
    fn who_reports_what_it_shows_tells_the_truth() {
        leads().shows(0, leader(1)).at(400).state(0, 2, false).shows(0, candidate(2)).legal();
    }

    #[test]
    fn another_term_or_role_is_a_contradiction() {
        let violation = leads().shows(0, leader(2)).illegal(300, &[0]);
        assert_says(&violation, "at 000.300000 S0.1 reported by `Raft::state` that it is in term 1 and leads");
        assert_says(&violation, "showed by `Raft::inspect` term 2 and the role of a Leader");
        leads().shows(0, candidate(1)).illegal(300, &[0]);
    }

    #[test]
    fn what_an_earlier_life_reported_does_not_count() {
        leads().shows(0, leader(1)).crash(0).start(0).shows(0, follower(1)).legal();
    }
}
