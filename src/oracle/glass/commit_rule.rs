//! Commit rule: a server takes as committed only what a leader has committed, and has it in its log.
//!
//! Source: Raft paper, Figure 2, receiver rule 5 of AppendEntries, and `commitIndex`. Needs
//! `Raft::inspect`. A follower that believes too much, or believes it of other entries than the
//! leader's, would apply them at once. The commit index never falls in a life, and nothing is
//! applied beyond it.
//!
//! Deliberately not judged: a commit index that begins below the snapshot after a restart.

use super::world::{Request, Seen, World};
use crate::base::{Incarnation, Instant};
use crate::oracle::Violation;
use crate::trace::{Description, Event};

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
    compare(world, at, server, seen).map_err(|mut violation| {
        violation.evidence.extend(world.in_hand(server.server).find_map(of_append));
        violation
    })
}

/// How far the append goes from which a server may have learnt what it takes as committed.
fn of_append(request: &Request) -> Option<String> {
    let Description::AppendEntries { prev_log_index, entries, leader_commit, .. } = request.what else { return None };
    let last = prev_log_index.saturating_add(entries as u64);
    Some(format!(
        "it had in hand {}, which goes through index {last} and says that index {leader_commit} is committed",
        request.named()
    ))
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

#[cold]
fn broken(at: Instant, server: Incarnation, seen: &Seen, text: String) -> Violation {
    let claim = format!("at {at} {server} has commit_index {}", seen.now.commit_index);
    Violation { rule: RULE, at, servers: vec![server.server], evidence: vec![claim, text] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{committed, led};
    use crate::oracle::history::{assert_says, follower, leader};

    #[test]
    fn a_follower_takes_over_what_the_leader_has_committed() {
        let mut history = committed::<CommitRule>();
        history.at(500).shows(1, follower(1).vote(0).log(&[1]).commit(1)).apply(1, 1, 7);
        history.shows(1, follower(1).vote(0).log(&[1]).commit(1).applied(1)).legal();
    }

    #[test]
    fn what_no_leader_has_committed_is_not_committed() {
        let mut history = led::<CommitRule>();
        history.at(400).shows(1, follower(1).vote(0).log(&[1]));
        history.at(401).shows(1, follower(1).vote(0).log(&[1]).commit(1));
        let violation = history.illegal(401, &[1]);
        assert_says(&violation, "at 000.401000 S1.1 has commit_index 1");
        assert_says(&violation, "leaders have committed only index 0");
    }

    #[test]
    fn nor_is_another_entry_in_its_place() {
        let mut history = committed::<CommitRule>();
        history.at(500).shows(2, follower(3).log(&[2])).at(501).shows(2, follower(3).log(&[2]).commit(1));
        let violation = history.illegal(501, &[2]);
        assert_says(&violation, "its entry there is of term 2, the committed one of term 1");
    }

    #[test]
    fn nor_what_is_not_in_the_log() {
        let mut history = committed::<CommitRule>();
        history.at(500).shows(2, follower(1).vote(0)).at(501).shows(2, follower(1).vote(0).commit(1));
        assert_says(&history.illegal(501, &[2]), "its log ends at index 0");
        // Nor may it be cut away later.
        let mut history = committed::<CommitRule>();
        history.at(500).shows(2, follower(1).vote(0).log(&[1]).commit(1));
        history.at(501).shows(2, follower(1).vote(0).commit(1)).illegal(501, &[2]);
    }

    #[test]
    fn a_commit_index_never_falls() {
        let violation = committed::<CommitRule>().at(500).shows(0, leader(1).log(&[1])).illegal(500, &[0]);
        assert_says(&violation, "it was 1 before");
    }

    #[test]
    fn nothing_is_applied_beyond_it() {
        let violation = committed::<CommitRule>().at(500).apply(1, 1, 7).illegal(500, &[1]);
        assert_says(&violation, "it applied index 1");
        let mut history = committed::<CommitRule>();
        history.at(500).shows(1, follower(1).vote(0).log(&[1]).applied(1));
        assert_says(&history.illegal(500, &[1]), "it has applied through index 1");
    }

    #[test]
    fn after_a_restart_it_begins_anywhere_up_to_what_is_committed() {
        let mut history = committed::<CommitRule>();
        history.at(500).crash(0).start(0).shows(0, follower(1).vote(0).log(&[1]));
        history.at(501).shows(0, follower(1).vote(0).log(&[1]).commit(1)).legal();
        // Even below the snapshot that was applied.
        let mut history = committed::<CommitRule>();
        history.at(500).crash(0).start(0).shows(0, follower(1).vote(0).base(1, 1).applied(1));
        history.at(501).shows(0, follower(2).base(1, 1).applied(1)).legal();
    }

    #[test]
    fn leaders_answer_for_what_they_commit_to_another_rule() {
        led::<CommitRule>().at(400).shows(0, leader(1).log(&[1])).shows(0, leader(1).log(&[1]).commit(1)).legal();
    }
}
