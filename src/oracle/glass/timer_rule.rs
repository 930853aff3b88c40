//! Timer rule: a server restarts its election timer when it hears the current leader, gives a vote
//! or starts an election, and only then.
//!
//! Source: Raft paper, Figure 2, rules for followers and candidates; Figure 13. Needs
//! `Raft::inspect` with an election deadline, `Rpc::describe` and `Rpc::describe_reply`.
//!
//! - A deadline moves only for a reason: an append or a snapshot of the current leader in hand or
//!   just handled, a change of term, vote or role, or because it has passed.
//! - After such an append, snapshot or vote the deadline is not much nearer than the shortest time
//!   that this implementation has ever given itself.
//!
//! Deliberately not judged: a timer that is restarted when the server steps down or its term rises;
//! and how long timers run, which is for `reelection` and `stable_leader`.

use std::time::Duration;

use super::world::{Request, Seen, World};
use crate::base::{Incarnation, Instant};
use crate::oracle::Violation;
use crate::trace::{Description, Event, Inspection, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "timer rule";

/// A deadline may stay as it is if it is later than a new one would be, so not all that an
/// implementation gives itself is seen: this part of the shortest time that was is always left.
const LEFT: u32 = 4;

/// Watches election deadlines.
#[derive(Debug, Default)]
pub(in crate::oracle) struct TimerRule {
    /// By server.
    timers: Vec<Timer>,
    /// The shortest time that a timer was ever set to.
    shortest: Option<Duration>,
}

/// What was seen of one server's timer.
#[derive(Clone, Copy, Debug, Default)]
struct Timer {
    moved: Option<Instant>,
    /// A reason was answered before the deadline had moved for it: it may do so later.
    owes: bool,
}

/// Whether a request is a reason for a server in this state to restart its timer.
fn is_reason(request: &Request, state: &Inspection) -> bool {
    match request.what {
        Description::RequestVote { candidate, .. } => {
            (state.current_term, state.voted_for) == (request.term, Some(candidate))
        }
        _ => request.term >= state.current_term,
    }
}

impl TimerRule {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Started { server } | Event::Crashed { server } => *self.timer(server) = Timer::default(),
            Event::ReplySent { server, description, .. } => {
                if let Some(request) = world.answered()
                    && let Some(seen) = world.life(server).filter(|seen| is_reason(request, &seen.now))
                {
                    let timer = self.timer(server);
                    timer.owes |= timer.moved.is_none_or(|moved| moved < request.at);
                    return self.judge_answer(at, server, seen, request, description);
                }
            }
            Event::Inspected { server, .. } => {
                if let Some(seen) = world.life(server) {
                    return self.look(world, at, server, seen);
                }
            }
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

    /// Whoever answers a reason to restart its timer has done so.
    fn judge_answer(
        &self,
        at: Instant,
        server: Incarnation,
        seen: &Seen,
        request: &Request,
        reply: &ReplyDescription,
    ) -> Result<(), Violation> {
        let what = match *reply {
            ReplyDescription::AppendEntries { .. } => "an append of the leader",
            ReplyDescription::InstallSnapshot { .. } => "a snapshot of the leader",
            ReplyDescription::RequestVote { vote_granted: true, .. } => "a vote request, and granted it",
            _ => return Ok(()),
        };
        let Some(shortest) = self.shortest else { return Ok(()) };
        let current = (reply.term(), seen.now.current_term) == (Some(request.term), request.term);
        let follows = current && seen.now.role == Role::Follower;
        match seen.now.election_deadline.filter(|_| follows) {
            Some(deadline) if deadline < request.at + shortest / LEFT => {
                Err(not_restarted(at, server, what, deadline, shortest))
            }
            _ => Ok(()),
        }
    }

    fn look(&mut self, world: &World, at: Instant, server: Incarnation, seen: &Seen) -> Result<(), Violation> {
        let Some(deadline) = seen.now.election_deadline else { return Ok(()) };
        let before = seen.before.and_then(|before| before.election_deadline);
        if before == Some(deadline) {
            return Ok(());
        }
        let Timer { owes, .. } = std::mem::replace(self.timer(server), Timer { moved: Some(at), owes: false });
        if deadline > at {
            let span = deadline - at;
            self.shortest = Some(self.shortest.map_or(span, |shortest| shortest.min(span)));
        }
        let reason = || world.has_in_hand(server.server, |request| is_reason(request, &seen.now));
        match before {
            Some(before) if before > at && !owes && !seen.news.turn && !reason() => {
                Err(restarted(world, at, server, before, deadline))
            }
            _ => Ok(()),
        }
    }
}

#[cold]
fn restarted(world: &World, at: Instant, server: Incarnation, before: Instant, deadline: Instant) -> Violation {
    let mut evidence = vec![
        format!("at {at} {server} moved its election deadline from {before} to {deadline}"),
        "it had heard nothing from the leader of its term, given no vote and started no election".to_owned(),
    ];
    let in_hand: Vec<String> = world.in_hand(server.server).map(Request::named).collect();
    if let (Some(seen), false) = (world.life(server), in_hand.is_empty()) {
        evidence.push(format!("it was in term {} and had in hand {}", seen.now.current_term, in_hand.join(" and ")));
    }
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cold]
fn not_restarted(at: Instant, server: Incarnation, what: &str, deadline: Instant, shortest: Duration) -> Violation {
    let evidence = vec![
        format!("at {at} {server} answered {what}"),
        format!(
            "after that its election deadline is {deadline}; it never restarts its timer for less than {shortest:?}"
        ),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, cluster};
    use crate::oracle::history::{History, Look, assert_says, candidate, follower};

    /// S1 follows in term 1, and at 300 ms its election is due at 600 ms. The shortest time that any
    /// timer has been set to is 300 ms, so 75 ms is what a restart must leave at least.
    fn waiting() -> History<Told<TimerRule>> {
        let mut history = cluster(3);
        history.at(300).shows(1, due(600)).at(400);
        history
    }

    /// S1, following in term 1, with its election due then.
    fn due(millis: u64) -> Look {
        follower(1).deadline(millis)
    }

    #[test]
    fn the_leader_restarts_the_timer() {
        waiting().heartbeat(0, 1, 1).delivered().shows(1, due(750)).append_reply(1, true).legal();
        waiting().install(0, 1, 1, (1, 1)).delivered().installed(1).shows(1, due(750)).legal();
    }

    #[test]
    fn so_does_a_vote() {
        let mut history = waiting();
        history.ask(2, 1, 2).delivered().shows(1, follower(2).vote(2).deadline(750)).vote(2, true).legal();
    }

    #[test]
    fn so_does_an_election() {
        let mut history = waiting();
        history.at(600).shows(1, candidate(2).deadline(900)).at(900).shows(1, candidate(3).deadline(1_300)).legal();
    }

    #[test]
    fn nothing_else_does() {
        let violation = waiting().shows(1, due(700)).illegal(400, &[1]);
        assert_says(&violation, "at 000.400000 S1.1 moved its election deadline from 000.600000 to 000.700000");
        assert_says(&violation, "it had heard nothing from the leader of its term");
    }

    #[test]
    fn neither_a_vote_refused_nor_a_leader_of_the_past() {
        let mut history = waiting();
        history.ask(2, 1, 1).delivered().shows(1, due(700)).vote(1, false);
        assert_says(&history.illegal(400, &[1]), "in term 1 and had in hand the vote request of S2 in term 1");

        let mut history = waiting();
        history.heartbeat(2, 1, 0).delivered().shows(1, due(700)).append_reply(1, false);
        assert_says(&history.illegal(400, &[1]), "it was in term 1 and had in hand an append of term 0");
    }

    #[test]
    fn a_leader_or_a_vote_that_leaves_the_timer_running_out_is_found() {
        let mut history = waiting();
        history.at(590).heartbeat(0, 1, 1).delivered().append_reply(1, true);
        let violation = history.illegal(590, &[1]);
        assert_says(&violation, "at 000.590000 S1.1 answered an append of the leader");
        assert_says(
            &violation,
            "after that its election deadline is 000.600000; it never restarts its timer for less than 300ms",
        );

        let mut history = waiting();
        history.at(590).ask(2, 1, 2).delivered().shows(1, follower(2).vote(2).deadline(600)).vote(2, true);
        assert_says(&history.illegal(590, &[1]), "answered a vote request, and granted it");
    }

    #[test]
    fn a_deadline_that_is_late_enough_may_stay() {
        waiting().heartbeat(0, 1, 1).delivered().append_reply(1, true).legal();
    }

    #[test]
    fn an_answer_that_took_long_counts_from_its_request() {
        waiting().heartbeat(0, 1, 1).delivered().at(590).append_reply(1, true).at(591).shows(1, due(750)).legal();
    }

    #[test]
    fn stepping_down_may_restart_it() {
        waiting().heartbeat(2, 1, 2).delivered().shows(1, follower(2).deadline(750)).legal();
        waiting().shows(1, follower(2).deadline(750)).legal();
        waiting().at(600).shows(1, candidate(2).deadline(900)).shows(1, follower(2).vote(1).deadline(950)).legal();
    }

    #[test]
    fn a_vote_that_is_given_again_may_restart_it() {
        let mut history = waiting();
        history.ask(2, 1, 2).delivered().shows(1, follower(2).vote(2).deadline(700)).vote(2, true);
        history.at(450).ask(2, 1, 2).delivered().vote(2, true).shows(1, follower(2).vote(2).deadline(800)).legal();
    }

    #[test]
    fn an_overdue_deadline_may_move_without_a_reason() {
        // As a server does that stood still for a while.
        waiting().at(650).shows(1, due(950)).legal();
    }

    #[test]
    fn a_new_life_has_a_new_timer() {
        waiting().crash(1).start(1).shows(1, due(850)).legal();
    }

    #[test]
    fn who_shows_no_deadline_is_not_judged() {
        let mut history = waiting();
        history.shows(1, follower(1)).at(590).heartbeat(0, 1, 1).delivered().append_reply(1, true).legal();
    }
}
