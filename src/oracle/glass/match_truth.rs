//! Match truth: what a leader believes to be replicated is in the follower's log.
//!
//! Source: Raft paper, Figure 2, `matchIndex[]` and `nextIndex[]`. Needs `Raft::inspect` with
//! `Inspect::progress`. Judged is a match index whenever it changes, against the follower's log as
//! it is then; and that the next index is not beyond the end of the leader's own log.
//!
//! Deliberately not judged: followers in a later term, whose logs another leader may have cut
//! already; a match index that falls back, and a next index at or below it, which only cost.

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, ServerId};
use crate::oracle::Violation;
use crate::trace::{Event, Progress, Role};

pub(in crate::oracle) const RULE: &str = "match truth";

/// Watches what leaders believe of their followers.
#[derive(Debug, Default)]
pub(in crate::oracle) struct MatchTruth;

impl MatchTruth {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::Inspected { server, progress, .. } = *event else { return Ok(()) };
        let Some(leader) = world.life(server).filter(|seen| seen.now.role == Role::Leader) else { return Ok(()) };
        for (number, now) in progress.iter().enumerate() {
            let follower = ServerId::new(number);
            let before = leader.progress_before.get(number);
            if follower != server.server && before != Some(now) {
                judge(world, at, server, leader, follower, *now)?;
            }
        }
        Ok(())
    }
}

fn judge(
    world: &World,
    at: Instant,
    server: Incarnation,
    leader: &Seen,
    follower: ServerId,
    progress: Progress,
) -> Result<(), Violation> {
    let Progress { next_index, match_index } = progress;
    let term = leader.now.current_term;
    let violation = |text: String| {
        let belief = format!(
            "at {at} {server}, leader of term {term}, has match_index {match_index} and next_index {next_index} for {follower}"
        );
        Err(Violation { rule: RULE, at, servers: vec![server.server, follower], evidence: vec![belief, text] })
    };
    if next_index > leader.log.last_index() + 1 {
        return violation(format!("its own log ends at index {}", leader.log.last_index()));
    }
    let Some(seen) = world.seen(follower).filter(|seen| seen.now.current_term <= term) else { return Ok(()) };
    if match_index == 0 {
        return Ok(());
    }
    if match_index > leader.log.last_index() {
        return violation(format!("its own log ends at index {}", leader.log.last_index()));
    }
    let Some(expected) = leader.log.term(match_index) else { return Ok(()) };
    if seen.log.holds(match_index, expected) {
        return Ok(());
    }
    violation(match seen.log.term(match_index) {
        Some(other) => format!("{follower} has an entry of term {other} there, the leader one of term {expected}"),
        None => format!("the log of {follower} ends at index {}", seen.log.last_index()),
    })
}
