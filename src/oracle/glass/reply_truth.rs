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

use super::world::{Request, Seen, World};
use crate::base::{Incarnation, Index, Instant, Term};
use crate::oracle::Violation;
use crate::trace::{Call, Description, Event, ReplyDescription, Role};

pub(in crate::oracle) const RULE: &str = "reply truth";

/// Watches the replies to appends.
#[derive(Debug, Default)]
pub(in crate::oracle) struct ReplyTruth;

/// An append.
#[derive(Clone, Copy, Debug)]
struct Append {
    prev_log_index: Index,
    prev_log_term: Term,
    last_index: Index,
}

impl ReplyTruth {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        let Event::ReplySent { call, server, description, .. } = *event else { return Ok(()) };
        let ReplyDescription::AppendEntries { term, success } = *description else { return Ok(()) };
        let (Some(request), Some(follower)) = (world.answered(), world.life(server)) else { return Ok(()) };
        let Description::AppendEntries { prev_log_index, prev_log_term, entries, .. } = request.what else {
            return Ok(());
        };
        let append = Append { prev_log_index, prev_log_term, last_index: prev_log_index + entries as Index };
        let reply = Reply { at, call, server, request, append, term };
        if success { taken(world, follower, reply) } else { refused(follower, reply) }
    }
}

#[derive(Clone, Copy)]
struct Reply {
    at: Instant,
    call: Call,
    server: Incarnation,
    request: Request,
    append: Append,
    term: Term,
}

impl Reply {
    fn is_in_term(&self, follower: &Seen) -> bool {
        (self.term, follower.now.current_term) == (self.request.term, self.request.term)
    }

    fn violation(&self, answer: &str, text: String) -> Violation {
        let Reply { at, call, server, request, append, .. } = *self;
        let (term, Append { prev_log_index, prev_log_term, last_index }) = (request.term, append);
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
    let (term, last_index) = (reply.request.term, reply.append.last_index);
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

fn refused(follower: &Seen, reply: Reply) -> Result<(), Violation> {
    let Request { at, term, state, log_version, is_latest, .. } = reply.request;
    let Append { prev_log_index: prev, prev_log_term, .. } = reply.append;
    let alone = is_latest && at == reply.at && follower.now.role != Role::Leader;
    let changed = follower.log_version != log_version || follower.now.commit_index != state.commit_index;
    if term < follower.now.current_term && alone && changed {
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
