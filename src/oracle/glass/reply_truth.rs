//! Reply truth: a follower says that it took an append if and only if its log agrees with it.
//!
//! Source: Raft paper, Figure 2, AppendEntries. Needs `Raft::inspect`, `Rpc::describe` and
//! `Rpc::describe_reply`. Judged are replies in the request's own term:
//!
//! - Success: the log holds what the leader of the term has at the last index of the request.
//! - Refusal: the entry before the new ones is missing, or of another term. What is compacted is
//!   committed, so it always agrees.
//!
//! And a request of an earlier term changes neither log nor commit index, and no reply carries a
//! term that was over when the request came.
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
        let (Some(request), Some(follower)) = (world.answered(), world.life(server)) else { return Ok(()) };
        let Some(term) = description.term() else { return Ok(()) };
        let append = Append::of(&request.what);
        let reply = &Reply { at, call, server, request, append, term };
        if term < request.state.current_term {
            let text = format!("with term {term}, although it was in term {} already", request.state.current_term);
            return Err(reply.violation("answered", text));
        }
        match *description {
            ReplyDescription::AppendEntries { success: true, .. } => taken(world, follower, reply),
            ReplyDescription::AppendEntries { .. } => refused(follower, reply),
            ReplyDescription::InstallSnapshot { .. } => unchanged(follower, reply),
            _ => Ok(()),
        }
    }
}

impl Append {
    /// Nothing for other requests.
    fn of(what: &Description) -> Append {
        match *what {
            Description::AppendEntries { prev_log_index, prev_log_term, entries, .. } => {
                Append { prev_log_index, prev_log_term, last_index: prev_log_index + entries as Index }
            }
            _ => Append { prev_log_index: 0, prev_log_term: 0, last_index: 0 },
        }
    }
}

struct Reply<'a> {
    at: Instant,
    call: Call,
    server: Incarnation,
    request: &'a Request,
    append: Append,
    term: Term,
}

impl Reply<'_> {
    fn is_in_term(&self, follower: &Seen) -> bool {
        (self.term, follower.now.current_term) == (self.request.term, self.request.term)
    }

    #[cold]
    fn violation(&self, answer: &str, text: String) -> Violation {
        let Reply { at, call, server, request, append, .. } = *self;
        let Append { prev_log_index, prev_log_term, last_index } = append;
        let (name, number, from, term) = (call.name, call.number, call.from, request.term);
        let what = match request.what {
            Description::AppendEntries { .. } => {
                let entries = last_index - prev_log_index;
                format!(", {entries} entries after index {prev_log_index} of term {prev_log_term}")
            }
            _ => String::new(),
        };
        let evidence = vec![format!("{server} {answer} {name}#{number} of {from} (term {term}{what}) at {at}"), text];
        Violation { rule: RULE, at, servers: vec![server.server, call.from.server], evidence }
    }
}

