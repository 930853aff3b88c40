//! Term rule: a server adopts the term of what it answers, and serves nobody from an earlier one.
//!
//! Source: Raft paper, Figure 2, "rules for all servers" and the first rule of either receiver.
//! Needs `Rpc::describe` and `Rpc::describe_reply`. Judged are answers only, by the term that the
//! server itself reports:
//!
//! - Who answers an append or a snapshot is in the request's term at least, once the instant is over.
//! - Who was in a higher term already when the request came grants no vote and takes no append.
//!
//! Deliberately not judged: the term that a reply carries, if the server adopted the right one; a
//! candidate's term, for who hears a leader may ignore candidates together with their terms (§6),
//! and who grants a pre-vote stays in its own; and what a server learns from replies, since it may
//! have given up waiting for them, or wait for others first, which is as good as if they were lost.

use super::suspects::Suspects;
use super::unanswered::Unanswered;
use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, Term};
use crate::trace::{Call, Description, Event, ReplyDescription};

pub(super) const RULE: &str = "term rule";

/// Watches what servers answer to requests of terms other than theirs.
#[derive(Debug, Default)]
pub struct TermRule {
    unanswered: Unanswered<Request>,
    /// Answers to requests whose term the server has not reported yet.
    suspects: Suspects<Answer>,
    /// By server.
    reports: Vec<Report>,
}

/// What a life last reported.
#[derive(Clone, Copy, Debug, Default)]
struct Report {
    life: u32,
    term: Term,
}

/// A request in hand.
#[derive(Clone, Copy, Debug)]
struct Request {
    term: Term,
    delivered: Instant,
    /// The term that the server reported when the request came.
    reported: Term,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    call: Call,
    server: Incarnation,
    request: Request,
}

impl TermRule {
    fn report(&mut self, server: Incarnation) -> &mut Report {
        let number = server.server.number();
        if number >= self.reports.len() {
            self.reports.resize(number + 1, Report::default());
        }
        let report = &mut self.reports[number];
        if report.life != server.life {
            *report = Report { life: server.life, term: 0 };
        }
        report
    }

    fn delivered(&mut self, at: Instant, call: Call, server: Incarnation, description: &Description) {
        if let Some(term) = description.term() {
            let reported = self.report(server).term;
            self.unanswered.delivered(server.server, call.number, Request { term, delivered: at, reported });
        }
    }

    fn answered(
        &mut self,
        at: Instant,
        call: Call,
        server: Incarnation,
        reply: &ReplyDescription,
    ) -> Result<(), Violation> {
        let Some(request) = self.unanswered.answered(server.server, call.number) else { return Ok(()) };
        let (serves, must_adopt) = match *reply {
            ReplyDescription::RequestVote { vote_granted, .. } => (vote_granted, false),
            ReplyDescription::AppendEntries { success, .. } => (success, true),
            ReplyDescription::InstallSnapshot { .. } => (false, true),
            ReplyDescription::Other => return Ok(()),
        };
        let answer = Answer { call, server, request };
        if serves && request.reported > request.term {
            return Err(served_the_past(at, answer));
        }
        if must_adopt && self.report(server).term < request.term {
            self.suspects.add(at, answer);
        }
        Ok(())
    }

    fn reported(&mut self, server: Incarnation, term: Term) {
        self.report(server).term = term;
        self.suspects.clear(|answer| answer.server == server && term >= answer.request.term);
    }

    fn ended(&mut self, server: Incarnation) {
        self.unanswered.forget(server.server);
        self.suspects.clear(|answer| answer.server.server == server.server);
    }

    #[inline]
    fn convict(&mut self, at: Instant) -> Result<(), Violation> {
        match self.suspects.convict(at) {
            Some((at, answer)) => {
                let reported = self.report(answer.server).term;
                Err(term_ignored(at, answer, reported))
            }
            None => Ok(()),
        }
    }
}

fn served_the_past(at: Instant, Answer { call, server, request }: Answer) -> Violation {
    let Call { number, name, from, .. } = call;
    let Request { term, delivered, reported } = request;
    let evidence = vec![
        format!("{server} had reported term {reported} when {name}#{number} of {from} came at {delivered}"),
        format!("it granted that at {at}, although the request is of term {term}"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server, from.server], evidence }
}

fn term_ignored(at: Instant, Answer { call, server, request }: Answer, reported: Term) -> Violation {
    let Call { number, name, from, .. } = call;
    let Request { term, delivered, .. } = request;
    let evidence = vec![
        format!("{name}#{number} of {from} reached {server} at {delivered} with term {term}"),
        format!("{server} answered at {at} and still reported term {reported} after that"),
    ];
    Violation { rule: RULE, at, servers: vec![server.server, from.server], evidence }
}

