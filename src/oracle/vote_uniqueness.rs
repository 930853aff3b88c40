//! Vote uniqueness: in each term a server votes for at most one candidate, also over restarts.
//!
//! Source: Raft paper, §5.2 and Figure 2, `votedFor`. Needs `Rpc::describe` and
//! `Rpc::describe_reply`. Sees a vote when a server grants one, and when it asks for votes itself:
//! a candidate has voted for itself.
//!
//! Deliberately not judged: a vote that is granted in a reply of another term than the request's
//! (what was wrong with it is for `term_rule`), and one of a term that the voter is not in once
//! the step is over, such as a pre-vote, which binds nobody. A refusal is always legal.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::unanswered::Unanswered;
use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::trace::{Description, Event, ReplyDescription};

pub(super) const RULE: &str = "vote uniqueness";

/// Watches that no server votes for two candidates of one term.
///
/// Voting again for the same candidate is fine, in whatever life of either: requests are repeated
/// when replies get lost, and the vote is remembered by the candidate's name only.
#[derive(Debug, Default)]
pub struct VoteUniqueness {
    votes: BTreeMap<(ServerId, Term), Vote>,
    /// The terms of the vote requests.
    unanswered: Unanswered<Term>,
    /// By server.
    voters: Vec<Voter>,
}

/// A vote, as it was cast first.
#[derive(Clone, Copy, Debug)]
struct Vote {
    at: Instant,
    voter: Incarnation,
    term: Term,
    candidate: ServerId,
}

#[derive(Clone, Copy, Debug, Default)]
struct Voter {
    life: u32,
    /// As this life reports it.
    term: Term,
    /// Counts if the step turns out to have led to its term.
    pending: Option<Vote>,
}

impl VoteUniqueness {
    fn voter(&mut self, server: Incarnation) -> &mut Voter {
        let number = server.server.number();
        if number >= self.voters.len() {
            self.voters.resize(number + 1, Voter::default());
        }
        let voter = &mut self.voters[number];
        if voter.life != server.life {
            *voter = Voter { life: server.life, ..Voter::default() };
        }
        voter
    }

    fn voted(&mut self, vote: Vote) -> Result<(), Violation> {
        let voter = self.voter(vote.voter);
        if vote.term > voter.term {
            voter.pending = Some(vote);
            return Ok(());
        }
        self.count(vote)
    }

    fn reported(&mut self, at: Instant, server: Incarnation, term: Term) -> Result<(), Violation> {
        let voter = self.voter(server);
        voter.term = term;
        match voter.pending.take() {
            Some(vote) if vote.term == term && vote.at == at => self.count(vote),
            _ => Ok(()),
        }
    }

    fn count(&mut self, vote: Vote) -> Result<(), Violation> {
        match self.votes.entry((vote.voter.server, vote.term)) {
            Entry::Vacant(entry) => {
                entry.insert(vote);
                Ok(())
            }
            Entry::Occupied(entry) if entry.get().candidate == vote.candidate => Ok(()),
            Entry::Occupied(entry) => Err(two_votes(*entry.get(), vote)),
        }
    }
}

#[cold]
fn two_votes(first: Vote, second: Vote) -> Violation {
    let mut servers = vec![second.voter.server];
    servers.extend([first.candidate, second.candidate].into_iter().filter(|server| *server != second.voter.server));
    let evidence = [first, second].map(|Vote { at, voter, term, candidate }| {
        if voter.server == candidate {
            format!("{voter} asked for votes in term {term} at {at}: it voted for itself")
        } else {
            format!("{voter} voted for {candidate} in term {term} at {at}")
        }
    });
    Violation { rule: RULE, at: second.at, servers, evidence: evidence.to_vec() }
}

