//! Grant rule: a vote is given only to whoever asks for it, is remembered, and goes to nobody whose
//! log is older than the voter's own.
//!
//! Source: Raft paper, Figure 2, RequestVote; §5.4.1. Needs `Raft::inspect`, `Rpc::describe` and
//! `Rpc::describe_reply`.
//!
//! Deliberately not judged: a vote that could have been given and was not, which costs time only;
//! a grant in a term that the voter is not in, such as a pre-vote; and which log decided, if the
//! voter's own changed while it had the request in hand.

use super::world::{Request, Seen, World};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::{Call, Description, Event, ReplyDescription};

pub(in crate::oracle) const RULE: &str = "grant rule";

/// So many requests are remembered for each voter.
const REMEMBERED: usize = 64;

/// Watches votes.
#[derive(Debug, Default)]
pub(in crate::oracle) struct Grants {
    /// By voter, who spoke to it in which term.
    heard: Vec<Vec<(Term, ServerId)>>,
}

impl Grants {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::RequestDelivered { call, server, description } => self.delivered(call, server, description),
            Event::ReplySent {
                server,
                description: &ReplyDescription::RequestVote { term, vote_granted: true },
                ..
            } => {
                if let Some(request) = world.answered()
                    && let Some(voter) = world.life(server)
                    && (term, voter.now.current_term) == (request.term, request.term)
                {
                    return granted(at, server, voter, request);
                }
            }
            Event::Inspected { server, .. } => {
                if let Some(voter) = world.life(server) {
                    return self.voted(at, server, voter);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn delivered(&mut self, call: Call, server: Incarnation, description: &Description) {
        let Some(term) = description.term() else { return };
        let speaker = match *description {
            Description::RequestVote { candidate, .. } => candidate,
            _ => call.from.server,
        };
        self.remember(server.server, (term, speaker));
    }

    fn remember(&mut self, voter: ServerId, spoke: (Term, ServerId)) {
        let number = voter.number();
        if number >= self.heard.len() {
            self.heard.resize_with(number + 1, Vec::new);
        }
        let heard = &mut self.heard[number];
        if heard.last() == Some(&spoke) || heard.contains(&spoke) {
            return;
        }
        if heard.len() == REMEMBERED {
            heard.remove(0);
        }
        heard.push(spoke);
    }

    /// A vote that is new must be for the voter itself or for someone who spoke to it in that term.
    fn voted(&self, at: Instant, server: Incarnation, voter: &Seen) -> Result<(), Violation> {
        let Some(before) = voter.before else { return Ok(()) };
        let (term, vote) = (voter.now.current_term, voter.now.voted_for);
        let Some(candidate) = vote.filter(|candidate| *candidate != server.server) else { return Ok(()) };
        if (before.current_term, before.voted_for) == (term, vote) {
            return Ok(());
        }
        let heard = self.heard.get(server.server.number());
        if heard.is_some_and(|heard| heard.contains(&(term, candidate))) {
            return Ok(());
        }
        let evidence = vec![
            format!("at {at} {server} is in term {term}, with its vote given to {candidate}"),
            format!("{candidate} has not asked it for a vote in term {term}"),
        ];
        Err(Violation { rule: RULE, at, servers: vec![server.server, candidate], evidence })
    }
}

fn granted(at: Instant, server: Incarnation, voter: &Seen, request: &Request) -> Result<(), Violation> {
    let Request { term, what, last_log: voter_log, .. } = *request;
    let Description::RequestVote { candidate, last_log_index, last_log_term, .. } = what else { return Ok(()) };
    let last_log = (last_log_term, last_log_index);
    let violation = |text: String| {
        let grant = format!("at {at} {server} gave {candidate} its vote in term {term}");
        Err(Violation { rule: RULE, at, servers: vec![server.server, candidate], evidence: vec![grant, text] })
    };
    if voter.now.voted_for != Some(candidate) {
        let vote = voter.now.voted_for.map_or("none".to_owned(), |other| other.to_string());
        return violation(format!("its voted_for is {vote}"));
    }
    if last_log < voter_log && voter_log == voter.last_log() {
        let ((last_term, last), (own_term, own)) = (last_log, voter_log);
        return violation(format!(
            "the log of {candidate} ends with term {last_term} at index {last}, its own with term {own_term} at index {own}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Index;
    use crate::oracle::glass::told::{Told, cluster, committed};
    use crate::oracle::history::{History, assert_says, follower};

    /// S0 leads term 1, all logs end at index 1 with term 1; S1, in term 2, has a vote request of S2
    /// for that term in hand, which says that S2's log ends with `last`.
    fn asked(last: (Index, Term)) -> History<Told<Grants>> {
        let mut history = committed();
        history.at(900).ask_with(2, 1, 2, last).delivered().shows(1, follower(2).log(&[1]));
        history
    }

    #[test]
    fn a_vote_for_a_log_that_is_as_good_is_legal() {
        for last in [(1, 1), (2, 1), (1, 2)] {
            asked(last).shows(1, follower(2).vote(2).log(&[1])).vote(2, true).legal();
        }
    }

    #[test]
    fn nobody_votes_for_an_older_log() {
        // The last term counts more than the length.
        for last in [(0, 0), (7, 0)] {
            let violation = asked(last).shows(1, follower(2).vote(2).log(&[1])).vote(2, true).illegal(900, &[1, 2]);
            assert_says(&violation, "at 000.900000 S1.1 gave S2 its vote in term 2");
            assert_says(
                &violation,
                &format!("the log of S2 ends with term 0 at index {}, its own with term 1 at index 1", last.0),
            );
        }
    }

    #[test]
    fn a_vote_is_remembered() {
        let violation = asked((1, 1)).vote(2, true).illegal(900, &[1, 2]);
        assert_says(&violation, "its voted_for is none");
        asked((1, 1))
            .ask(0, 1, 2)
            .delivered()
            .shows(1, follower(2).vote(0).log(&[1]))
            .again(3)
            .vote(2, true)
            .illegal(900, &[1, 2]);
    }

    #[test]
    fn a_vote_goes_to_who_asks() {
        let mut history = asked((1, 1));
        history.at(901).shows(1, follower(2).vote(0).log(&[1]));
        let violation = history.illegal(901, &[1, 0]);
        assert_says(&violation, "at 000.901000 S1.1 is in term 2, with its vote given to S0");
        assert_says(&violation, "S0 has not asked it for a vote in term 2");
        // S0 asked for another term.
        asked((1, 1)).shows(1, follower(3).vote(2).log(&[1])).illegal(900, &[1, 2]);
    }

    #[test]
    fn whoever_hears_a_leader_may_note_it_as_its_vote() {
        let mut history = cluster::<Grants>(3);
        history.at(400).append(0, 1, 1, 0, 0, 0).delivered().shows(1, follower(1).vote(0)).legal();
    }

    #[test]
    fn a_vote_from_an_earlier_life_is_not_new() {
        committed::<Grants>().at(500).crash(1).start(1).shows(1, follower(1).vote(0).log(&[1])).legal();
    }

    #[test]
    fn a_vote_may_be_refused_and_granted_again() {
        asked((1, 1)).vote(2, false).legal();
        let mut history = asked((1, 1));
        history
            .shows(1, follower(2).vote(2).log(&[1]))
            .vote(2, true)
            .ask_with(2, 1, 2, (1, 1))
            .delivered()
            .vote(2, true)
            .legal();
    }

    #[test]
    fn a_pre_vote_binds_nobody() {
        // Asked for term 2, while the voter stays in term 1.
        committed::<Grants>().at(900).ask_with(2, 1, 2, (1, 1)).delivered().vote(2, true).legal();
    }

    #[test]
    fn a_log_that_changed_meanwhile_is_not_compared() {
        asked((0, 0)).shows(1, follower(2).vote(2).log(&[1, 1])).vote(2, true).legal();
    }
}
