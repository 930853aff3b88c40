//! What servers show of themselves, in stories for the rules that look inside.

use super::{History, server};
use crate::base::{Index, Instant, ServerId, Term};
use crate::oracle::Oracle;
use crate::trace::{Description, Event, Inspection, LogChange, Progress, ReplyDescription, Role, SavedState};

/// A look through a glass box; the builders say what is unlike an empty follower of its term.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Look {
    state: Inspection,
    /// The vote, if it is not the usual one.
    vote: Option<Option<ServerId>>,
    base_term: Term,
    /// Of the entries after the base.
    terms: Vec<Term>,
    progress: Vec<Progress>,
}

/// A follower that has given its vote to nobody.
pub(in crate::oracle) fn follower(term: Term) -> Look {
    look(term, Role::Follower)
}

/// A candidate, which has voted for itself.
pub(in crate::oracle) fn candidate(term: Term) -> Look {
    look(term, Role::Candidate)
}

/// A leader, which has voted for itself.
pub(in crate::oracle) fn leader(term: Term) -> Look {
    look(term, Role::Leader)
}

fn look(term: Term, role: Role) -> Look {
    let state = Inspection { current_term: term, role, ..Inspection::default() };
    Look { state, ..Look::default() }
}

impl Look {
    pub(in crate::oracle) fn vote(mut self, candidate: usize) -> Look {
        self.vote = Some(Some(server(candidate)));
        self
    }

    pub(in crate::oracle) fn no_vote(mut self) -> Look {
        self.vote = Some(None);
        self
    }

    /// The terms of the entries after the base.
    pub(in crate::oracle) fn log(mut self, terms: &[Term]) -> Look {
        self.terms = terms.to_vec();
        self
    }

    /// Where the snapshot ends.
    pub(in crate::oracle) fn base(mut self, index: Index, term: Term) -> Look {
        (self.state.base_index, self.base_term) = (index, term);
        self
    }

    pub(in crate::oracle) fn commit(mut self, index: Index) -> Look {
        self.state.commit_index = index;
        self
    }

    pub(in crate::oracle) fn applied(mut self, index: Index) -> Look {
        self.state.last_applied = index;
        self
    }

    pub(in crate::oracle) fn deadline(mut self, millis: u64) -> Look {
        self.state.election_deadline = Some(Instant::from_millis(millis));
        self
    }

    /// The next and the match index, by server.
    pub(in crate::oracle) fn progress(mut self, progress: &[(Index, Index)]) -> Look {
        self.progress =
            progress.iter().map(|&(next_index, match_index)| Progress { next_index, match_index }).collect();
        self
    }

    /// Fills in what depends on who shows it.
    fn of(mut self, number: usize) -> Look {
        let usual = (self.state.role != Role::Follower).then(|| server(number));
        self.state.voted_for = self.vote.unwrap_or(usual);
        self.state.last_index = self.state.base_index + self.terms.len() as Index;
        self
    }

    fn term(&self, index: Index) -> Option<Term> {
        let place = index.checked_sub(self.state.base_index + 1)?;
        self.terms.get(place as usize).copied()
    }

    /// Through which index this log is as in an earlier look.
    fn kept_from(&self, before: Option<&Look>) -> Index {
        let base = self.state.base_index;
        let same = |index: &Index| {
            before.is_some_and(|before| before.term(*index).is_some_and(|term| self.term(*index) == Some(term)))
        };
        (base + 1..=self.state.last_index).take_while(same).last().unwrap_or(base)
    }
}

impl<O: Oracle> History<O> {
    /// A look into a server's glass box; what is new in its log is found by comparison with the look
    /// before.
    pub(in crate::oracle) fn shows(&mut self, number: usize, look: Look) -> &mut Self {
        let look = look.of(number);
        let kept = look.kept_from(self.shown[number].as_ref());
        let terms = &look.terms[(kept - look.state.base_index) as usize..];
        let log = LogChange { base_term: look.base_term, kept, terms };
        let server = self.life(number);
        self.event(&Event::Inspected { server, inspection: &look.state, log, progress: &look.progress });
        self.shown[number] = Some(look);
        self
    }

    /// A server reports the state that it shows.
    pub(in crate::oracle) fn seen_as(&mut self, number: usize, look: Look) -> &mut Self {
        let Inspection { current_term, role, .. } = look.state;
        self.state(number, current_term, role == Role::Leader).shows(number, look)
    }

    /// A look at what a server has saved: its term and vote, its base with its term, the terms of the
    /// entries after it, and the snapshot.
    pub(in crate::oracle) fn disk(
        &mut self,
        number: usize,
        term: Term,
        vote: Option<usize>,
        (base_index, base_term): (Index, Term),
        terms: &[Term],
        snapshot: &[u8],
    ) -> &mut Self {
        let saved = &SavedState { current_term: term, voted_for: vote.map(server), base_index, base_term };
        let server = self.life(number);
        self.event(&Event::SavedInspected { server, saved, terms: Some(terms), snapshot })
    }

    /// A look at what a server has saved, but not at the entries of its log.
    pub(in crate::oracle) fn disk_head(&mut self, number: usize, term: Term, vote: Option<usize>) -> &mut Self {
        let saved = &SavedState { current_term: term, voted_for: vote.map(server), ..SavedState::default() };
        let server = self.life(number);
        self.event(&Event::SavedInspected { server, saved, terms: None, snapshot: b"" })
    }

    /// A RequestVote of a candidate whose log ends with `last`, an index and its term.
    pub(in crate::oracle) fn ask_with(&mut self, from: usize, to: usize, term: Term, last: (Index, Term)) -> &mut Self {
        let (last_log_index, last_log_term) = last;
        let candidate = server(from);
        self.request(from, to, &Description::RequestVote { term, candidate, last_log_index, last_log_term })
    }

    /// An AppendEntries with so many entries after `prev`, an index and its term.
    pub(in crate::oracle) fn append_after(
        &mut self,
        (from, to): (usize, usize),
        term: Term,
        prev: (Index, Term),
        entries: usize,
        leader_commit: Index,
    ) -> &mut Self {
        let (prev_log_index, prev_log_term) = prev;
        let description = Description::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit };
        self.request(from, to, &description)
    }

    /// An InstallSnapshot of everything through `last`, an index and its term.
    pub(in crate::oracle) fn install(&mut self, from: usize, to: usize, term: Term, last: (Index, Term)) -> &mut Self {
        let (last_included_index, last_included_term) = last;
        self.request(from, to, &Description::InstallSnapshot { term, last_included_index, last_included_term, size: 1 })
    }

    /// The handler accepts or refuses the append spoken of.
    pub(in crate::oracle) fn append_reply(&mut self, term: Term, success: bool) -> &mut Self {
        self.answered(&ReplyDescription::AppendEntries { term, success })
    }

    /// The handler has dealt with the snapshot spoken of.
    pub(in crate::oracle) fn installed(&mut self, term: Term) -> &mut Self {
        self.answered(&ReplyDescription::InstallSnapshot { term })
    }
}
