//! What the tester last saw through a server's glass box, so that it tells only what is new.
//!
//! Looking must be cheap: it happens after every step. A log is compared from its end, as far as it
//! differs; whoever changes an entry in its middle is found out a little later, because with every
//! save comes the right to compare a few entries more, and now and then that is enough for all.
//! Reading a saved log is rationed in the same way; the rest of what was saved is read with it, and
//! whenever the term, the vote or the log's base has changed, which matters most. That something
//! committed was applied is no news: it is told with the next change.

use crate::api::Inspect;
use crate::base::{Incarnation, Index, ServerId, Term};
use crate::disk::Disk;
use crate::trace::{Event, Inspection, LogChange, Progress, Role, Trace};

/// So many entries may be compared for every save,
const COMPARED_PER_SAVE: usize = 8;

/// and so many read back, which costs more.
const READ_PER_SAVE: usize = 2;

/// One life of a server, as seen so far.
#[derive(Default)]
pub(super) struct GlassBox {
    inspection: Inspection,
    log: LogCopy,
    /// By server; empty unless it leads.
    progress: Vec<Progress>,
    /// Where the next look finds it; kept for its memory.
    scratch: Vec<Progress>,
    /// How many saves there were at the last look; none before the first one.
    saves: Option<u64>,
    comparing: Ration,
    reading: Ration,
    /// The term, the vote and the log's base when saved bytes were last read.
    read: Option<(Term, Option<ServerId>, Index)>,
    /// Something was saved since.
    unread: bool,
}

/// The terms of a log as they were at the last look.
#[derive(Default)]
struct LogCopy {
    base_index: Index,
    base_term: Term,
    /// Of the entries after the base.
    terms: Vec<Term>,
}

/// What may be done for the saves so far.
#[derive(Default)]
struct Ration(usize);

impl Ration {
    fn earn(&mut self, entries: usize) {
        self.0 += entries;
    }

    /// Whether there is enough for `cost` entries; if so, it is spent.
    fn spend(&mut self, cost: usize) -> bool {
        let enough = self.0 >= cost;
        if enough {
            self.0 = 0;
        }
        enough
    }
}

/// Whether there is more than that something committed was applied.
fn is_news(before: &Inspection, now: &Inspection) -> bool {
    let last_applied = if now.last_applied <= now.commit_index { now.last_applied } else { before.last_applied };
    Inspection { last_applied, ..*before } != *now
}

/// Where a log begins and ends.
fn ends(inspection: &Inspection) -> (Index, Index) {
    (inspection.base_index, inspection.last_index)
}

/// Whose glass box it is, and who wants to know.
pub(super) struct Viewer<'a> {
    pub(super) server: Incarnation,
    /// How many servers the cluster has.
    pub(super) servers: usize,
    pub(super) disk: &'a Disk,
    pub(super) trace: &'a Trace,
}

impl GlassBox {
    /// What the server was at the last look; none before the first one.
    pub(super) fn role(&self) -> Option<Role> {
        self.saves.map(|_| self.inspection.role)
    }

    /// Looks, and tells what is new.
    pub(super) fn look(&mut self, shown: &dyn Inspect, viewer: &Viewer<'_>) {
        let inspection = shown.inspection();
        let first = self.saves.is_none();
        let saved = self.was_saved(viewer.disk);
        let before = std::mem::replace(&mut self.inspection, inspection);
        let news = first || is_news(&before, &inspection);
        let ends_otherwise = ends(&before) != ends(&inspection) || self.log.ends_otherwise(shown);
        let kept = if saved || ends_otherwise { self.look_at_log(shown) } else { None };
        let progressed = self.look_at_progress(shown, viewer.servers);
        if news || progressed || kept.is_some() {
            self.tell(kept.unwrap_or(inspection.last_index), viewer);
        }
        if self.unread {
            self.look_at_disk(shown, viewer);
        }
    }

    /// Whether something was saved since the last look.
    fn was_saved(&mut self, disk: &Disk) -> bool {
        let saves = disk.saves();
        if self.saves == Some(saves) {
            return false;
        }
        self.saves = Some(saves);
        self.comparing.earn(COMPARED_PER_SAVE);
        self.reading.earn(READ_PER_SAVE);
        self.unread = true;
        true
    }

    /// Brings the copy of the log up to date; the index through which it was right, if it was not
    /// altogether.
    fn look_at_log(&mut self, shown: &dyn Inspect) -> Option<Index> {
        let Inspection { base_index, last_index, .. } = self.inspection;
        let log = &mut self.log;
        let base_term = shown.log_term(base_index).unwrap_or_default();
        let rebased = log.rebase(base_index, base_term);
        let everything = self.comparing.spend(log.terms.len());
        let kept = log.kept(shown, last_index, everything);
        let was_longer = kept < log.last_index();
        log.terms.truncate((kept - base_index) as usize);
        log.terms.extend((kept + 1..=last_index).map(|index| shown.log_term(index).unwrap_or_default()));
        (rebased || was_longer || kept < last_index).then_some(kept)
    }

