//! Durable before visible: what a message says of its sender's term, vote and log was saved before
//! the message left.
//!
//! Source: Raft paper, Figure 2, persistent state: "updated on stable storage before responding to
//! RPCs". Needs `Raft::inspect` with `Inspect::saved`, `Rpc::describe` and `Rpc::describe_reply`.
//! Judged are the terms of all messages; the vote of a candidate that asks for votes; votes given;
//! and appends and snapshots acknowledged. What was saved is read back always when term, vote or the
//! log's base has changed; the log's entries rarely enough to stay cheap. A message is judged by what
//! was on the disk at that time, an acknowledged entry by what is there when it is read.
//!
//! Deliberately not judged: entries that a leader sends before it has saved them itself, which is
//! legal as long as it does not count itself (thesis, §10.2.1).

use super::world::{Disk, World};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::oracle::Violation;
use crate::trace::{Call, Description, Event, ReplyDescription};

pub(in crate::oracle) const RULE: &str = "durable before visible";

/// Watches that nobody says what it might forget.
#[derive(Debug, Default)]
pub(in crate::oracle) struct Durability {
    /// By server, claims made since something was saved that has not been read back yet.
    pending: Vec<Vec<Claim>>,
}

/// What a message says of its sender.
#[derive(Clone, Copy, Debug)]
struct Claim {
    at: Instant,
    call: Call,
    server: Incarnation,
    term: Term,
    says: Says,
}

#[derive(Clone, Copy, Debug)]
enum Says {
    Term,
    VotedFor(ServerId),
    /// Has this entry, or has it compacted.
    Has(Index, Term),
    /// Its snapshot stands for everything through this index.
    Compacted(Index),
}

impl Durability {
    pub(super) fn observe(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Started { server } | Event::Crashed { server } => {
                self.pending_of(server).clear();
            }
            Event::RequestSent { call, description, .. } => return self.request(world, at, call, description),
            Event::ReplySent { call, server, description, .. } => {
                return self.reply(world, at, call, server, description);
            }
            Event::SavedInspected { server, .. } => return self.read_back(world, server),
            _ => {}
        }
        Ok(())
    }

    fn request(&mut self, world: &World, at: Instant, call: Call, description: &Description) -> Result<(), Violation> {
        let Some(term) = description.term() else { return Ok(()) };
        let says = match *description {
            Description::RequestVote { candidate, .. } => Says::VotedFor(candidate),
            _ => Says::Term,
        };
        self.claim(world, Claim { at, call, server: call.from, term, says })
    }

    fn reply(
        &mut self,
        world: &World,
        at: Instant,
        call: Call,
        server: Incarnation,
        reply: &ReplyDescription,
    ) -> Result<(), Violation> {
        let Some(term) = reply.term() else { return Ok(()) };
        let request = world.answered().filter(|request| request.term == term);
        let Some(seen) = world.life(server) else { return Ok(()) };
        let in_term = seen.now.current_term == term;
        let says = match (*reply, request.filter(|_| in_term).map(|request| request.what)) {
            (
                ReplyDescription::RequestVote { vote_granted: true, .. },
                Some(Description::RequestVote { candidate, .. }),
            ) => Says::VotedFor(candidate),
            (
                ReplyDescription::AppendEntries { success: true, .. },
                Some(Description::AppendEntries { prev_log_index, entries, .. }),
            ) => {
                let last = prev_log_index + entries as Index;
                seen.log.term(last).map_or(Says::Term, |entry| Says::Has(last, entry))
            }
            (
                ReplyDescription::InstallSnapshot { .. },
                Some(Description::InstallSnapshot { last_included_index, .. }),
            ) if seen.now.base_index == last_included_index => Says::Compacted(last_included_index),
            _ => Says::Term,
        };
        // A server says no more of a term than that it has seen it.
        if term > seen.now.current_term {
            return Ok(());
        }
        self.claim(world, Claim { at, call, server, term, says })
    }

    fn claim(&mut self, world: &World, claim: Claim) -> Result<(), Violation> {
        let Some(disk) = world.life(claim.server).and_then(|seen| seen.disk.as_ref()) else { return Ok(()) };
        match is_durable(disk, &claim) {
            Some(true) => return Ok(()),
            Some(false) if disk.is_current => return Err(forgettable(disk, &claim)),
            _ => self.pending_of(claim.server).push(claim),
        }
        Ok(())
    }

    fn pending_of(&mut self, server: Incarnation) -> &mut Vec<Claim> {
        let number = server.server.number();
        if number >= self.pending.len() {
            self.pending.resize_with(number + 1, Vec::new);
        }
        &mut self.pending[number]
    }

    /// The disk was read: what was claimed since the last time must be there.
    fn read_back(&mut self, world: &World, server: Incarnation) -> Result<(), Violation> {
        let Some(disk) = world.seen(server.server).and_then(|seen| seen.disk.as_ref()) else { return Ok(()) };
        let mut forgotten = None;
        self.pending_of(server).retain(|claim| match is_durable(disk, claim) {
            Some(true) => false,
            Some(false) => {
                forgotten.get_or_insert(*claim);
                false
            }
            None => true,
        });
        forgotten.map_or(Ok(()), |claim| Err(forgettable(disk, &claim)))
    }
}

