//! Quorum certificate: who becomes leader has the votes of a majority.
//!
//! Source: Raft paper, §5.2 and Figure 2, rules for candidates. Needs `Rpc::describe` and
//! `Rpc::describe_reply`: silent until somebody has granted a vote in a reply that says so.
//!
//! Counts, for a life of a server, itself and the distinct voters whose granted replies reached
//! that life since it first asked for votes in the term. Deliberately generous: the term in the
//! reply may be one from before the voter adopted the candidate's, a late request of an earlier
//! term counts too, and a server that has asked for votes in a higher term since is not judged.

use std::collections::BTreeSet;

use super::{Oracle, Violation};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::trace::{Call, Description, Event, ReplyDescription};

pub(super) const RULE: &str = "quorum certificate";

/// Watches that every leader was elected by a majority of the whole cluster.
#[derive(Debug, Default)]
pub struct QuorumCertificate {
    /// The cluster's size; nothing is judged while it is unknown.
    servers: usize,
    /// A described reply has granted a vote.
    votes_are_described: bool,
    /// By server, its latest candidacy.
    candidacies: Vec<Candidacy>,
}

/// One life's asking for votes in one term.
#[derive(Debug, Default)]
struct Candidacy {
    life: u32,
    term: Term,
    /// The call that asked first: replies to earlier ones are about earlier terms.
    first_call: u64,
    voters: BTreeSet<ServerId>,
    /// Who voted in this life's earlier candidacies, and was heard while they lasted. Counts for nothing,
    /// but may be what a wrong count is made of.
    before: BTreeSet<ServerId>,
    /// Who voted in one of them, and was heard only now. No more than that.
    late: BTreeSet<ServerId>,
    /// The term of which the life said last that it leads it; none if it said last that it does not.
    leads: Option<Term>,
    /// It was found to have won; its leadership may be reported again.
    won: bool,
}

impl Candidacy {
    /// The same life's candidacy in a later term, in which it has asked for votes from this call on.
    fn go_on(&mut self, term: Term, first_call: u64) {
        let Candidacy { life, voters, mut before, late, leads, .. } = std::mem::take(self);
        before.extend(voters.into_iter().chain(late));
        *self = Candidacy { life, term, first_call, before, leads, ..Candidacy::default() };
    }

    /// Which votes that do not count would make it a majority of `servers`; none if no such votes do.
    fn miscounted(&self, servers: usize) -> Option<String> {
        let Candidacy { voters, before, late, .. } = self;
        let with_late: BTreeSet<ServerId> = voters | late;
        if with_late.len() > servers / 2 {
            return Some(format!(
                "with votes of an earlier term that arrived since, and do not count, it had {}: {with_late:?}",
                with_late.len()
            ));
        }
        let with_all: BTreeSet<ServerId> = &with_late | before;
        (with_all.len() > servers / 2).then(|| {
            let count = with_all.len();
            format!("with the votes of its earlier elections, which do not count, it had {count}: {with_all:?}")
        })
    }
}

impl QuorumCertificate {
    /// The candidacy of this life; an empty one in term 0 if the last was of an earlier life.
    fn candidacy(&mut self, server: Incarnation) -> &mut Candidacy {
        let number = server.server.number();
        if number >= self.candidacies.len() {
            self.candidacies.resize_with(number + 1, Candidacy::default);
        }
        let candidacy = &mut self.candidacies[number];
        if candidacy.life < server.life {
            *candidacy = Candidacy { life: server.life, ..Candidacy::default() };
        }
        candidacy
    }

    fn asked(&mut self, call: Call, term: Term) {
        let candidacy = self.candidacy(call.from);
        if term > candidacy.term {
            candidacy.go_on(term, call.number);
        }
    }

    fn granted(&mut self, call: Call, term: Term) {
        let candidacy = self.candidacy(call.from);
        if candidacy.life != call.from.life || term > candidacy.term {
            return;
        }
        let is_of_now = call.number >= candidacy.first_call;
        let heard = if is_of_now { &mut candidacy.voters } else { &mut candidacy.late };
        heard.insert(call.to);
    }

    fn won(&mut self, at: Instant, server: Incarnation, term: Term) -> Result<(), Violation> {
        let servers = self.servers;
        if servers == 0 || !self.votes_are_described {
            return Ok(());
        }
        let candidacy = self.candidacy(server);
        if candidacy.life != server.life || candidacy.term > term {
            return Ok(());
        }
        if candidacy.term < term {
            candidacy.go_on(term, u64::MAX);
        }
        let led = candidacy.leads.replace(term);
        candidacy.voters.insert(server.server);
        candidacy.won |= candidacy.voters.len() > servers / 2;
        if candidacy.won { Ok(()) } else { Err(minority(at, server, (candidacy, led), servers)) }
    }
}

#[cold]
fn minority(
    at: Instant,
    leader: Incarnation,
    (candidacy, led): (&Candidacy, Option<Term>),
    servers: usize,
) -> Violation {
    let Candidacy { term, voters, .. } = candidacy;
    let mut evidence = vec![
        format!("{leader} became the leader of term {term} at {at}"),
        format!("until then it had {} of {servers} votes in that term, its own included: {voters:?}", voters.len()),
    ];
    // Who has led all the time has counted no votes.
    let led = led.map(|led| format!("it led term {led} until then"));
    evidence.extend(led.or_else(|| candidacy.miscounted(servers)));
    Violation { rule: RULE, at, servers: vec![leader.server], evidence }
}