fn taken(world: &World, follower: &Seen, reply: &Reply<'_>) -> Result<(), Violation> {
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

/// A request of an earlier term changes nothing.
fn unchanged(follower: &Seen, reply: &Reply<'_>) -> Result<(), Violation> {
    let Request { at, term, state, log_version, was_alone, .. } = *reply.request;
    let leads = [state.role, follower.now.role].contains(&Role::Leader);
    let alone = was_alone && at == reply.at && !leads;
    let changed = follower.log_version != log_version || follower.now.commit_index != state.commit_index;
    if term < state.current_term && alone && changed {
        let text =
            format!("and changed its log or its commit index for it, although it was in term {}", state.current_term);
        return Err(reply.violation("answered", text));
    }
    Ok(())
}

fn refused(follower: &Seen, reply: &Reply<'_>) -> Result<(), Violation> {
    unchanged(follower, reply)?;
    let Request { log_version, .. } = *reply.request;
    let Append { prev_log_index: prev, prev_log_term, .. } = reply.append;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, led};
    use crate::oracle::history::{History, Look, assert_says, candidate, follower, leader};

    /// S0 leads term 1 with three entries; S1, with one, has an append in hand, of so many entries
    /// after `prev`.
    fn asked(prev: (Index, Term), entries: usize) -> History<Told<ReplyTruth>> {
        let mut history = led();
        history.at(400).shows(0, leader(1).log(&[1, 1, 1])).shows(1, with(&[1]));
        history.append_after((0, 1), 1, prev, entries, 0).at(405).delivered();
        history
    }

    fn with(log: &[Term]) -> Look {
        follower(1).vote(0).log(log)
    }

    #[test]
    fn whose_log_agrees_accepts_and_whose_does_not_refuses() {
        asked((1, 1), 2).shows(1, with(&[1, 1, 1])).append_reply(1, true).legal();
        asked((0, 0), 1).append_reply(1, true).legal();
        asked((2, 1), 1).append_reply(1, false).legal();
    }

    #[test]
    fn nobody_accepts_what_it_has_not_got() {
        let violation = asked((2, 1), 1).append_reply(1, true).illegal(405, &[1, 0]);
        assert_says(
            &violation,
            "S1.1 accepted Rpc#3 of S0.1 (term 1, 1 entries after index 2 of term 1) at 000.405000",
        );
        assert_says(&violation, "its log ends at index 1");
        asked((1, 1), 2).shows(1, with(&[1, 1])).append_reply(1, true).illegal(405, &[1, 0]);
        // A heartbeat is an append too.
        asked((3, 1), 0).append_reply(1, true).illegal(405, &[1, 0]);
    }

    #[test]
    fn nobody_accepts_where_it_keeps_another_entry() {
        let violation = asked((1, 1), 1).shows(1, with(&[1, 0])).append_reply(1, true).illegal(405, &[1, 0]);
        assert_says(&violation, "its entry at index 2 is of term 0, the leader's of term 1");
    }

    #[test]
    fn nobody_refuses_what_agrees() {
        let violation = asked((1, 1), 2).append_reply(1, false).illegal(405, &[1, 0]);
        assert_says(&violation, "S1.1 refused Rpc#3");
        assert_says(&violation, "its log has that entry of term 1");
        asked((0, 0), 1).append_reply(1, false).illegal(405, &[1, 0]);
    }

    #[test]
    fn what_is_compacted_agrees() {
        let compacted = || {
            let mut history = led::<ReplyTruth>();
            history.at(400).shows(0, leader(1).log(&[1, 1, 1])).shows(1, with(&[1]).base(2, 1));
            history.append_after((0, 1), 1, (1, 1), 1, 0).delivered();
            history
        };
        compacted().append_reply(1, true).legal();
        let violation = compacted().append_reply(1, false).illegal(400, &[1, 0]);
        assert_says(&violation, "its snapshot stands for everything through index 2");
    }

    /// S1, in term 2, has an append of the leader of term 1 in hand.
    fn late() -> History<Told<ReplyTruth>> {
        let mut history = led();
        history.at(400).shows(0, leader(1).log(&[1])).shows(1, follower(2));
        history.append_after((0, 1), 1, (0, 0), 1, 0).delivered();
        history
    }

    #[test]
    fn a_request_of_an_earlier_term_is_refused_and_changes_nothing() {
        late().append_reply(2, false).legal();
        let violation = late().shows(1, follower(2).log(&[1])).append_reply(2, false).illegal(400, &[1, 0]);
        assert_says(&violation, "changed its log or its commit index for it, although it was in term 2");
        late().shows(1, follower(2).commit(1)).append_reply(2, false).illegal(400, &[1, 0]);
    }

    #[test]
    fn what_others_did_meanwhile_is_not_held_against_it() {
        // The leader of its own term spoke too.
        let mut history = late();
        history.shows(2, leader(2).log(&[2])).append_after((2, 1), 2, (0, 0), 1, 0).delivered();
        history.shows(1, follower(2).log(&[2])).append_reply(2, true).again(3).append_reply(2, false).legal();
        // Both came at once, in the other order.
        let mut history = led::<ReplyTruth>();
        history.at(400).shows(2, leader(2).log(&[2])).shows(1, follower(2));
        history.append_after((2, 1), 2, (0, 0), 1, 0).delivered();
        history.append_after((0, 1), 1, (0, 0), 1, 0).delivered();
        history.again(3).shows(1, follower(2).log(&[2])).append_reply(2, true);
        history.again(4).append_reply(2, false).legal();
        // Its service took a snapshot.
        let mut history = late();
        history.take_snapshot(1, 1, b"7").shows(1, follower(2).base(1, 1).commit(1)).append_reply(2, false).legal();
        // It leads itself, and its service gave it a command.
        late().shows(1, candidate(2)).shows(1, leader(2).log(&[2])).append_reply(2, false).legal();
        // It took its time.
        late().at(450).shows(1, follower(2).log(&[2])).append_reply(2, false).legal();
    }

    #[test]
    fn a_log_or_a_term_that_changed_meanwhile_is_not_compared() {
        // A refusal of what came too early, and was in the log when the reply left.
        asked((2, 1), 1).shows(1, with(&[1, 1])).append_reply(1, false).legal();
        asked((1, 1), 1).shows(1, follower(2).log(&[1])).append_reply(2, false).legal();
        asked((1, 1), 1).shows(1, follower(2).log(&[1])).append_reply(1, true).legal();
    }

    #[test]
    fn entries_that_did_not_agree_may_be_cut_with_the_refusal() {
        let mut history = led::<ReplyTruth>();
        history.at(400).shows(0, leader(1).log(&[1, 1, 1])).shows(1, with(&[0, 0]));
        history.append_after((0, 1), 1, (2, 1), 1, 0).delivered().shows(1, with(&[0])).append_reply(1, false).legal();
    }
}