/// Whether what a message says is on the disk, or overtaken by a later term; none if that part of
/// the disk was not read.
fn is_durable(disk: &Disk, claim: &Claim) -> Option<bool> {
    if disk.current_term != claim.term {
        return Some(disk.current_term > claim.term);
    }
    match claim.says {
        Says::Term => Some(true),
        Says::VotedFor(candidate) => Some(disk.voted_for == Some(candidate)),
        Says::Has(index, term) => disk.log.as_ref().map(|log| log.holds(index, term)),
        Says::Compacted(index) => Some(disk.base_index >= index),
    }
}

#[cold]
fn forgettable(disk: &Disk, claim: &Claim) -> Violation {
    let Claim { at, call, server, term, says } = *claim;
    let message = if server == call.from { "sent" } else { "answered" };
    let says = match says {
        Says::Term => format!("that it is in term {term}"),
        Says::VotedFor(candidate) => format!("that it voted for {candidate} in term {term}"),
        Says::Has(index, entry) => format!("in term {term} that it has an entry of term {entry} at index {index}"),
        Says::Compacted(index) => format!("in term {term} that it has a snapshot through index {index}"),
    };
    let vote = disk.voted_for.map_or("no vote".to_owned(), |vote| format!("a vote for {vote}"));
    let log = match &disk.log {
        Some(log) => format!("a log from index {} to {}", log.base_index(), log.last_index()),
        None => format!("a log after index {}", disk.base_index),
    };
    let evidence = vec![
        format!("{server} {message} {}#{} at {at}, which says {says}", call.name, call.number),
        format!("saved by then were term {}, {vote}, and {log}: a crash would forget the rest", disk.current_term),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, cluster};
    use crate::oracle::history::{History, assert_says, candidate, follower};

    /// Three servers with empty disks that were read; S1 has S0's vote request of term 1 in hand.
    fn asked() -> History<Told<Durability>> {
        let mut history = cluster(3);
        for number in 0..3 {
            history.disk(number, 0, None, (0, 0), &[], b"");
        }
        history.save(0).shows(0, candidate(1)).disk(0, 1, Some(0), (0, 0), &[], b"");
        history.at(300).ask(0, 1, 1).delivered().shows(1, follower(1).vote(0));
        history
    }

    /// S1 has saved its vote, and has an append of two entries in hand, which are in its log.
    fn appended() -> History<Told<Durability>> {
        let mut history = asked();
        history.save(1).disk(1, 1, Some(0), (0, 0), &[], b"").vote(1, true);
        history.at(400).append_after((0, 1), 1, (0, 0), 2, 0).delivered();
        history.shows(1, follower(1).vote(0).log(&[1, 1]));
        history
    }

    #[test]
    fn what_was_saved_may_be_said() {
        let mut history = appended();
        history.save(1).disk(1, 1, Some(0), (0, 0), &[1, 1], b"").append_reply(1, true).legal();
    }

    #[test]
    fn an_acknowledged_entry_is_judged_when_the_saved_log_is_read() {
        let acknowledged = || {
            let mut history = appended();
            history.at(401).save(1).disk_head(1, 1, Some(0)).append_reply(1, true).at(450);
            history
        };
        acknowledged().disk_head(1, 1, Some(0)).legal();
        acknowledged().disk(1, 1, Some(0), (0, 0), &[1, 1], b"").disk(1, 1, Some(0), (0, 0), &[], b"").legal();
        let violation = acknowledged().disk(1, 1, Some(0), (0, 0), &[1], b"").illegal(401, &[1]);
        assert_says(&violation, "a log from index 0 to 1");
    }

    #[test]
    fn a_vote_that_was_not_saved_must_not_be_given() {
        let violation = asked().at(301).vote(1, true).illegal(301, &[1]);
        assert_says(&violation, "S1.1 answered Rpc#1 at 000.301000, which says that it voted for S0 in term 1");
        assert_says(&violation, "saved by then were term 0, no vote, and a log from index 0 to 0");
        // The term alone is not enough.
        asked().at(301).save(1).disk(1, 1, None, (0, 0), &[], b"").vote(1, true).illegal(301, &[1]);
    }

    #[test]
    fn nor_a_term_in_a_refusal() {
        let violation = asked().at(301).vote(1, false).illegal(301, &[1]);
        assert_says(&violation, "which says that it is in term 1");
    }

    #[test]
    fn a_candidate_saves_its_vote_for_itself_before_it_asks() {
        asked().at(500).shows(2, candidate(2)).ask(2, 0, 2).illegal(500, &[2]);
        let mut history = asked();
        history.at(500).save(2).disk(2, 2, None, (0, 0), &[], b"").shows(2, candidate(2)).ask(2, 0, 2);
        assert_says(
            &history.illegal(500, &[2]),
            "S2.1 sent Rpc#2 at 000.500000, which says that it voted for S2 in term 2",
        );
    }

    #[test]
    fn entries_are_saved_before_they_are_acknowledged() {
        let violation = appended().at(401).append_reply(1, true).illegal(401, &[1]);
        assert_says(&violation, "in term 1 that it has an entry of term 1 at index 2");
        appended().at(401).save(1).disk(1, 1, Some(0), (0, 0), &[1], b"").append_reply(1, true).illegal(401, &[1]);
    }

    #[test]
    fn so_are_snapshots() {
        let mut history = appended();
        history.at(500).install(0, 1, 1, (2, 1)).delivered().shows(1, follower(1).vote(0).base(2, 1)).installed(1);
        assert_says(&history.illegal(500, &[1]), "in term 1 that it has a snapshot through index 2");
        let mut history = appended();
        history.at(500).install(0, 1, 1, (2, 1)).delivered().shows(1, follower(1).vote(0).base(2, 1));
        history.save(1).disk(1, 1, Some(0), (2, 1), &[], b"s").installed(1).legal();
    }

    #[test]
    fn what_was_saved_and_not_read_yet_is_judged_when_it_is_read() {
        let mut history = asked();
        history.at(301).save(1).vote(1, true).at(350).disk(1, 1, None, (0, 0), &[], b"");
        assert_says(&history.illegal(301, &[1]), "that it voted for S0 in term 1");
        asked().save(1).vote(1, true).at(350).disk(1, 1, Some(0), (0, 0), &[], b"").legal();
        // A later term has made it irrelevant.
        asked().save(1).vote(1, true).at(350).disk(1, 2, None, (0, 0), &[], b"").legal();
        // After a crash nobody can know.
        asked().save(1).vote(1, true).at(350).crash(1).start(1).disk(1, 0, None, (0, 0), &[], b"").legal();
    }

    #[test]
    fn a_leader_may_send_what_it_saves_later() {
        asked().at(400).append_after((0, 2), 1, (0, 0), 3, 0).legal();
    }

    #[test]
    fn refused_entries_need_not_be_saved() {
        appended().append_reply(1, false).legal();
    }

    #[test]
    fn who_does_not_say_what_it_saved_is_not_judged() {
        cluster::<Durability>(3).at(300).ask(0, 1, 1).delivered().shows(1, follower(1).vote(0)).vote(1, true).legal();
    }
}