impl Oracle for QuorumCertificate {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::RequestSent { call, description: &Description::RequestVote { term, .. }, .. } => {
                self.asked(call, term);
            }
            Event::ReplySent { description: ReplyDescription::RequestVote { vote_granted: true, .. }, .. } => {
                self.votes_are_described = true;
            }
            Event::ReplyDelivered {
                call,
                description: &ReplyDescription::RequestVote { term, vote_granted: true },
                ..
            } => self.granted(call, term),
            Event::StateChanged { server, term, is_leader: true } => return self.won(at, server, term),
            Event::StateChanged { server, .. } => self.candidacy(server).leads = None,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    /// Five servers; S0 has asked all others for their votes in term 1, in calls 1 to 4, and the
    /// first two of them have granted it, S1 already heard.
    fn asked() -> History<QuorumCertificate> {
        let mut history = History::new(QuorumCertificate::default(), 5);
        history.at(300).ask(0, 1, 1).ask(0, 2, 1).ask(0, 3, 1).ask(0, 4, 1).state(0, 1, false);
        history.at(301).again(1).delivered().vote(1, true).again(2).delivered().vote(1, true);
        history.at(302).again(1).hear_vote(1, true);
        history
    }

    #[test]
    fn three_votes_of_five_are_enough() {
        asked().at(303).again(2).hear_vote(1, true).state(0, 1, true).legal();
    }

    #[test]
    fn two_are_not() {
        let mut history = asked();
        history.at(303).state(0, 1, true);
        let violation = history.illegal(303, &[0]);
        assert_says(&violation, "S0.1 became the leader of term 1 at 000.303000");
        assert_says(&violation, "it had 2 of 5 votes in that term, its own included: {S0, S1}");
    }

    #[test]
    fn refusals_and_repeated_votes_do_not_count() {
        asked().at(303).again(3).hear_vote(1, false).state(0, 1, true).illegal(303, &[0]);
        asked().at(303).ask(0, 1, 1).delivered().vote(1, true).hear_vote(1, true).state(0, 1, true).illegal(303, &[0]);
    }

    #[test]
    fn votes_of_an_earlier_term_do_not_count() {
        let mut history = asked();
        history.at(600).ask(0, 3, 2).ask(0, 4, 2).state(0, 2, false).again(5).hear_vote(2, true);
        history.at(601).again(2).hear_vote(1, true).state(0, 2, true);
        let violation = history.illegal(601, &[0]);
        assert_says(&violation, "it had 2 of 5 votes in that term, its own included: {S0, S3}");
        assert_says(
            &violation,
            "with votes of an earlier term that arrived since, and do not count, it had 3: {S0, S2, S3}",
        );
        // Nor do they elect who never asked.
        asked().at(303).again(2).hear_vote(1, true).state(0, 2, true).illegal(303, &[0]);
    }

    #[test]
    fn votes_that_were_kept_are_named() {
        let mut history = asked();
        history.at(600).ask(0, 3, 2).ask(0, 4, 2).state(0, 2, false).again(5).hear_vote(2, true);
        history.at(601).state(0, 2, true);
        let violation = history.illegal(601, &[0]);
        assert_says(&violation, "with the votes of its earlier elections, which do not count, it had 3: {S0, S1, S3}");
    }

    #[test]
    fn who_went_on_leading_in_a_later_term_is_told_from_who_miscounted() {
        let mut history = asked();
        history.at(303).again(2).hear_vote(1, true).state(0, 1, true).at(900).state(0, 2, true);
        assert_says(&history.illegal(900, &[0]), "it led term 1 until then");
    }

    #[test]
    fn votes_for_an_earlier_life_do_not_count() {
        let mut history = asked();
        history.at(400).crash(0).start(0).state(0, 1, false).ask(0, 3, 2).hear_vote(2, true);
        history.at(401).again(2).hear_vote(1, true).state(0, 2, true).illegal(401, &[0]);
    }

    #[test]
    fn repeated_requests_and_repeated_reports_are_legal() {
        let mut history = asked();
        history.at(310).ask(0, 2, 1).delivered().vote(1, true).hear_vote(1, true).state(0, 1, true);
        history.at(320).state(0, 1, false).at(330).state(0, 1, true).legal();
    }

    #[test]
    fn a_reply_may_carry_the_term_from_before_the_vote() {
        asked().at(303).again(2).hear_vote(0, true).state(0, 1, true).legal();
    }

    #[test]
    fn what_is_not_described_is_not_judged() {
        let mut history = History::new(QuorumCertificate::default(), 3);
        history.at(300).ask(0, 1, 1).elected(0, 1).legal();
    }

    #[test]
    fn a_cluster_of_one_elects_itself() {
        History::new(QuorumCertificate::default(), 1).ask(0, 0, 1).vote(1, true).at(300).state(0, 1, true).legal();
    }
}