    /// Brings what a leader keeps of its followers up to date; whether something changed.
    fn look_at_progress(&mut self, shown: &dyn Inspect, servers: usize) -> bool {
        if self.inspection.role != Role::Leader {
            return !std::mem::take(&mut self.progress).is_empty();
        }
        self.scratch.resize(servers, Progress::default());
        shown.progress(&mut self.scratch);
        let changed = self.progress != self.scratch;
        if changed {
            self.progress.clone_from(&self.scratch);
        }
        changed
    }

    fn tell(&self, kept: Index, viewer: &Viewer<'_>) {
        let LogCopy { base_index, base_term, terms } = &self.log;
        let known = (kept.max(*base_index) - base_index) as usize;
        let log = LogChange { base_term: *base_term, kept, terms: &terms[known.min(terms.len())..] };
        let Viewer { server, trace, .. } = *viewer;
        trace.show(&Event::Inspected { server, inspection: &self.inspection, log, progress: &self.progress });
    }

    /// Reads what was saved, if it is time to.
    fn look_at_disk(&mut self, shown: &dyn Inspect, viewer: &Viewer<'_>) {
        let head = |state: &Inspection| (state.current_term, state.voted_for, state.base_index);
        let now = head(&self.inspection);
        let with_log = self.reading.spend(self.log.terms.len());
        if !with_log && self.read == Some(now) {
            return;
        }
        (self.read, self.unread) = (Some(now), false);
        let Viewer { server, disk, trace, .. } = *viewer;
        let state = disk.state();
        if let Some(saved) = &shown.saved(&state) {
            let terms = if with_log { shown.saved_terms(&state) } else { None };
            trace.show(&Event::SavedInspected { server, saved, terms: terms.as_deref(), snapshot: &disk.snapshot() });
        }
    }
}

impl LogCopy {
    fn last_index(&self) -> Index {
        self.base_index + self.terms.len() as Index
    }

    /// Whether the last entry, at the index of ours, is of another term: entries were replaced by as many.
    /// Who saves them is looked at anyway, but whoever has no reason to save yet does not.
    fn ends_otherwise(&self, shown: &dyn Inspect) -> bool {
        let own = self.terms.last().copied().unwrap_or(self.base_term);
        shown.log_term(self.last_index()).unwrap_or_default() != own
    }

    /// Forgets everything through a new base; whether there is one.
    fn rebase(&mut self, base_index: Index, base_term: Term) -> bool {
        let rebased = (self.base_index, self.base_term) != (base_index, base_term);
        if base_index < self.base_index {
            self.terms.clear();
        } else {
            let compacted = (base_index - self.base_index) as usize;
            self.terms.drain(..compacted.min(self.terms.len()));
        }
        (self.base_index, self.base_term) = (base_index, base_term);
        rebased
    }

