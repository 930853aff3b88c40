//! Commit certificate: a leader commits what a majority has in its logs, and nothing by counting but
//! entries of its own term.
//!
//! Source: Raft paper, Figure 2, rules for leaders; §5.4.2 and Figure 8. Needs `Raft::inspect`.
//! Judged when the commit index of a leader rises.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::Event;

pub(in crate::oracle) const RULE: &str = "commit certificate";

/// Watches what leaders commit.
#[derive(Debug, Default)]
pub(in crate::oracle) struct CommitCertificate {
    servers: usize,
}

impl CommitCertificate {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server)
                    && let Some(term) = world.committing_term(seen)
                {
                    return self.judge(world, at, server, seen, term);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn judge(
        &self,
        world: &World,
        at: Instant,
        server: Incarnation,
        leader: &Seen,
        term: Term,
    ) -> Result<(), Violation> {
        let index = leader.now.commit_index;
        let violation = |text: String| {
            let claim = format!("at {at} {server}, leader of term {term}, has committed index {index}");
            Err(Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![claim, text] })
        };
        let Some(entry) = leader.log.term(index) else {
            let text = format!("its log ends at index {}", leader.log.last_index());
            return violation(text);
        };
        if entry != term {
            let text = format!("that entry is of term {entry}: counting its copies does not commit it");
            return violation(text);
        }
        let holds = |seen: &Seen| seen.log.holds(index, entry);
        if world.all().filter(|(_, seen)| holds(seen)).count() > self.servers / 2 {
            return Ok(());
        }
        let holders: Vec<ServerId> = world.all().filter(|(_, seen)| holds(seen)).map(|(server, _)| server).collect();
        violation(match holders[..] {
            [] => "nobody has that entry".to_owned(),
            [holder] => format!("of {} servers only {holder} has that entry", self.servers),
            _ => format!("of {} servers only {} have that entry", self.servers, list(&holders)),
        })
    }
}

fn list(servers: &[ServerId]) -> String {
    servers.iter().map(ServerId::to_string).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, cluster, committed, led};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    #[test]
    fn what_a_majority_has_is_committed() {
        committed::<CommitCertificate>().legal();
    }

    #[test]
    fn what_the_leader_alone_has_is_not() {
        let mut history = led::<CommitCertificate>();
        history.at(400).shows(0, leader(1).log(&[1])).at(401).shows(0, leader(1).log(&[1]).commit(1));
        let violation = history.illegal(401, &[0]);
        assert_says(&violation, "at 000.401000 S0.1, leader of term 1, has committed index 1");
        assert_says(&violation, "of 3 servers only S0 has that entry");
    }

    #[test]
    fn nobody_commits_beyond_its_log() {
        let violation =
            committed::<CommitCertificate>().at(500).shows(0, leader(1).log(&[1]).commit(2)).illegal(500, &[0]);
        assert_says(&violation, "its log ends at index 1");
    }

    /// Figure 8: S2 leads term 2, and an entry of term 1 is in all logs.
    fn inherited() -> History<Told<CommitCertificate>> {
        let mut history = led();
        for number in [0, 1, 2] {
            history.at(400).shows(number, follower(2).vote(2).log(&[1]));
        }
        history.at(500).shows(2, leader(2).log(&[1]));
        history
    }

    #[test]
    fn counting_does_not_commit_an_entry_of_an_earlier_term() {
        let violation = inherited().at(501).shows(2, leader(2).log(&[1]).commit(1)).illegal(501, &[2]);
        assert_says(&violation, "that entry is of term 1: counting its copies does not commit it");
    }

    #[test]
    fn it_is_committed_by_one_of_the_own_term_behind_it() {
        let mut history = inherited();
        history.at(501).shows(2, leader(2).log(&[1, 2])).shows(0, follower(2).vote(2).log(&[1, 2]));
        history.at(502).shows(2, leader(2).log(&[1, 2]).commit(2)).legal();
    }

    #[test]
    fn copies_of_crashed_servers_and_compacted_ones_count() {
        let mut history = led::<CommitCertificate>();
        history.at(400).shows(0, leader(1).log(&[1])).shows(1, follower(1).vote(0).log(&[1])).crash(1);
        history.at(401).shows(0, leader(1).log(&[1]).commit(1)).legal();

        let mut history = committed::<CommitCertificate>();
        history.at(500).shows(0, leader(1).log(&[1, 1]).commit(1)).shows(1, follower(1).vote(0).base(2, 1));
        history.at(501).shows(0, leader(1).log(&[1, 1]).commit(2)).legal();
    }

    #[test]
    fn followers_are_not_asked_for_a_majority() {
        led::<CommitCertificate>().at(400).shows(1, follower(1).vote(0).log(&[1]).commit(1)).legal();
    }

    #[test]
    fn a_leader_may_be_deposed_in_the_step_in_which_it_commits() {
        let mut history = led::<CommitCertificate>();
        history.at(400).shows(0, leader(1).log(&[1])).shows(1, follower(1).vote(0).log(&[1]));
        history.at(401).shows(0, follower(2).log(&[1]).commit(1)).legal();
        // But then it is bound to what it led.
        let mut history = led::<CommitCertificate>();
        history.at(400).shows(0, leader(1).log(&[1])).at(401).shows(0, follower(2).log(&[1]).commit(1));
        let violation = history.illegal(401, &[0]);
        assert_says(&violation, "leader of term 1, has committed index 1");
    }

    #[test]
    fn a_cluster_of_one_needs_nobody() {
        let mut history = cluster::<CommitCertificate>(1);
        history.shows(0, candidate(1)).shows(0, leader(1)).shows(0, leader(1).log(&[1]).commit(1)).legal();
    }
}