impl Oracle for VoteUniqueness {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::RequestSent { call, description: &Description::RequestVote { term, .. }, .. } => {
                self.voted(Vote { at, voter: call.from, term, candidate: call.from.server })
            }
            Event::RequestDelivered { call, server, description: &Description::RequestVote { term, .. } } => {
                self.unanswered.delivered(server.server, call.number, term);
                Ok(())
            }
            Event::ReplySent { call, server, description, .. } => {
                let &ReplyDescription::RequestVote { term, vote_granted } = description else { return Ok(()) };
                let requested = self.unanswered.answered(server.server, call.number);
                if !vote_granted || requested != Some(term) {
                    return Ok(());
                }
                self.voted(Vote { at, voter: server, term, candidate: call.from.server })
            }
            // A step that leads to a new term saves it before it tells of a vote in it: what was
            // told before this was no vote, even if the server comes to that term at this instant.
            Event::Saved { server, .. } => {
                self.voter(server).pending = None;
                Ok(())
            }
            Event::StateChanged { server, term, .. } => self.reported(at, server, term),
            Event::Started { server } | Event::Crashed { server } => {
                self.unanswered.forget(server.server);
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

    /// S1 asks S0 for its vote in term 1 at 300 ms and gets it.
    fn voted() -> History<VoteUniqueness> {
        let mut history = History::new(VoteUniqueness::default(), 3);
        history.at(300).ask(1, 0, 1).state(1, 1, false).delivered().vote(1, true).state(0, 1, false);
        history
    }

    #[test]
    fn one_vote_in_each_term_is_legal() {
        let mut history = voted();
        history.at(301).ask(2, 0, 1).state(2, 1, false).delivered().vote(1, false);
        history.at(600).ask(2, 0, 2).state(2, 2, false).delivered().vote(2, true).state(0, 2, false).legal();
    }

    /// As after a pause, when timers and messages come all at once.
    #[test]
    fn a_pre_vote_is_none_even_if_its_term_comes_at_the_same_instant() {
        let mut history = History::new(VoteUniqueness::default(), 3);
        history.at(300).ask(0, 2, 1).save(0).state(0, 1, false);
        history.ask(1, 0, 1).delivered().vote(1, true).legal();
        let mut history = History::new(VoteUniqueness::default(), 3);
        history.at(300).save(0).ask(0, 2, 1).state(0, 1, false);
        history.ask(1, 0, 1).delivered().vote(1, true).illegal(300, &[0, 1]);
    }

    #[test]
    fn a_second_vote_is_not() {
        let mut history = voted();
        history.at(301).ask(2, 0, 1).state(2, 1, false).delivered().vote(1, true);
        let violation = history.illegal(301, &[0, 1, 2]);
        assert_says(&violation, "S0.1 voted for S1 in term 1 at 000.300000");
        assert_says(&violation, "S0.1 voted for S2 in term 1 at 000.301000");
    }

    #[test]
    fn a_vote_forgotten_in_a_crash_is_no_excuse() {
        let mut history = voted();
        history.at(400).crash(0).start(0).state(0, 1, false).connect(0);
        history.at(500).ask(2, 0, 1).state(2, 1, false).delivered().vote(1, true);
        assert_says(&history.illegal(500, &[0, 1, 2]), "S0.2 voted for S2 in term 1");
    }

    #[test]
    fn a_candidate_has_voted_for_itself() {
        let mut history = voted();
        history.at(301).ask(2, 1, 1).state(2, 1, false).delivered().vote(1, true);
        let violation = history.illegal(301, &[1, 2]);
        assert_says(&violation, "S1.1 asked for votes in term 1 at 000.300000: it voted for itself");
        // A stale sender that puts the present term into its request.
        voted().at(301).ask(0, 2, 1).illegal(301, &[0, 1]);
    }

    #[test]
    fn the_same_candidate_may_get_it_again() {
        let mut history = voted();
        history.at(301).ask(1, 0, 1).delivered().vote(1, true);
        history.at(400).crash(0).start(0).state(0, 1, false).connect(0);
        history.at(500).ask(1, 0, 1).delivered().vote(1, true).legal();
    }

    #[test]
    fn a_pre_vote_binds_nobody() {
        let mut history = voted();
        history.at(600).ask(1, 0, 2).delivered().vote(2, true);
        history.at(601).ask(2, 0, 2).delivered().vote(2, true);
        history.at(700).ask(2, 0, 2).state(2, 2, false).delivered().vote(2, true).state(0, 2, false).legal();
    }

    #[test]
    fn a_slow_reply_may_say_a_later_term() {
        // The vote is for term 1, in which S0 voted for S1; the reply is read in term 2.
        let mut history = History::new(VoteUniqueness::default(), 3);
        history.at(300).ask(1, 0, 1).state(1, 1, false).delivered();
        history.at(301).ask(2, 0, 2).state(2, 2, false).delivered().vote(2, true).state(0, 2, false);
        history.at(302).again(1).vote(2, true).legal();
    }
}
