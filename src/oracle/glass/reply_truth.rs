//! Reply truth: a follower says that it took an append if and only if its log agrees with it.
//!
//! Source: Raft paper, Figure 2, AppendEntries. Needs `Raft::inspect`, `Rpc::describe` and
//! `Rpc::describe_reply`. Judged are replies in the request's own term:
//!
//! - Success: the log holds what the leader of the term has at the last index of the request.
//! - Refusal: the entry before the new ones is missing, or of another term. What is compacted is
//!   committed, so it always agrees.
//!
//! And a request of an earlier term changes neither log nor commit index.
//!
//! Deliberately not judged: what else happened while the request was in hand: a later term, or a
//! log that something else changed.

use super::world::{Seen, World};
use crate::base::{Incarnation, Index, Instant, Term};
use crate::oracle::Violation;
use crate::oracle::unanswered::Unanswered;
use crate::trace::{Call, Description, Event, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "reply truth";

/// Watches the replies to appends.
#[derive(Debug, Default)]
pub(in crate::oracle) struct ReplyTruth {
    in_hand: Unanswered<Request>,
    /// By server, how many messages of leaders reached it.
    deliveries: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    at: Instant,
    term: Term,
    prev_log_index: Index,
    prev_log_term: Term,
    last_index: Index,
    log_version: u64,
    commit_index: Index,
    deliveries: u64,
}

impl ReplyTruth {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Started { server } | Event::Crashed { server } => self.in_hand.forget(server.server),
            Event::RequestDelivered { call, server, description } => {
                self.delivered(world, at, call, server, description)
            }
            Event::ReplySent {
                call, server, description: &ReplyDescription::AppendEntries { term, success }, ..
            } => {
                if let Some(request) = self.in_hand.answered(server.server, call.number)
                    && let Some(follower) = world.life(server)
                {
                    let reply = Reply { at, call, server, request, term };
                    let deliveries = self.deliveries[server.server.number()];
                    return if success { taken(world, follower, reply) } else { refused(follower, reply, deliveries) };
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn delivered(&mut self, world: &World, at: Instant, call: Call, server: Incarnation, description: &Description) {
        let number = server.server.number();
        if number >= self.deliveries.len() {
            self.deliveries.resize(number + 1, 0);
        }
        self.deliveries[number] += 1;
        let Description::AppendEntries { term, prev_log_index, prev_log_term, entries, .. } = *description else {
            return;
        };
        let Some(follower) = world.life(server) else { return };
        let request = Request {
            at,
            term,
            prev_log_index,
            prev_log_term,
            last_index: prev_log_index + entries as Index,
            log_version: follower.log_version,
            commit_index: follower.now.commit_index,
            deliveries: self.deliveries[number],
        };
        self.in_hand.delivered(server.server, call.number, request);
    }
}

#[derive(Clone, Copy)]
struct Reply {
    at: Instant,
    call: Call,
    server: Incarnation,
    request: Request,
    term: Term,
}

impl Reply {
    fn is_in_term(&self, follower: &Seen) -> bool {
        (self.term, follower.now.current_term) == (self.request.term, self.request.term)
    }

    fn violation(&self, answer: &str, text: String) -> Violation {
        let Reply { at, call, server, request, .. } = *self;
        let Request { term, prev_log_index, prev_log_term, last_index, .. } = request;
        let entries = last_index - prev_log_index;
        let evidence = vec![
            format!(
                "{server} {answered} {name}#{number} of {from} (term {term}, {entries} entries after index {prev_log_index} \
                 of term {prev_log_term}) at {at}",
                answered = answer,
                name = call.name,
                number = call.number,
                from = call.from,
            ),
            text,
        ];
        Violation { rule: RULE, at, servers: vec![server.server, call.from.server], evidence }
    }
}

fn taken(world: &World, follower: &Seen, reply: Reply) -> Result<(), Violation> {
    let Request { term, last_index, .. } = reply.request;
    if !reply.is_in_term(follower) {
        return Ok(());
    }
    let Some(expected) = world.leader_log(term).and_then(|leader| leader.term(last_index)) else { return Ok(()) };
    if follower.log.holds(last_index, expected) {
        return Ok(());
    }
    Err(reply.violation(
        "accepted",
        match follower.log.term(last_index) {
            Some(other) => {
                format!("its entry at index {last_index} is of term {other}, the leader's of term {expected}")
            }
            None => format!("its log ends at index {}", follower.log.last_index()),
        },
    ))
}

fn refused(follower: &Seen, reply: Reply, deliveries: u64) -> Result<(), Violation> {
    let Request { at, term, prev_log_index: prev, prev_log_term, log_version, commit_index, .. } = reply.request;
    let alone = deliveries == reply.request.deliveries && at == reply.at;
    let changed = follower.log_version != log_version || follower.now.commit_index != commit_index;
    if term < follower.now.current_term && alone && changed && follower.now.role != Role::Leader {
        return Err(reply.violation("refused", "and yet changed its log or its commit index for it".to_owned()));
    }
    if !reply.is_in_term(follower) || follower.log_version != log_version {
        return Ok(());
    }
    if prev < follower.log.base_index() {
        let text = format!("its snapshot stands for everything through index {}", follower.log.base_index());
        return Err(reply.violation("refused", text));
    }
    if follower.log.term(prev) == Some(prev_log_term) {
        return Err(reply.violation("refused", format!("its log has that entry of term {prev_log_term}")));
    }
    Ok(())
}
