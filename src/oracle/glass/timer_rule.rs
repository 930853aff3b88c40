//! Timer rule: a server restarts its election timer when it hears the current leader, gives a vote
//! or starts an election, and only then.
//!
//! Source: Raft paper, Figure 2, rules for followers and candidates; Figure 13. Needs
//! `Raft::inspect` with an election deadline, `Rpc::describe` and `Rpc::describe_reply`.
//!
//! - A deadline moves only for a reason: an append or a snapshot of the current leader in hand or
//!   just handled, a change of term, vote or role, or because it has passed.
//! - After such an append, snapshot or vote the deadline is no nearer than the shortest time that
//!   this implementation has ever given itself.
//!
//! Deliberately not judged: a timer that is restarted when the server steps down or its term rises;
//! and how long timers run, which is for `reelection` and `stable_leader`.

use std::time::Duration;

use super::world::{Seen, World};
use crate::base::{Incarnation, Instant, Term};
use crate::oracle::Violation;
use crate::oracle::unanswered::Unanswered;
use crate::trace::{Call, Description, Event, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "timer rule";

/// Watches election deadlines.
#[derive(Debug, Default)]
pub(in crate::oracle) struct TimerRule {
    in_hand: Unanswered<Request>,
    timers: Vec<Timer>,
    /// The shortest time that a timer was ever set to.
    shortest: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    at: Instant,
    term: Term,
    /// It may restart the timer.
    counts: bool,
}

/// One server's timer.
#[derive(Clone, Copy, Debug, Default)]
struct Timer {
    /// Messages of the current leader that may be at work on it.
    at_work: usize,
    /// One of them was answered since the last look.
    answered: bool,
}

impl TimerRule {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Started { server } | Event::Crashed { server } => {
                self.in_hand.forget(server.server);
                *self.timer(server) = Timer::default();
            }
            Event::RequestDelivered { call, server, description } => {
                self.delivered(world, at, call, server, description)
            }
            Event::ReplySent { call, server, description, .. } => {
                return self.answered(world, at, call, server, description);
            }
            Event::Inspected { server, .. } => return self.look(world, at, server),
            _ => {}
        }
        Ok(())
    }

    fn timer(&mut self, server: Incarnation) -> &mut Timer {
        let number = server.server.number();
        if number >= self.timers.len() {
            self.timers.resize(number + 1, Timer::default());
        }
        &mut self.timers[number]
    }

    fn delivered(&mut self, world: &World, at: Instant, call: Call, server: Incarnation, description: &Description) {
        let (Some(term), Some(seen)) = (description.term(), world.life(server)) else { return };
        let counts = match *description {
            // Given once more; a new vote shows by itself.
            Description::RequestVote { candidate, .. } => {
                (seen.now.current_term, seen.now.voted_for) == (term, Some(candidate))
            }
            _ => term >= seen.now.current_term,
        };
        self.in_hand.delivered(server.server, call.number, Request { at, term, counts });
        self.timer(server).at_work += usize::from(counts);
    }

    fn answered(
        &mut self,
        world: &World,
        at: Instant,
        call: Call,
        server: Incarnation,
        reply: &ReplyDescription,
    ) -> Result<(), Violation> {
        let Some(Request { at: delivered, term, counts }) = self.in_hand.answered(server.server, call.number) else {
            return Ok(());
        };
        let timer = self.timer(server);
        timer.at_work -= usize::from(counts);
        timer.answered |= counts;
        let what = match *reply {
            ReplyDescription::AppendEntries { .. } => "an append of the leader",
            ReplyDescription::InstallSnapshot { .. } => "a snapshot of the leader",
            ReplyDescription::RequestVote { vote_granted: true, .. } => "a vote request that it granted",
            _ => return Ok(()),
        };
        let (Some(seen), Some(shortest)) = (world.life(server), self.shortest) else { return Ok(()) };
        let current = (reply.term(), seen.now.current_term) == (Some(term), term) && seen.now.role == Role::Follower;
        let Some(deadline) = seen.now.election_deadline.filter(|_| current) else { return Ok(()) };
        if deadline < delivered + shortest { Err(not_restarted(at, server, what, deadline, shortest)) } else { Ok(()) }
    }

    fn look(&mut self, world: &World, at: Instant, server: Incarnation) -> Result<(), Violation> {
        let Some(seen) = world.life(server) else { return Ok(()) };
        let reason = self.timer(server).at_work > 0 || std::mem::take(&mut self.timer(server).answered);
        let Some(deadline) = seen.now.election_deadline else { return Ok(()) };
        let before = seen.before.and_then(|before| before.election_deadline);
        if before == Some(deadline) {
            return Ok(());
        }
        if deadline > at {
            let span = deadline - at;
            self.shortest = Some(self.shortest.map_or(span, |shortest| shortest.min(span)));
        }
        match before {
            Some(before) if !reason && before > at && !has_turned(seen) => Err(restarted(at, server, before, deadline)),
            _ => Ok(()),
        }
    }
}

/// Whether term, vote or role changed in the last step.
fn has_turned(seen: &Seen) -> bool {
    seen.before.is_none_or(|before| {
        (before.current_term, before.voted_for, before.role)
            != (seen.now.current_term, seen.now.voted_for, seen.now.role)
    })
}

fn restarted(at: Instant, server: Incarnation, before: Instant, deadline: Instant) -> Violation {
    let evidence = vec![
        format!("at {at} {server} moved its election deadline from {before} to {deadline}"),
        "it had heard nothing from the leader of its term, given no vote and started no election".to_owned(),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

fn not_restarted(at: Instant, server: Incarnation, what: &str, deadline: Instant, shortest: Duration) -> Violation {
    let evidence = vec![
        format!("at {at} {server} answered {what}"),
        format!(
            "after that its election deadline is {deadline}; it never restarts its timer for less than {shortest:?}"
        ),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}
