//! The rules that look inside: they need servers that show themselves (`Raft::inspect`).
//!
//! | rule | file | source |
//! |---|---|---|
//! | state truth | `state_truth` | lab 2A |
//! | durable before visible | `durability` | Raft paper, Figure 2 |
//! | durable acknowledgements | `ledger` | Figures 2 and 13 |
//! | log matching | `log_matching` | Figure 3 |
//! | leader append-only | `leader_append_only` | Figure 3 |
//! | leader completeness | `leader_completeness` | Figure 3 |
//! | commit certificate | `commit_certificate` | §5.4.2 |
//! | commit rule | `commit_rule` | Figure 2 |
//! | match truth | `match_truth` | Figure 2 |
//! | reply truth | `reply_truth` | Figure 2 |
//! | request truth | `request_truth` | Figures 2 and 13 |
//! | grant rule | `grants` | §5.4.1 |
//! | role transitions | `roles` | Figure 4 |
//! | snapshot pair | `snapshot_pair` | §7 |
//! | timer rule | `timer_rule` | Figure 2 |
//!
//! [`World`] keeps what everybody showed last; each rule compares it with what happens. What a
//! submission does not show is not judged, and nothing is in a cluster where only some show
//! themselves.

mod commit_certificate;
mod commit_rule;
mod durability;
mod grants;
mod leader_append_only;
mod leader_completeness;
mod ledger;
mod log_matching;
mod match_truth;
mod reply_truth;
mod request_truth;
mod roles;
mod snapshot_pair;
mod state_truth;
mod term_runs;
mod timer_rule;
#[cfg(test)]
mod told;
mod world;

use super::Violation;
use super::watch::{Needs, Rule};
use crate::base::Instant;
use crate::trace::Event;
use world::{News, World};

/// The rules of this folder, for help texts.
pub(super) const RULES: [Rule; 15] = [
    Rule {
        name: state_truth::RULE,
        says: "what a server reports of its term and role is what it shows",
        source: "lab 2A",
        needs: Needs::Inspection,
    },
    Rule {
        name: durability::RULE,
        says: "what a message says of its sender's term, vote and log was saved before",
        source: "Raft paper, Figure 2",
        needs: Needs::SavedState,
    },
    Rule {
        name: ledger::RULE,
        says: "an acknowledged entry stays in the log, also over crashes, until a leader has another one there",
        source: "Raft paper, Figures 2 and 13",
        needs: Needs::Inspection,
    },
    Rule {
        name: log_matching::RULE,
        says: "entries of one index and term have the same entries before them",
        source: "Raft paper, Figure 3",
        needs: Needs::Inspection,
    },
    Rule {
        name: leader_append_only::RULE,
        says: "a leader only appends to its log, and only entries of its term",
        source: "Raft paper, Figure 3",
        needs: Needs::Inspection,
    },
    Rule {
        name: leader_completeness::RULE,
        says: "whoever becomes leader has every entry that was committed in an earlier term",
        source: "Raft paper, Figure 3",
        needs: Needs::Inspection,
    },
    Rule {
        name: commit_certificate::RULE,
        says: "a leader commits what a majority has, and only entries of its term by counting",
        source: "Raft paper, §5.4.2",
        needs: Needs::Inspection,
    },
    Rule {
        name: commit_rule::RULE,
        says: "a server takes as committed only what a leader has committed, and applies nothing else",
        source: "Raft paper, Figure 2",
        needs: Needs::Inspection,
    },
    Rule {
        name: match_truth::RULE,
        says: "what a leader believes to be replicated is in the follower's log",
        source: "Raft paper, Figure 2",
        needs: Needs::Inspection,
    },
    Rule {
        name: reply_truth::RULE,
        says: "a follower accepts an append if and only if its log agrees with it",
        source: "Raft paper, Figure 2",
        needs: Needs::Inspection,
    },
    Rule {
        name: request_truth::RULE,
        says: "what a request says of its sender's log is so",
        source: "Raft paper, Figures 2 and 13",
        needs: Needs::Inspection,
    },
    Rule {
        name: grants::RULE,
        says: "a vote goes to who asks for it with a log that is not older, and is remembered",
        source: "Raft paper, §5.4.1",
        needs: Needs::Inspection,
    },
    Rule {
        name: roles::RULE,
        says: "followers become candidates by a new term, candidates leaders, and leaders never campaign",
        source: "Raft paper, Figure 4",
        needs: Needs::Inspection,
    },
    Rule {
        name: snapshot_pair::RULE,
        says: "a log begins where its snapshot ends, with what was committed there",
        source: "Raft paper, §7",
        needs: Needs::SavedState,
    },
    Rule {
        name: timer_rule::RULE,
        says: "an election timer is restarted by the current leader, a vote or an election, and only then",
        source: "Raft paper, Figure 2",
        needs: Needs::Inspection,
    },
];

