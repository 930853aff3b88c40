//! All servers, as they show themselves: the state, the log and the disk of each, what was in the
//! log of each leader, and what is committed.
//!
//! Bookkeeping shared by the rules of this folder. Judges nothing.

use std::collections::BTreeMap;

use super::term_runs::TermRuns;
use crate::base::{Incarnation, Index, Instant, ServerId, Term};
use crate::oracle::unanswered::Unanswered;
use crate::trace::{Call, Description, Event, Inspection, LogChange, Progress, Role, SavedState};

/// The cluster behind glass.
#[derive(Debug, Default)]
pub(super) struct World {
    servers: Vec<Seen>,
    leaders: BTreeMap<Term, LeaderLog>,
    /// What leaders have committed, from the first entry on.
    committed: TermRuns,
    /// How far leaders have committed, by their terms.
    committed_in: BTreeMap<Term, Index>,
    in_hand: Unanswered<Request>,
    /// What the reply that is just being sent answers.
    answered: Option<Request>,
    /// By server.
    bustle: Vec<Bustle>,
    /// What a leader said of itself in requests, and had not shown by then.
    told: Option<Told>,
    /// Somebody takes part who does not show itself.
    half_lit: bool,
}

/// What a leader said in requests, at most.
#[derive(Clone, Copy, Debug)]
struct Told {
    leader: Incarnation,
    term: Term,
    last_index: Index,
    commit_index: Index,
}

/// One server, as last seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The life that runs and has shown itself.
    pub(super) life: Option<u32>,
    pub(super) now: Inspection,
    /// The look before; none at the first of a life.
    pub(super) before: Option<Inspection>,
    /// Outlives a crash, until the next life shows what is left.
    pub(super) log: TermRuns,
    /// What the last look changed in it.
    pub(super) change: Change,
    /// Counts the changes.
    pub(super) log_version: u64,
    pub(super) news: News,
    pub(super) progress: Vec<Progress>,
    pub(super) progress_before: Vec<Progress>,
    pub(super) disk: Option<Disk>,
}

/// A request that reached a server, and what the server was then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) at: Instant,
    pub(super) term: Term,
    pub(super) what: Description,
    pub(super) state: Inspection,
    /// Term and index of the last log entry.
    pub(super) last_log: (Term, Index),
    pub(super) log_version: u64,
    /// From when it came until it was answered the server had nothing else to do: no other request,
    /// of whatever kind, in hand, and no snapshot of its service.
    pub(super) was_alone: bool,
    /// The value of [`Bustle::changes`] when it came; none if the server had something in hand.
    changes: Option<u64>,
}

impl Request {
    /// What it is, for evidence.
    pub(super) fn named(&self) -> String {
        let term = self.term;
        match self.what {
            Description::RequestVote { candidate, .. } => format!("the vote request of {candidate} in term {term}"),
            Description::AppendEntries { prev_log_index, prev_log_term, entries, .. } => format!(
                "an append of term {term} ({entries} entries after index {prev_log_index} of term {prev_log_term})"
            ),
            Description::InstallSnapshot { last_included_index, .. } => {
                format!("a snapshot of term {term} (through index {last_included_index})")
            }
            Description::Other => format!("a request of term {term}"),
        }
    }
}

/// What else a server may be doing while it has a request in hand.
#[derive(Clone, Copy, Debug, Default)]
struct Bustle {
    /// Requests in hand, of whatever kind. A handler that never returns counts for ever.
    in_hand: u64,
    /// Counts requests and snapshots.
    changes: u64,
}

/// What is new since the look before; everything at the first of a life.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct News {
    /// Term, vote or role.
    pub(super) turn: bool,
    pub(super) log: bool,
    /// The commit index, or what is applied.
    pub(super) commit: bool,
    pub(super) deadline: bool,
}

impl News {
    fn between(before: Option<Inspection>, now: &Inspection, log: bool) -> News {
        let Some(before) = before else { return News { turn: true, log: true, commit: true, deadline: true } };
        let turn = |state: &Inspection| (state.current_term, state.voted_for, state.role);
        let commit = |state: &Inspection| (state.commit_index, state.last_applied);
        News {
            turn: turn(&before) != turn(now),
            log,
            commit: commit(&before) != commit(now),
            deadline: before.election_deadline != now.election_deadline,
        }
    }
}