impl Oracle for TermRule {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.convict(at)?;
        match *event {
            Event::RequestDelivered { call, server, description } => self.delivered(at, call, server, description),
            Event::ReplySent { call, server, description, .. } => return self.answered(at, call, server, description),
            Event::StateChanged { server, term, .. } => self.reported(server, term),
            Event::Started { server } | Event::Crashed { server } => self.ended(server),
            _ => {}
        }
        Ok(())
    }

    /// The last instant may have been cut short: what happened at it is not judged.
    fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.convict(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};
    use crate::trace::ReplyDescription::{AppendEntries, InstallSnapshot};

    const SNAPSHOT: Description =
        Description::InstallSnapshot { term: 3, last_included_index: 1, last_included_term: 1, size: 1 };

    /// Three servers, all in term 2.
    fn second_term() -> History<TermRule> {
        let mut history = History::new(TermRule::default(), 3);
        history.at(300).elected(0, 2);
        history
    }

    #[test]
    fn who_adopts_higher_terms_and_refuses_lower_ones_is_legal() {
        let mut history = second_term();
        history.at(400).ask(1, 2, 3).delivered().vote(3, true).state(2, 3, false);
        history.at(401).heartbeat(0, 2, 2).delivered().answered(&AppendEntries { term: 3, success: false });
        history.at(402).ask(0, 2, 2).delivered().vote(3, false);
        history.at(403).heartbeat(1, 2, 3).delivered().answered(&AppendEntries { term: 3, success: true });
        history.at(404).request(1, 0, &SNAPSHOT).delivered().answered(&InstallSnapshot { term: 3 }).state(0, 3, false);
        history.at(500).legal();
    }

    #[test]
    fn a_higher_term_must_be_adopted() {
        let mut history = second_term();
        history.at(400).heartbeat(1, 0, 3).delivered().answered(&AppendEntries { term: 2, success: false });
        history.at(401).state(0, 3, false);
        let violation = history.illegal(400, &[0, 1]);
        assert_says(&violation, "Rpc#1 of S1.1 reached S0.1 at 000.400000 with term 3");
        assert_says(&violation, "S0.1 answered at 000.400000 and still reported term 2");
        let mut history = second_term();
        history.at(400).request(1, 0, &SNAPSHOT).delivered().answered(&InstallSnapshot { term: 3 });
        history.at(401).illegal(400, &[0, 1]);
    }

    #[test]
    fn an_earlier_term_is_not_served() {
        let mut history = second_term();
        history.at(400).ask(1, 2, 1).delivered().at(401).vote(2, true);
        let violation = history.illegal(401, &[2, 1]);
        assert_says(&violation, "S2.1 had reported term 2 when Rpc#1 of S1.1 came at 000.400000");
        assert_says(&violation, "it granted that at 000.401000, although the request is of term 1");
        let mut history = second_term();
        history.at(400).heartbeat(1, 2, 1).delivered().answered(&AppendEntries { term: 2, success: true });
        history.illegal(400, &[2, 1]);
    }

    #[test]
    fn a_candidate_may_be_ignored_together_with_its_term() {
        second_term().at(400).ask(1, 0, 9).delivered().vote(2, false).at(500).legal();
    }

    #[test]
    fn a_pre_vote_changes_no_term() {
        second_term().at(400).ask(1, 0, 3).delivered().vote(3, true).at(500).legal();
    }

    #[test]
    fn the_term_in_a_reply_may_be_late_or_early() {
        let mut history = second_term();
        history.at(400).heartbeat(1, 0, 3).delivered().answered(&AppendEntries { term: 2, success: true });
        history.state(0, 3, false);
        // Taken in term 3; when the handler returns, it is term 4.
        history.at(401).heartbeat(1, 0, 3).delivered().at(402).state(0, 4, false);
        history.answered(&AppendEntries { term: 4, success: true }).at(500).legal();
    }

    #[test]
    fn a_reply_with_a_higher_term_may_go_unheard() {
        let mut history = second_term();
        history.at(400).ask(0, 1, 2).delivered().vote(3, false).state(1, 3, false).hear_vote(3, false);
        history.at(500).heartbeat(0, 2, 2).delivered().answered(&AppendEntries { term: 2, success: true });
        history.at(600).legal();
    }

    #[test]
    fn a_crash_at_the_same_instant_ends_the_matter() {
        let mut history = second_term();
        history.at(400).heartbeat(1, 0, 3).delivered().answered(&AppendEntries { term: 3, success: true });
        history.crash(0).at(500).start(0).state(0, 2, false).legal();
    }
}
