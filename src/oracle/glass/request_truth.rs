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
            Event::RequestSent { call, description, .. } if !self.fits(world, call, description) => {
                self.suspects.push(Claim { at, call, description: *description });
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

#[cold]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::glass::told::{Told, committed};
    use crate::oracle::history::{History, assert_says, candidate, follower, leader};

    /// S0 leads term 1 with three entries, the first committed.
    fn leading() -> History<Told<RequestTruth>> {
        let mut history = committed();
        history.at(500).shows(0, leader(1).log(&[1, 1, 1]).commit(1));
        history
    }

    /// An append to S1 then, of so many entries after `prev`, with this commit index.
    fn sends(prev: (Index, Term), entries: usize, commit: Index) -> History<Told<RequestTruth>> {
        let mut history = leading();
        history.append_after((0, 1), 1, prev, entries, commit).at(501);
        history
    }

    #[test]
    fn a_leader_sends_what_it_has() {
        for (prev, entries, commit) in [((0, 0), 3, 1), ((1, 1), 2, 0), ((3, 1), 0, 1)] {
            sends(prev, entries, commit).legal();
        }
    }

    #[test]
    fn it_must_not_make_up_the_entry_before() {
        let violation = sends((1, 0), 2, 1).illegal(500, &[0]);
        assert_says(
            &violation,
            "S0.1 sent Rpc#3 to S1 at 000.500000: term 1, 2 entries after index 1 of term 0, commit 1",
        );
        assert_says(&violation, "it has an entry of term 1 at index 1");
        assert_says(&sends((4, 1), 0, 1).illegal(500, &[0]), "it has nothing at index 4");
    }

    #[test]
    fn nor_send_more_than_it_has() {
        assert_says(&sends((1, 1), 3, 1).illegal(500, &[0]), "it has nothing at index 4");
    }

    #[test]
    fn nor_announce_what_is_not_committed() {
        assert_says(&sends((1, 1), 2, 2).illegal(500, &[0]), "leaders have committed only index 1");
    }

    #[test]
    fn a_step_may_send_before_it_shows_what_it_did() {
        let mut history = leading();
        history.append_after((0, 1), 1, (3, 1), 1, 1).shows(0, leader(1).log(&[1, 1, 1, 1]).commit(1)).at(501).legal();

        let mut history = leading();
        history.shows(1, follower(1).vote(0).log(&[1, 1])).append_after((0, 1), 1, (3, 1), 0, 2);
        history.shows(0, leader(1).log(&[1, 1, 1]).commit(2)).at(501).legal();
    }

    #[test]
    fn who_dies_in_that_step_is_not_judged() {
        let mut history = leading();
        history.append_after((0, 1), 1, (3, 1), 1, 1).crash(0).at(501).heartbeat(1, 2, 1).legal();
    }

    #[test]
    fn a_deposed_leader_is_judged_by_what_it_led() {
        let mut history = sends((1, 1), 2, 1);
        history.shows(0, follower(2).log(&[1])).append_after((0, 1), 1, (1, 1), 2, 1).at(502).legal();
    }

    #[test]
    fn entries_compacted_before_the_election_are_not_known() {
        let mut history = committed::<RequestTruth>();
        history.at(900).shows(1, candidate(2).base(1, 1)).shows(1, leader(2).base(1, 1));
        history.append_after((1, 2), 2, (0, 0), 1, 1).at(901).legal();
    }

    /// S1 with entry 1 asks for votes in term 2, and says that its log ends with `last`.
    fn campaigns(last: (Index, Term)) -> History<Told<RequestTruth>> {
        let mut history = committed();
        history.at(900).ask_with(1, 2, 2, last).shows(1, candidate(2).log(&[1])).at(901);
        history
    }

    #[test]
    fn a_candidate_tells_the_end_of_its_log() {
        campaigns((1, 1)).legal();
        for last in [(0, 0), (2, 1), (1, 2)] {
            assert_says(
                &campaigns(last).illegal(900, &[1]),
                "its log ended with term 1 at index 1 when it began that election",
            );
        }
    }

    #[test]
    fn it_may_ask_late_with_what_it_had_then() {
        let mut history = campaigns((1, 1));
        history.shows(1, leader(2).log(&[1, 2])).ask_with(1, 0, 2, (1, 1)).at(902).legal();
    }

    /// S0 sends a snapshot through `last`.
    fn installs(last: (Index, Term)) -> History<Told<RequestTruth>> {
        let mut history = leading();
        history.shows(0, leader(1).base(1, 1).log(&[1, 1]).commit(1)).install(0, 1, 1, last).at(501);
        history
    }

    #[test]
    fn a_snapshot_stands_for_what_is_committed() {
        installs((1, 1)).legal();
        let violation = installs((2, 1)).illegal(500, &[0]);
        assert_says(&violation, "term 1, snapshot through index 2 of term 1");
        assert_says(&violation, "leaders have committed only index 1");
        assert_says(&installs((1, 2)).illegal(500, &[0]), "the committed entry at index 1 is of term 1");
    }

    #[test]
    fn the_end_of_the_run_is_the_end_of_an_instant() {
        let mut history = leading();
        history.append_after((0, 1), 1, (1, 1), 2, 2).at(501).illegal(500, &[0]);
    }
}
