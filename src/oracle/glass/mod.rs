//! The rules that look inside: they need servers that show themselves (`Raft::inspect`).
//!
//! [`World`] keeps what everybody showed last; each rule compares it with what happens. What a
//! submission does not show is not judged.

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
mod term_runs;
mod timer_rule;
#[cfg(test)]
mod told;
mod world;

use super::Violation;
use super::watch::{Needs, Rule};
use crate::base::Instant;
use crate::trace::Event;
use world::World;

/// The rules of this folder, for help texts.
pub(super) const RULES: [Rule; 14] = [
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
        world.observe(event);
        match event {
            Event::Inspected { .. } => {
                self.request_truth.observe(world, at, event)?;
                self.grants.observe(world, at, event)?;
                self.roles.observe(world, at, event)?;
                self.snapshot_pair.observe(world, at, event)?;
                self.leader_append_only.observe(world, at, event)?;
                self.log_matching.observe(world, at, event)?;
                self.ledger.observe(world, at, event)?;
                self.leader_completeness.observe(world, at, event)?;
                self.match_truth.observe(world, at, event)?;
                self.commit_certificate.observe(world, at, event)?;
                self.commit_rule.observe(world, at, event)?;
                self.timer_rule.observe(world, at, event)?;
                world.settle(event);
                Ok(())
            }
            Event::RequestSent { .. } => {
                self.durability.observe(world, at, event)?;
                self.request_truth.observe(world, at, event)
            }
            Event::RequestDelivered { .. } | Event::ReplySent { .. } => {
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
                self.grants.observe(world, at, event)?;
                self.roles.observe(world, at, event)?;
                self.reply_truth.observe(world, at, event)?;
                self.timer_rule.observe(world, at, event)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.request_truth.finish(&self.world, at)
    }
}
