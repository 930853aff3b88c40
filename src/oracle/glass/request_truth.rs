//! Request truth: what a request says of its sender's log is so.
//!
//! Source: Raft paper, Figures 2 and 13, arguments. Needs `Raft::inspect` and `Rpc::describe`.
//! Judged are the last log entry in vote requests, against the log that the candidate began its
//! election with; the entry before the new ones and the last one in appends, against the log of the
//! leader of that term; and the commit index and the last entry of snapshots, against what is
//! committed. A step that sends is told before the state that it leads to, so what looks wrong is
//! judged once its instant is over.

use std::collections::BTreeMap;

use super::world::World;
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::{Call, Description, Event, Role};

pub(in crate::oracle) const RULE: &str = "request truth";

/// Watches what requests say.
#[derive(Debug, Default)]
pub(in crate::oracle) struct RequestTruth {
    /// All of one instant.
    suspects: Vec<Claim>,
    /// The end of a candidate's log, by its term.
    campaigns: BTreeMap<(ServerId, Term), (Index, Term)>,
}

/// A request that does not fit what is known at the moment.
#[derive(Debug)]
struct Claim {
    at: Instant,
    call: Call,
    description: Description,
}

impl RequestTruth {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.convict(world, at)?;
        match *event {
            Event::RequestSent { call, description, .. } => {
                if !self.fits(world, call, description) {
                    self.suspects.push(Claim { at, call, description: *description });
                }
            }
            Event::Inspected { server, inspection, .. } => {
                if inspection.role == Role::Candidate
                    && let Some(seen) = world.life(server)
                {
                    let end = (seen.log.last_index(), seen.log.last_term());
                    self.campaigns.entry((server.server, inspection.current_term)).or_insert(end);
                }
            }
            Event::Crashed { server } => self.suspects.retain(|claim| claim.call.from != server),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, world: &World, at: Instant) -> Result<(), Violation> {
        self.convict(world, at)
    }

    fn convict(&mut self, world: &World, at: Instant) -> Result<(), Violation> {
        if self.suspects.first().is_none_or(|claim| claim.at >= at) {
            return Ok(());
        }
        for claim in std::mem::take(&mut self.suspects) {
            if let Some(text) = self.contradiction(world, claim.call, &claim.description) {
                return Err(wrong(&claim, text));
            }
        }
        Ok(())
    }

    fn fits(&self, world: &World, call: Call, description: &Description) -> bool {
        let known = match *description {
            Description::RequestVote { term, .. } => self.campaigns.contains_key(&(call.from.server, term)),
            Description::AppendEntries { term, .. } => world.leader_log(term).is_some(),
            _ => true,
        };
        known && self.contradiction(world, call, description).is_none()
    }

    /// What is known that speaks against a request, in words.
    fn contradiction(&self, world: &World, call: Call, description: &Description) -> Option<String> {
        let committed = world.committed();
        match *description {
            Description::RequestVote { term, last_log_index, last_log_term, .. } => {
                let (index, last) = *self.campaigns.get(&(call.from.server, term))?;
                ((index, last) != (last_log_index, last_log_term))
                    .then(|| format!("its log ended with term {last} at index {index} when it began that election"))
            }
            Description::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
                world.life(call.from)?;
                let log = world.leader_log(term).filter(|log| log.leader == call.from.server)?;
                let last = prev_log_index + entries as Index;
                if !log.has_compacted(prev_log_index) && log.term(prev_log_index) != Some(prev_log_term) {
                    let own =
                        log.term(prev_log_index).map_or("nothing".to_owned(), |own| format!("an entry of term {own}"));
                    return Some(format!("it has {own} at index {prev_log_index}"));
                }
                if !log.has_compacted(last) && log.term(last).is_none() {
                    return Some(format!("it has nothing at index {last}"));
                }
                beyond(committed.last_index(), leader_commit)
            }
            Description::InstallSnapshot { last_included_index, last_included_term, .. } => {
                world.life(call.from)?;
                beyond(committed.last_index(), last_included_index).or_else(|| {
                    let term = committed.term(last_included_index)?;
                    (term != last_included_term)
                        .then(|| format!("the committed entry at index {last_included_index} is of term {term}"))
                })
            }
            Description::Other => None,
        }
    }
}

fn beyond(committed: Index, claimed: Index) -> Option<String> {
    (claimed > committed).then(|| format!("leaders have committed only index {committed}"))
}

fn wrong(claim: &Claim, text: String) -> Violation {
    let Claim { at, call, description } = claim;
    let says = match *description {
        Description::RequestVote { term, last_log_index, last_log_term, .. } => {
            format!("term {term}, last log entry at index {last_log_index} of term {last_log_term}")
        }
        Description::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => format!(
            "term {term}, {entries} entries after index {prev_log_index} of term {prev_log_term}, commit {leader_commit}"
        ),
        Description::InstallSnapshot { term, last_included_index, last_included_term, .. } => {
            format!("term {term}, snapshot through index {last_included_index} of term {last_included_term}")
        }
        Description::Other => String::new(),
    };
    let sender: Incarnation = call.from;
    let evidence = vec![format!("{sender} sent {}#{} to {} at {at}: {says}", call.name, call.number, call.to), text];
    Violation { rule: RULE, at: *at, servers: vec![sender.server], evidence }
}