/// All rules of this folder.
#[derive(Debug, Default)]
pub(super) struct GlassRules {
    world: World,
    state_truth: state_truth::StateTruth,
    durability: durability::Durability,
    ledger: ledger::Ledger,
    log_matching: log_matching::LogMatching,
    leader_append_only: leader_append_only::LeaderAppendOnly,
    leader_completeness: leader_completeness::LeaderCompleteness,
    commit_certificate: commit_certificate::CommitCertificate,
    commit_rule: commit_rule::CommitRule,
    match_truth: match_truth::MatchTruth,
    reply_truth: reply_truth::ReplyTruth,
    request_truth: request_truth::RequestTruth,
    grants: grants::Grants,
    roles: roles::Roles,
    snapshot_pair: snapshot_pair::SnapshotPair,
    timer_rule: timer_rule::TimerRule,
}

impl GlassRules {
    /// Tells everybody of an event, in an order in which causes are named before effects.
    pub(super) fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let world = &mut self.world;
        world.observe(at, event);
        if world.is_half_lit() {
            return Ok(());
        }
        match *event {
            Event::StateChanged { .. } => self.state_truth.observe(world, at, event),
            Event::Inspected { server, .. } => {
                let news = world.life(server).map(|seen| seen.news).unwrap_or_default();
                self.looked(news, at, event)?;
                self.world.settle(event);
                Ok(())
            }
            Event::RequestSent { .. } => {
                self.durability.observe(world, at, event)?;
                self.request_truth.observe(world, at, event)
            }
            Event::RequestDelivered { .. } => self.grants.observe(world, at, event),
            Event::ReplySent { .. } => {
                self.durability.observe(world, at, event)?;
                self.grants.observe(world, at, event)?;
                self.roles.observe(world, at, event)?;
                self.reply_truth.observe(world, at, event)?;
                self.ledger.observe(world, at, event)?;
                self.timer_rule.observe(world, at, event)
            }
            Event::SavedInspected { .. } => {
                self.durability.observe(world, at, event)?;
                self.snapshot_pair.observe(world, at, event)
            }
            Event::Applied { .. } => self.commit_rule.observe(world, at, event),
            Event::SnapshotTaken { .. } => self.snapshot_pair.observe(world, at, event),
            Event::Began { .. } | Event::Started { .. } | Event::Crashed { .. } => {
                self.commit_certificate.observe(world, at, event)?;
                self.request_truth.observe(world, at, event)?;
                self.durability.observe(world, at, event)?;
                self.ledger.observe(world, at, event)?;
                self.roles.observe(world, at, event)?;
                self.timer_rule.observe(world, at, event)
            }
            _ => Ok(()),
        }
    }

    /// A server was looked at: whoever is concerned by what is new hears of it.
    fn looked(&mut self, news: News, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let world = &self.world;
        self.state_truth.observe(world, at, event)?;
        if news.turn {
            self.request_truth.observe(world, at, event)?;
            self.grants.observe(world, at, event)?;
            self.roles.observe(world, at, event)?;
        }
        if news.log {
            self.snapshot_pair.observe(world, at, event)?;
            self.leader_append_only.observe(world, at, event)?;
            self.log_matching.observe(world, at, event)?;
            self.ledger.observe(world, at, event)?;
        }
        if news.turn {
            self.leader_completeness.observe(world, at, event)?;
        }
        self.match_truth.observe(world, at, event)?;
        if news.commit || news.log {
            self.commit_certificate.observe(world, at, event)?;
            self.commit_rule.observe(world, at, event)?;
        }
        if news.deadline {
            self.timer_rule.observe(world, at, event)?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        if self.world.is_half_lit() {
            return Ok(());
        }
        self.request_truth.finish(&self.world, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Oracle;
    use crate::oracle::history::{History, Look, candidate, follower, leader};

    #[derive(Default)]
    struct All {
        rules: GlassRules,
        broken: &'static str,
    }

    impl Oracle for All {
        fn rule(&self) -> &'static str {
            self.broken
        }

        fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
            self.rules.observe(at, event).inspect_err(|violation| self.broken = violation.rule)
        }

        fn finish(&mut self, at: Instant) -> Result<(), Violation> {
            self.rules.finish(at)
        }
    }

    const NONE: (u64, u64) = (0, 0);

    /// S0 is elected, replicates two entries to S1, and commits them; S1 compacts them.
    fn first_leader(history: &mut History<All>) {
        for number in 0..3 {
            history.seen_as(number, follower(0).deadline(300 + 100 * number as u64)).disk(
                number,
                0,
                None,
                NONE,
                &[],
                b"",
            );
        }
        history.at(300).save(0).ask(0, 1, 1).ask(0, 2, 1).seen_as(0, candidate(1).deadline(650));
        history.disk(0, 1, Some(0), NONE, &[], b"");
        for voter in [1, 2] {
            history.again(voter).delivered().save(voter).seen_as(voter, follower(1).vote(0).deadline(700));
            history.disk(voter, 1, Some(0), NONE, &[], b"").vote(1, true);
        }
        let leads = |entries: &[u64], of_s1| leader(1).log(entries).progress(&[NONE, of_s1, (1, 0)]);
        history.heartbeat(0, 2, 1).seen_as(0, leads(&[], (1, 0))).at(301).delivered();
        history.seen_as(2, follower(1).vote(0).deadline(720)).append_reply(1, true);

        history.at(400).save(0).append_after((0, 1), 1, NONE, 2, 0).seen_as(0, leads(&[1, 1], (3, 0)));
        history.disk(0, 1, Some(0), NONE, &[1, 1], b"").at(401).delivered().save(1);
        let has = || follower(1).vote(0).log(&[1, 1]).deadline(800);
        history.seen_as(1, has()).disk(1, 1, Some(0), NONE, &[1, 1], b"").append_reply(1, true);
        history.at(402).append_after((0, 1), 1, (2, 1), 0, 2).seen_as(0, leads(&[1, 1], (3, 2)).commit(2));
        history.at(403).delivered().seen_as(1, has().commit(2)).append_reply(1, true).apply(1, 1, 7).apply(1, 2, 8);
        history.seen_as(1, has().commit(2).applied(2)).take_snapshot(1, 2, b"7 8").save(1);
        history.seen_as(1, follower(1).vote(0).deadline(800).base(2, 1).commit(2).applied(2));
        history.disk(1, 1, Some(0), (2, 1), &[], b"7 8");
    }

    /// S0 crashes; S1 is elected by S2, and sends it the snapshot; S0 comes back and follows.
    fn second_leader(history: &mut History<All>) {
        let compacted = |look: Look| look.base(2, 1).commit(2).applied(2);
        history
            .at(500)
            .crash(0)
            .at(800)
            .save(1)
            .ask_with(1, 2, 2, (2, 1))
            .seen_as(1, compacted(candidate(2)).deadline(1_100));
        history.disk(1, 2, Some(1), (2, 1), &[], b"7 8").delivered().save(2);
        history.seen_as(2, follower(2).vote(1).deadline(1_150)).disk(2, 2, Some(1), NONE, &[], b"").vote(2, true);
        history.install(1, 2, 2, (2, 1)).seen_as(1, compacted(leader(2)).progress(&[(3, 0), NONE, (3, 0)]));
        history.at(801).delivered().save(2).seen_as(2, compacted(follower(2).vote(1)).deadline(1_160));
        history.disk(2, 2, Some(1), (2, 1), &[], b"7 8").installed(2);
        history.seen_as(1, compacted(leader(2)).progress(&[(3, 0), NONE, (3, 2)]));

        history.at(900).start(0).seen_as(0, follower(1).vote(0).log(&[1, 1]).deadline(1_200));
        history
            .disk(0, 1, Some(0), NONE, &[1, 1], b"")
            .connect(0)
            .append_after((1, 0), 2, (2, 1), 0, 2)
            .delivered()
            .save(0);
        history.seen_as(0, follower(2).log(&[1, 1]).commit(2).deadline(1_250)).disk(0, 2, None, NONE, &[1, 1], b"");
        history.append_reply(2, true);
    }

    #[test]
    fn where_only_some_show_themselves_nobody_is_judged() {
        // Of entries that S1 and S2 may well have, and of which only S0 shows any.
        let tell = |history: &mut History<All>| {
            history.seen_as(0, leader(1).log(&[1]).commit(1).progress(&[NONE, (2, 1), (2, 1)]));
        };
        let mut all = History::new(All::default(), 3);
        for number in 0..3 {
            all.seen_as(number, follower(0));
        }
        tell(all.at(300).seen_as(0, candidate(1)));
        assert_eq!(all.violation().rule, match_truth::RULE);
        let mut some = History::new(All::default(), 3);
        tell(some.seen_as(0, follower(0)).at(300).seen_as(0, candidate(1)).ask(0, 1, 1).delivered().vote(1, true));
        some.at(400).legal();
    }

    #[test]
    fn a_story_of_two_leaders_a_crash_and_a_snapshot_breaks_no_rule() {
        let mut history = History::new(All::default(), 3);
        first_leader(&mut history);
        second_leader(&mut history);
        history.legal();
    }
}
