//! Message roles: only a term's leader sends its appends and snapshots, only its candidates ask
//! for votes.
//!
//! Source: Raft paper, §5.1 and Figure 2. Needs `Rpc::describe`.
//!
//! Deliberately not judged: requests of a term below the one that the sender reports. Who sends
//! late what it prepared as a leader, or repeats its vote request after it has won, does no harm;
//! and a step that leads in a term and sees the end of it again shows no leadership at all. Nor
//! is a server asked whether it is a candidate: nothing tells one from a follower. If it has
//! voted for somebody else, that is for `vote_uniqueness`.

use super::suspects::Suspects;
use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::trace::{Call, Description, Event};

pub(super) const RULE: &str = "message roles";

/// Watches that nobody speaks in a role that it does not have.
#[derive(Debug, Default)]
pub struct MessageRoles {
    /// By server.
    senders: Vec<Sender>,
    /// Leaders' messages from who has not reported to lead.
    suspects: Suspects<Message>,
}

/// What a life has reported.
#[derive(Debug, Default)]
struct Sender {
    life: u32,
    term: Term,
    /// The terms that it has led, in the order of its reports.
    led: Vec<Term>,
}

/// A message that only the leader of `term` may send.
#[derive(Clone, Copy, Debug)]
struct Message {
    call: Call,
    term: Term,
}

impl MessageRoles {
    fn sender(&mut self, server: Incarnation) -> &mut Sender {
        let number = server.server.number();
        if number >= self.senders.len() {
            self.senders.resize_with(number + 1, Sender::default);
        }
        let sender = &mut self.senders[number];
        if sender.life != server.life {
            *sender = Sender { life: server.life, ..Sender::default() };
        }
        sender
    }

    fn sent(&mut self, at: Instant, call: Call, description: &Description) -> Result<(), Violation> {
        match *description {
            Description::RequestVote { term, candidate, .. } if candidate != call.from.server => {
                Err(asked_for_another(at, call, term, candidate))
            }
            Description::AppendEntries { term, .. } | Description::InstallSnapshot { term, .. } => {
                let sender = self.sender(call.from);
                if term >= sender.term && !sender.led.contains(&term) {
                    self.suspects.add(at, Message { call, term });
                }
                Ok(())
            }
            Description::RequestVote { .. } | Description::Other => Ok(()),
        }
    }

    fn reported(&mut self, server: Incarnation, term: Term, is_leader: bool) {
        let sender = self.sender(server);
        sender.term = term;
        if is_leader && sender.led.last() != Some(&term) {
            sender.led.push(term);
        }
        let is_excused = |message: &Message| if is_leader { message.term <= term } else { message.term < term };
        self.suspects.clear(|message| message.call.from == server && is_excused(message));
    }

    #[inline]
    fn convict(&mut self, at: Instant) -> Result<(), Violation> {
        match self.suspects.convict(at) {
            Some((at, message)) => {
                let reported = self.sender(message.call.from).term;
                Err(not_the_leader(at, message, reported))
            }
            None => Ok(()),
        }
    }
}

#[cold]
fn asked_for_another(at: Instant, call: Call, term: Term, candidate: ServerId) -> Violation {
    let Call { number, name, from, to, .. } = call;
    let evidence = vec![
        format!("{from} sent {to} {name}#{number} of term {term} at {at}"),
        format!("that asks for a vote for {candidate}: only the candidate itself may ask"),
    ];
    Violation { rule: RULE, at, servers: vec![from.server, candidate], evidence }
}

fn not_the_leader(at: Instant, Message { call, term }: Message, reported: Term) -> Violation {
    let Call { number, name, from, to, .. } = call;
    let evidence = vec![
        format!("{from} sent {to} {name}#{number} of term {term} at {at}, as only the leader of that term may"),
        format!("{from} reported term {reported} after that, and never in this life that it leads term {term}"),
    ];
    Violation { rule: RULE, at, servers: vec![from.server], evidence }
}

impl Oracle for MessageRoles {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.convict(at)?;
        match *event {
            Event::RequestSent { call, description, .. } => return self.sent(at, call, description),
            Event::StateChanged { server, term, is_leader } => self.reported(server, term, is_leader),
            Event::Crashed { server } => self.suspects.clear(|message| message.call.from == server),
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

    const SNAPSHOT: Description =
        Description::InstallSnapshot { term: 1, last_included_index: 1, last_included_term: 1, size: 1 };

    /// Three servers; S0 leads term 1 from 300 ms on.
    fn led() -> History<MessageRoles> {
        let mut history = History::new(MessageRoles::default(), 3);
        history.at(290).ask(0, 1, 1).ask(0, 2, 1).at(300).elected(0, 1);
        history
    }

    #[test]
    fn a_leader_sends_appends_and_snapshots() {
        let mut history = led();
        history.at(400).heartbeat(0, 1, 1).request(0, 2, &SNAPSHOT).at(500).legal();
    }

    #[test]
    fn the_first_appends_come_before_the_report() {
        let mut history = led();
        history.at(600).ask(1, 2, 2).state(1, 2, false);
        history.at(601).heartbeat(1, 0, 2).heartbeat(1, 2, 2).state(1, 2, true).at(700).legal();
    }

    #[test]
    fn nobody_else_does() {
        let mut history = led();
        history.at(400).heartbeat(1, 2, 1).at(401);
        let violation = history.illegal(400, &[1]);
        assert_says(&violation, "S1.1 sent S2 Rpc#3 of term 1 at 000.400000");
        assert_says(&violation, "never in this life that it leads term 1");
        led().at(400).request(2, 1, &SNAPSHOT).at(401).state(2, 1, true).illegal(400, &[2]);
        // Of a term that it has not even reached.
        led().at(400).heartbeat(1, 2, 7).at(401).illegal(400, &[1]);
    }

    #[test]
    fn a_former_leader_does_not_lead_the_next_term() {
        let mut history = led();
        history.at(400).state(0, 2, false).at(500).heartbeat(0, 1, 2).at(501);
        assert_says(&history.illegal(500, &[0]), "S0.1 reported term 2");
    }

    #[test]
    fn nor_does_a_later_life() {
        let mut history = led();
        history.at(400).crash(0).start(0).state(0, 1, false).connect(0);
        history.at(500).heartbeat(0, 1, 1).at(501).illegal(500, &[0]);
    }

    #[test]
    fn late_requests_of_earlier_terms_are_legal() {
        led().at(400).state(0, 2, false).at(500).heartbeat(0, 1, 1).ask(0, 1, 1).at(600).legal();
    }

    #[test]
    fn a_leadership_that_ends_within_the_step_is_not_seen() {
        led().at(400).heartbeat(1, 2, 2).state(1, 3, false).at(500).legal();
    }

    #[test]
    fn a_candidate_asks_for_itself() {
        led().at(400).ask(1, 2, 2).at(500).ask(1, 2, 2).at(600).legal();
        let vote = Description::RequestVote {
            term: 2,
            candidate: ServerId::new_const(2),
            last_log_index: 0,
            last_log_term: 0,
        };
        let violation = led().at(400).request(1, 0, &vote).illegal(400, &[1, 2]);
        assert_says(&violation, "that asks for a vote for S2");
    }
}