    /// Through which index the copy is right: found from the end, unless everything is compared.
    fn kept(&self, shown: &dyn Inspect, last_index: Index, everything: bool) -> Index {
        let common = self.base_index + 1..=self.last_index().min(last_index);
        let same = |index: &Index| shown.log_term(*index) == Some(self.terms[(index - self.base_index - 1) as usize]);
        let kept = if everything { common.take_while(same).last() } else { common.rev().find(same) };
        kept.unwrap_or(self.base_index)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::base::{Alive, Clock, Instant};
    use crate::trace::{SavedState, Sink, Wants};

    const S0: Incarnation = Incarnation { server: ServerId::new_const(0), life: 1 };

    /// A server that shows what the test says.
    #[derive(Default)]
    struct Shown {
        inspection: Inspection,
        base_term: Term,
        terms: Vec<Term>,
    }

    impl Shown {
        fn set(&mut self, base_index: Index, terms: &[Term]) {
            self.inspection.base_index = base_index;
            self.inspection.last_index = base_index + terms.len() as Index;
            self.terms = terms.to_vec();
        }
    }

    impl Inspect for Shown {
        fn inspection(&self) -> Inspection {
            self.inspection
        }

        fn log_term(&self, index: Index) -> Option<Term> {
            match index.checked_sub(self.inspection.base_index)? {
                0 => Some(self.base_term),
                place => self.terms.get(place as usize - 1).copied(),
            }
        }

        fn saved(&self, state: &[u8]) -> Option<SavedState> {
            Some(SavedState { current_term: state.len() as Term, ..SavedState::default() })
        }

        fn saved_terms(&self, _: &[u8]) -> Option<Vec<Term>> {
            Some(self.terms.clone())
        }
    }

    /// Puts a log together again from what it was told, and counts.
    #[derive(Default)]
    struct Listener {
        base_index: Index,
        terms: Vec<Term>,
        told: usize,
        read: usize,
        logs_read: usize,
    }

    impl Sink for Listener {
        fn event(&mut self, _: Instant, event: &Event<'_>) {
            match *event {
                Event::Inspected { inspection, log, .. } => {
                    self.told += 1;
                    let compacted = (inspection.base_index - self.base_index) as usize;
                    self.terms.drain(..compacted.min(self.terms.len()));
                    self.base_index = inspection.base_index;
                    self.terms.truncate((log.kept - inspection.base_index) as usize);
                    self.terms.extend(log.terms);
                }
                Event::SavedInspected { terms, .. } => {
                    self.read += 1;
                    self.logs_read += usize::from(terms.is_some());
                }
                _ => {}
            }
        }
    }

    struct Stage {
        shown: Shown,
        glass: GlassBox,
        disk: Disk,
        listener: Rc<RefCell<Listener>>,
        trace: Rc<Trace>,
    }

    impl Stage {
        fn new() -> Stage {
            let listener = Rc::new(RefCell::new(Listener::default()));
            let trace = Trace::new(
                Rc::new(Clock::default()),
                vec![listener.clone()],
                Wants { inspections: true, ..Wants::default() },
            );
            Stage { shown: Shown::default(), glass: GlassBox::default(), disk: Disk::new(), listener, trace }
        }

        fn save(&self) {
            self.disk.persister(S0, Alive::new(), self.trace.clone()).save(vec![1], None);
        }

        /// Looks; how often something was told, and read, by now.
        fn look(&mut self) -> (usize, usize) {
            let viewer = Viewer { server: S0, servers: 3, disk: &self.disk, trace: &self.trace };
            self.glass.look(&self.shown, &viewer);
            let listener = self.listener.borrow();
            (listener.told, listener.read)
        }

        fn follows(&mut self, base_index: Index, terms: &[Term]) {
            self.shown.set(base_index, terms);
            self.save();
            self.look();
            assert_eq!(self.listener.borrow().terms, terms);
        }
    }

    #[test]
    fn a_log_can_be_followed_however_it_changes() {
        let mut stage = Stage::new();
        stage.follows(0, &[1, 1, 2]);
        stage.follows(0, &[1, 1, 2, 2]);
        stage.follows(0, &[1, 1]);
        stage.follows(0, &[1, 3, 3]);
        stage.follows(2, &[3]);
        stage.follows(2, &[3, 3, 4]);
        stage.follows(9, &[]);
        stage.follows(9, &[5]);
    }

    #[test]
    fn entries_that_are_replaced_by_as_many_are_seen_although_nothing_is_saved() {
        let mut stage = Stage::new();
        stage.shown.set(0, &[1, 2, 2]);
        stage.look();
        stage.shown.set(0, &[1, 3, 3]);
        stage.look();
        assert_eq!(stage.listener.borrow().terms, [1, 3, 3]);
    }

    #[test]
    fn nothing_new_is_not_told() {
        let mut stage = Stage::new();
        stage.shown.set(0, &[1]);
        assert_eq!(stage.look(), (1, 1));
        assert_eq!(stage.look(), (1, 1));
        stage.shown.inspection.commit_index = 1;
        assert_eq!(stage.look(), (2, 1));
        stage.shown.inspection.role = Role::Leader;
        assert_eq!(stage.look(), (3, 1));
        assert_eq!(stage.look(), (3, 1));
        stage.save();
        assert_eq!(stage.look(), (3, 2), "a short log is read back after every save");
    }

    #[test]
    fn a_change_in_the_middle_of_a_long_log_is_found_before_long() {
        let mut stage = Stage::new();
        let mut terms = vec![1; 200];
        stage.follows(0, &terms);
        terms[7] = 9;
        stage.shown.set(0, &terms);
        let found = (1..=40).position(|_| {
            stage.save();
            stage.look();
            stage.listener.borrow().terms == terms
        });
        assert!(found.is_some_and(|saves| saves > 0), "{found:?}");
    }

    #[test]
    fn a_new_term_is_reason_enough_to_read_what_was_saved() {
        let mut stage = Stage::new();
        stage.follows(0, &[1; 500]);
        let (_, read) = stage.look();
        stage.save();
        assert_eq!(stage.look().1, read, "the log is long");
        stage.shown.inspection.current_term = 2;
        let logs = stage.listener.borrow().logs_read;
        assert_eq!(stage.look().1, read + 1);
        assert_eq!(stage.look().1, read + 1, "nothing was saved since");
        assert_eq!(stage.listener.borrow().logs_read, logs, "the log is as long as before");
        for _ in 0..250 {
            stage.save();
            stage.look();
        }
        assert_eq!(stage.listener.borrow().logs_read, logs + 1, "now it has been earned");
    }
}