/// What a look changed in a log.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    /// The first entry that is new.
    pub(super) first_new: Option<Index>,
    /// The first entry that was cut off at the end, and its term.
    pub(super) cut: Option<(Index, Term)>,
    pub(super) rebased: bool,
}

/// What a server has on its disk.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) current_term: Term,
    pub(super) voted_for: Option<ServerId>,
    pub(super) base_index: Index,
    /// None if only the rest was read.
    pub(super) log: Option<TermRuns>,
    /// Nothing was saved since.
    pub(super) is_current: bool,
}

/// The log of a leader in its term. It only grows, by entries of that term.
#[derive(Debug)]
pub(super) struct LeaderLog {
    pub(super) leader: ServerId,
    at_election: TermRuns,
    last_index: Index,
    term: Term,
}

impl LeaderLog {
    /// The term of the leader's entry at `index`; none where it has none, or had compacted it when
    /// it was elected.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index > self.at_election.last_index() && index <= self.last_index {
            return Some(self.term);
        }
        self.at_election.term(index)
    }

    /// Whether the leader has an entry there that is not known any more.
    pub(super) fn has_compacted(&self, index: Index) -> bool {
        index < self.at_election.base_index()
    }
}

impl World {
    /// Takes note of an event, before the rules judge it.
    pub(super) fn observe(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::RequestDelivered { call, server, description } => self.delivered(at, call, server, description),
            Event::ReplySent { call, server, .. } => {
                self.half_lit |= self.life(server).is_none();
                self.answered = self.in_hand.answered(server.server, call.number);
                let bustle = self.bustle(server.server);
                bustle.in_hand = bustle.in_hand.saturating_sub(1);
                let changes = bustle.changes;
                if let Some(request) = &mut self.answered {
                    request.was_alone = request.changes == Some(changes);
                }
            }
            Event::SnapshotTaken { server, .. } => self.bustle(server.server).changes += 1,
            Event::RequestSent {
                call,
                description: &Description::AppendEntries { term, prev_log_index, entries, leader_commit, .. },
                ..
            } => {
                self.half_lit |= self.life(call.from).is_none();
                let last_index = prev_log_index + entries as Index;
                self.tells(Told { leader: call.from, term, last_index, commit_index: leader_commit });
            }
            Event::RequestSent { call, .. } => self.half_lit |= self.life(call.from).is_none(),
            Event::Started { server } | Event::Crashed { server } => {
                self.in_hand.forget(server.server);
                self.bustle(server.server).in_hand = 0;
                self.dies(server);
                let seen = self.slot(server.server);
                (seen.life, seen.before) = (None, None);
                seen.progress.clear();
                seen.progress_before.clear();
            }
            Event::Inspected { server, inspection, log, progress } => {
                self.inspected(server, inspection, log, progress);
            }
            Event::Saved { server, .. } => {
                if let Some(disk) = &mut self.slot(server.server).disk {
                    disk.is_current = false;
                }
            }
            Event::SavedInspected { server, saved, terms, .. } => {
                self.slot(server.server).disk = Some(Disk::new(saved, terms));
            }
            _ => {}
        }
    }

    /// Takes note of what an event means, after the rules have judged it.
    pub(super) fn settle(&mut self, event: &Event<'_>) {
        let Event::Inspected { server, .. } = *event else { return };
        let seen = &self.servers[server.server.number()];
        if let Some(term) = self.committing_term(seen) {
            self.commit(server.server, term, seen.now.commit_index);
        }
    }

    /// A leader has committed its log through `index`.
    fn commit(&mut self, leader: ServerId, in_term: Term, index: Index) {
        let log = &self.servers[leader.number()].log;
        for index in self.committed.last_index() + 1..=index {
            self.committed.push(log.term(index).unwrap_or_default());
        }
        let known = self.committed_in.entry(in_term).or_default();
        *known = index.max(*known);
    }

    fn bustle(&mut self, server: ServerId) -> &mut Bustle {
        let number = server.number();
        if number >= self.bustle.len() {
            self.bustle.resize(number + 1, Bustle::default());
        }
        &mut self.bustle[number]
    }

    /// Only what describes itself is remembered, of servers that show themselves.
    fn delivered(&mut self, at: Instant, call: Call, server: Incarnation, what: &Description) {
        let bustle = self.bustle(server.server);
        bustle.changes += 1;
        bustle.in_hand += 1;
        let changes = (bustle.in_hand == 1).then_some(bustle.changes);
        let (Some(term), Some(seen)) = (what.term(), self.life(server)) else { return };
        let request = Request {
            at,
            term,
            what: *what,
            state: seen.now,
            last_log: seen.last_log(),
            log_version: seen.log_version,
            was_alone: false,
            changes,
        };
        self.in_hand.delivered(server.server, call.number, request);
    }

    fn inspected(&mut self, server: Incarnation, inspection: &Inspection, log: LogChange<'_>, progress: &[Progress]) {
        let seen = self.slot(server.server);
        let same_life = seen.life == Some(server.life);
        seen.before = same_life.then_some(seen.now);
        (seen.life, seen.now) = (Some(server.life), *inspection);
        let version = seen.log_version;
        seen.change_log(same_life, inspection, log);
        seen.news = News::between(seen.before, inspection, seen.log_version != version);
        std::mem::swap(&mut seen.progress, &mut seen.progress_before);
        seen.progress.clear();
        seen.progress.extend_from_slice(progress);
        if inspection.role == Role::Leader {
            self.leads(server.server, inspection.current_term);
        } else if !same_life {
            self.finds(server.server);
        }
    }

    /// A leader may die in the step in which it saves an entry, and find it when it comes back.
    fn finds(&mut self, server: ServerId) {
        let log = &self.servers[server.number()].log;
        if let Some(known) = self.leaders.get_mut(&log.last_term())
            && known.leader == server
        {
            known.last_index = known.last_index.max(log.last_index());
        }
    }

    /// Takes note of what a leader says, if that is news.
    fn tells(&mut self, told: Told) {
        let is_known = |log: &LeaderLog| log.leader != told.leader.server || told.last_index <= log.last_index;
        if self.leader_log(told.term).is_some_and(is_known) && told.commit_index <= self.committed.last_index() {
            return;
        }
        let before = self.told.filter(|before| (before.leader, before.term) == (told.leader, told.term));
        let before = before.unwrap_or(told);
        let last_index = told.last_index.max(before.last_index);
        self.told = Some(Told { last_index, commit_index: told.commit_index.max(before.commit_index), ..told });
    }

    /// A leader may die in the step in which it wins, appends or commits, when others have been told
    /// already.
    fn dies(&mut self, server: Incarnation) {
        let Some(Told { leader, term, last_index, commit_index: index }) =
            self.told.take_if(|told| told.leader == server)
        else {
            return;
        };
        if self.life(leader).is_some_and(|seen| seen.now.current_term == term) {
            self.leads(leader.server, term);
        }
        if let Some(known) = self.leaders.get_mut(&term)
            && known.leader == leader.server
        {
            known.last_index = known.last_index.max(last_index);
        }
        let log = &self.servers[leader.server.number()].log;
        let holders = self.servers.iter().filter(|seen| seen.log.holds(index, term)).count();
        if log.term(index) == Some(term) && holders > self.servers.len() / 2 {
            self.commit(leader.server, term, index);
        }
    }

    fn leads(&mut self, leader: ServerId, term: Term) {
        let log = &self.servers[leader.number()].log;
        let new = || LeaderLog { leader, at_election: log.clone(), last_index: log.last_index(), term };
        let known = self.leaders.entry(term).or_insert_with(new);
        if known.leader == leader {
            known.last_index = known.last_index.max(log.last_index());
        }
    }

    fn slot(&mut self, server: ServerId) -> &mut Seen {
        let number = server.number();
        if number >= self.servers.len() {
            self.servers.resize_with(number + 1, Seen::default);
        }
        &mut self.servers[number]
    }

    /// A server, as it last showed itself, dead or alive; none if it never did.
    pub(super) fn seen(&self, server: ServerId) -> Option<&Seen> {
        self.servers.get(server.number())
    }

    /// A life as it last showed itself; none if it never did, or has ended.
    pub(super) fn life(&self, server: Incarnation) -> Option<&Seen> {
        self.seen(server.server).filter(|seen| seen.life == Some(server.life))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (ServerId, &Seen)> {
        self.servers.iter().enumerate().map(|(number, seen)| (ServerId::new(number), seen))
    }

    /// Whether somebody takes part who does not show itself: then nobody can be judged by what others
    /// have. Every life is looked at before it can speak.
    pub(super) fn is_half_lit(&self) -> bool {
        self.half_lit
    }

    /// What the reply that is just being sent answers; none if that did not describe itself.
    pub(super) fn answered(&self) -> Option<&Request> {
        self.answered.as_ref()
    }

    /// Whether a server has any request like this in hand.
    pub(super) fn has_in_hand(&self, server: ServerId, is_like: impl Fn(&Request) -> bool) -> bool {
        self.in_hand.any(server, is_like)
    }

    /// What a server has in hand, as far as it described itself.
    pub(super) fn in_hand(&self, server: ServerId) -> impl Iterator<Item = &Request> {
        self.in_hand.of(server)
    }

    /// The log of the leader of a term, if there was one.
    pub(super) fn leader_log(&self, term: Term) -> Option<&LeaderLog> {
        self.leaders.get(&term)
    }

    /// The term in which a server has just committed something as its leader; none if it has not. It
    /// may have been deposed in the same step, and then it may also have learnt from another leader
    /// what is committed.
    pub(super) fn committing_term(&self, seen: &Seen) -> Option<Term> {
        let before = seen.before?;
        let index = seen.now.commit_index;
        if index <= before.commit_index {
            return None;
        }
        match (before.role, seen.now.role) {
            (_, Role::Leader) => Some(seen.now.current_term),
            (Role::Leader, _) if index > self.committed.last_index() => Some(before.current_term),
            _ => None,
        }
    }

    /// How far leaders of terms before `term` have committed.
    pub(super) fn committed_before(&self, term: Term) -> Index {
        self.committed_in.range(..term).map(|(_, index)| *index).max().unwrap_or_default()
    }

    pub(super) fn committed(&self) -> &TermRuns {
        &self.committed
    }
}

