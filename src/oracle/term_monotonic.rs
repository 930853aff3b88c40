//! Term monotonicity: the term that a server reports never goes down.
//!
//! Source: Raft paper, Figure 2, `currentTerm`: "increases monotonically", and is saved before
//! the server answers anybody. Sees only `StateChanged` events. Follows a server over its
//! restarts; a term that was forgotten shows in the first report of the new life.

use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, Term};
use crate::trace::Event;

pub(super) const RULE: &str = "term monotonicity";

/// Watches that no server's term goes down.
#[derive(Debug, Default)]
pub struct TermMonotonic {
    /// By server, the latest report.
    /// Invariant: no earlier report of the server has a higher term.
    reports: Vec<Option<Report>>,
}

#[derive(Clone, Copy, Debug)]
struct Report {
    server: Incarnation,
    term: Term,
    at: Instant,
}

impl TermMonotonic {
    fn report(&mut self, report: Report) -> Result<(), Violation> {
        let number = report.server.server.number();
        if number >= self.reports.len() {
            self.reports.resize(number + 1, None);
        }
        match self.reports[number].replace(report) {
            Some(earlier) if earlier.term > report.term => Err(went_down(earlier, report)),
            _ => Ok(()),
        }
    }
}

#[cold]
fn went_down(earlier: Report, later: Report) -> Violation {
    let sentence = |Report { server, term, at }| format!("{server} reported term {term} at {at}");
    let evidence = vec![sentence(earlier), sentence(later)];
    Violation { rule: RULE, at: later.at, servers: vec![later.server.server], evidence }
}

impl Oracle for TermMonotonic {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::StateChanged { server, term, .. } => self.report(Report { server, term, at }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn three() -> History<TermMonotonic> {
        History::new(TermMonotonic::default(), 3)
    }

    #[test]
    fn rising_terms_are_legal_also_over_a_restart() {
        let mut history = three();
        history.at(300).elected(0, 4).at(500).crash(0).start(0).state(0, 4, false).connect(0);
        history.at(900).state(0, 7, false).legal();
    }

    #[test]
    fn a_term_that_goes_down_is_not() {
        let mut history = three();
        history.at(300).state(1, 4, false).at(350).state(1, 3, false);
        let violation = history.illegal(350, &[1]);
        assert_says(&violation, "S1.1 reported term 4 at 000.300000");
        assert_says(&violation, "S1.1 reported term 3 at 000.350000");
    }

    #[test]
    fn a_term_forgotten_in_a_crash_is_not() {
        let mut history = three();
        history.at(300).state(1, 4, false).at(350).crash(1).at(400).start(1).state(1, 0, false);
        assert_says(&history.illegal(400, &[1]), "S1.2 reported term 0 at 000.400000");
    }

    #[test]
    fn another_server_may_be_in_a_lower_term() {
        three().at(300).state(1, 9, false).at(400).state(2, 1, false).at(500).state(1, 9, true).legal();
    }
}
