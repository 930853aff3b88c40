//! Role transitions: followers become candidates by a new term and a vote for themselves, candidates
//! become leaders, and leaders never campaign.
//!
//! Source: Raft paper, Figure 4 and §5.2. Needs `Raft::inspect`, and for candidates that hear the
//! leader of their term `Rpc::describe` and `Rpc::describe_reply`.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, Term};
use crate::oracle::Violation;
use crate::trace::{Event, Inspection, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "role transitions";

/// Watches how roles change.
#[derive(Debug, Default)]
pub(in crate::oracle) struct Roles {
    servers: usize,
}

impl Roles {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::ReplySent { server, description: &ReplyDescription::AppendEntries { term, .. }, .. }
                if world.answered().is_some_and(|request| request.term == term) =>
            {
                return accepted(world, at, server, term);
            }
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server) {
                    return self.changed(world, at, server, seen);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn changed(&self, world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
        let Inspection { current_term: term, role, voted_for, .. } = seen.now;
        let before = seen.before.unwrap_or_default();
        if (before.role, before.current_term) == (role, term) || role == Role::Follower {
            return Ok(());
        }
        let violation = |text: String| {
            let then = format!("{server} was {} in term {}", name(before.role), before.current_term);
            let now = format!("at {at} it is {} in term {term}: {text}", name(role));
            let mut evidence = vec![then, now];
            // Who has only followed somebody into the term has begun no election in it.
            let heard = world.in_hand(server.server).find(|request| request.term == term && before.current_term < term);
            evidence.extend(heard.map(|request| format!("it had in hand {}", request.named())));
            Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
        };
        if voted_for != Some(server.server) {
            let vote =
                voted_for.map_or("has given its vote to nobody".to_owned(), |other| format!("voted for {other}"));
            return violation(format!("it {vote}"));
        }
        match (before.role, role) {
            (Role::Leader, Role::Candidate) => violation("leaders do not campaign".to_owned()),
            (_, Role::Candidate) if before.current_term == term => {
                violation("an election is held in a new term".to_owned())
            }
            (Role::Candidate, Role::Leader) if before.current_term == term => Ok(()),
            (_, Role::Leader) if self.servers > 1 => violation("it never was a candidate in it".to_owned()),
            _ => Ok(()),
        }
    }
}

/// A candidate that answers the leader of its own term has become its follower.
fn accepted(world: &World, at: Instant, server: Incarnation, term: Term) -> Result<(), Violation> {
    let candidate = |seen: &&Seen| (seen.now.role, seen.now.current_term) == (Role::Candidate, term);
    if world.life(server).filter(candidate).is_none() {
        return Ok(());
    }
    let evidence = vec![
        format!("at {at} {server} answered an append of the leader of term {term}, in that term"),
        "and still is a candidate in it".to_owned(),
    ];
    Err(Violation { rule: RULE, at, servers: vec![server.server], evidence })
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Follower => "a follower",
        Role::Candidate => "a candidate",
        Role::Leader => "the leader",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, cluster, led};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    #[test]
    fn followers_become_candidates_and_candidates_leaders() {
        let mut history = led::<Roles>();
        // An election that nobody won is followed by one in the next term.
        history.at(900).shows(1, candidate(2)).at(1_300).shows(1, candidate(3)).shows(1, leader(3));
        history.shows(0, follower(3).vote(1)).at(1_900).shows(0, candidate(4)).legal();
    }

    #[test]
    fn nobody_leads_that_was_no_candidate() {
        let violation = led::<Roles>().at(900).shows(1, leader(2)).illegal(900, &[1]);
        assert_says(&violation, "S1.1 was a follower in term 1");
        assert_says(&violation, "at 000.900000 it is the leader in term 2: it never was a candidate in it");
        led::<Roles>().at(900).shows(1, candidate(2)).shows(1, leader(3)).illegal(900, &[1]);
        led::<Roles>().at(900).shows(0, leader(2)).illegal(900, &[0]);
    }

    #[test]
    fn an_election_is_held_in_a_new_term() {
        let violation = led::<Roles>().at(900).shows(1, candidate(1)).illegal(900, &[1]);
        assert_says(&violation, "an election is held in a new term");
    }

    #[test]
    fn leaders_do_not_campaign() {
        let violation = led::<Roles>().at(900).shows(0, candidate(2)).illegal(900, &[0]);
        assert_says(&violation, "S0.1 was the leader in term 1");
        assert_says(&violation, "leaders do not campaign");
    }

    #[test]
    fn a_candidate_votes_for_itself() {
        let violation = led::<Roles>().at(900).shows(1, candidate(2).no_vote()).illegal(900, &[1]);
        assert_says(&violation, "it has given its vote to nobody");
        let violation = led::<Roles>().at(900).shows(1, candidate(2).vote(2)).illegal(900, &[1]);
        assert_says(&violation, "it voted for S2");
        assert_eq!(violation.evidence.len(), 2, "it had nothing in hand: {violation:?}");
    }

    #[test]
    fn who_keeps_its_role_in_a_term_that_it_heard_of_is_told_from_whom() {
        let mut history = led::<Roles>();
        history.at(900).shows(1, candidate(2)).ask(2, 1, 3).delivered().shows(1, candidate(3).vote(2));
        assert_says(&history.illegal(900, &[1]), "it had in hand the vote request of S2 in term 3");
    }

    #[test]
    fn anybody_may_follow_at_any_time() {
        let mut history = led::<Roles>();
        history
            .at(500)
            .shows(0, follower(1).vote(0))
            .at(900)
            .shows(1, candidate(2))
            .shows(1, follower(2).vote(1))
            .legal();
    }

    #[test]
    fn a_new_life_follows_in_any_term() {
        led::<Roles>().at(500).crash(0).start(0).shows(0, follower(1).vote(0)).at(900).shows(0, candidate(2)).legal();
        led::<Roles>().at(500).crash(0).start(0).shows(0, leader(1)).illegal(500, &[0]);
    }

    #[test]
    fn a_cluster_of_one_may_lead_at_once() {
        cluster::<Roles>(1).shows(0, leader(1)).legal();
    }

    /// S1, a candidate in term 1, has an append of S0, its leader, in hand.
    fn heard() -> History<Told<Roles>> {
        let mut history = cluster(3);
        history.at(300).shows(0, candidate(1)).shows(1, candidate(1)).shows(0, leader(1));
        history.at(301).heartbeat(0, 1, 1).delivered();
        history
    }

    #[test]
    fn a_candidate_that_hears_its_leader_follows_it() {
        heard().shows(1, follower(1).vote(1)).append_reply(1, true).legal();
        let violation = heard().append_reply(1, true).illegal(301, &[1]);
        assert_says(&violation, "at 000.301000 S1.1 answered an append of the leader of term 1, in that term");
        assert_says(&violation, "and still is a candidate in it");
        heard().append_reply(1, false).illegal(301, &[1]);
    }

    #[test]
    fn it_does_not_follow_the_leader_of_an_earlier_term() {
        heard().shows(1, candidate(2)).append_reply(2, false).legal();
    }
}
