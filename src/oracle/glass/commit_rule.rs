//! Commit rule: a server takes as committed only what a leader has committed, and has it in its log.
//!
//! Source: Raft paper, Figure 2, receiver rule 5 of AppendEntries, and `commitIndex`. Needs
//! `Raft::inspect`. A follower that believes too much, or believes it of other entries than the
//! leader's, would apply them at once. The commit index never falls in a life, and nothing is
//! applied beyond it.
//!
//! Deliberately not judged: a commit index that begins below the snapshot after a restart.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant};
use crate::oracle::Violation;
use crate::trace::Event;

pub(in crate::oracle) const RULE: &str = "commit rule";

/// Watches commit indices.
#[derive(Debug, Default)]
pub(in crate::oracle) struct CommitRule;

impl CommitRule {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Inspected { server, .. } => match world.life(server) {
                Some(seen) => judge(world, at, server, seen),
                None => Ok(()),
            },
            Event::Applied { server, index, .. } => match world.life(server) {
                Some(seen) if index > seen.now.commit_index => {
                    let text = format!("it applied index {index}");
                    Err(broken(at, server, seen, text))
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn judge(world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
    let commit_index = seen.now.commit_index;
    let before = seen.before.map_or(0, |before| before.commit_index);
    if commit_index < before {
        return Err(broken(at, server, seen, format!("it was {before} before")));
    }
    if seen.now.last_applied > commit_index
        && seen.before.is_some_and(|before| before.last_applied <= before.commit_index)
    {
        return Err(broken(at, server, seen, format!("it has applied through index {}", seen.now.last_applied)));
    }
    let changed = commit_index != before || seen.change.first_new.is_some() || seen.change.cut.is_some();
    if !changed || world.committing_term(seen).is_some() {
        return Ok(());
    }
    compare(world, at, server, seen)
}

/// Whether what the server takes as committed is what was committed.
fn compare(world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
    let (index, committed) = (seen.now.commit_index, world.committed());
    if index > seen.log.last_index() {
        return Err(broken(at, server, seen, format!("its log ends at index {}", seen.log.last_index())));
    }
    let Some(expected) = committed.term(index) else {
        return Err(broken(at, server, seen, format!("leaders have committed only index {}", committed.last_index())));
    };
    match seen.log.term(index) {
        Some(term) if term != expected => {
            let text = format!("its entry there is of term {term}, the committed one of term {expected}");
            Err(broken(at, server, seen, text))
        }
        _ => Ok(()),
    }
}

fn broken(at: Instant, server: Incarnation, seen: &Seen, text: String) -> Violation {
    let claim = format!("at {at} {server} has commit_index {}", seen.now.commit_index);
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![claim, text] }
}