impl Seen {
    /// Term and index of the last log entry.
    pub(super) fn last_log(&self) -> (Term, Index) {
        (self.log.last_term(), self.log.last_index())
    }

    fn change_log(&mut self, same_life: bool, inspection: &Inspection, change: LogChange<'_>) {
        let LogChange { base_term, kept, terms } = change;
        let as_before = same_life && terms.is_empty() && kept == self.log.last_index();
        if as_before && self.log.base() == (inspection.base_index, base_term) {
            self.change = Change::default();
            return;
        }
        let last_index = self.log.last_index();
        if !same_life {
            self.log = TermRuns::new(inspection.base_index, base_term);
        }
        let rebased = self.log.base() != (inspection.base_index, base_term);
        let cut = self.log.term(kept + 1).filter(|_| same_life).map(|term| (kept + 1, term));
        if rebased {
            self.log.rebase(inspection.base_index, base_term);
        }
        self.log.truncate(kept);
        terms.iter().for_each(|term| self.log.push(*term));
        let first_new = (!terms.is_empty()).then_some(kept + 1);
        self.change = Change { first_new, cut, rebased: rebased || !same_life };
        if self.change.rebased || cut.is_some() || last_index != self.log.last_index() || first_new.is_some() {
            self.log_version += 1;
        }
    }
}

impl Disk {
    fn new(saved: &SavedState, terms: Option<&[Term]>) -> Disk {
        let SavedState { current_term, voted_for, base_index, base_term } = *saved;
        let log = terms.map(|terms| {
            let mut log = TermRuns::new(base_index, base_term);
            terms.iter().for_each(|term| log.push(*term));
            log
        });
        Disk { current_term, voted_for, base_index, log, is_current: true }
    }
}

#[cfg(test)]
mod tests;
