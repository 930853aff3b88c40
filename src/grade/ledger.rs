//! The books on one submission: what was played of it, on disk and in sum.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::death::{COSTLY, NOT_STARTED};
use super::notes::Notes;
use super::score::{Grade, Mark, State};
use crate::lab::{Points, Test};
use crate::runner::{
    Ending, Finding, Manifest, RunResult, Store, StoreError, StoredCampaign, Summary, TestPlan, write_whole,
};

/// So many runs of a test that come to no end by themselves, and no more of it is played.
pub(super) const COSTLY_MAX: usize = 3;

/// So many failures of a test leave a trace: those of the lowest iterations.
pub(super) const TRACES: usize = 3;

/// Bytes of a trace; a process that plays may say that it is of any length.
const TRACE_MAX: u64 = 256 << 20;

/// The books on one submission.
pub(super) struct Ledger {
    folder: PathBuf,
    tests: Vec<Arc<Test>>,
    pages: Vec<Page>,
    store: Store,
    notes: Notes,
    /// What was known of it before anything was played.
    remarks: Vec<String>,
}

/// What is known of one test.
#[derive(Default)]
struct Page {
    planned: u64,
    done: BTreeSet<u64>,
    /// Those that came to no end by themselves.
    costly: BTreeSet<u64>,
    /// Those for which the program did not start.
    not_started: BTreeSet<u64>,
}

impl Page {
    fn add(&mut self, result: &RunResult) -> bool {
        let rule = result.run.outcome.finding().map_or("", |finding: &Finding| &finding.rule);
        if COSTLY.contains(&rule) {
            self.costly.insert(result.iteration);
        } else if rule == NOT_STARTED {
            self.not_started.insert(result.iteration);
        }
        self.done.insert(result.iteration)
    }

    /// The last iteration that counts, if not all do. Whoever plays, and in whatever order: it is the same
    /// as if they had been played one by one.
    fn cut(&self) -> Option<u64> {
        let first = self.not_started.first();
        let third = self.costly.iter().nth(COSTLY_MAX - 1);
        first.into_iter().chain(third).min().copied()
    }

    /// Everything that counts is done.
    fn is_complete(&self) -> bool {
        // Asked after every run: where nothing is cut, nothing need be counted.
        match self.cut() {
            None => self.done.len() as u64 == self.planned,
            Some(last) => self.done.range(..=last).count() as u64 == last,
        }
    }

    fn counts(&self, iteration: u64) -> bool {
        self.cut().is_none_or(|cut| iteration <= cut)
    }
}

impl Ledger {
    /// Opens the books in `folder`: new ones, or those that are there if it `goes_on`. With the grade, as it
    /// stands.
    pub(super) fn open(
        folder: &Path,
        manifest: &Manifest,
        tests: &[Arc<Test>],
        remarks: Vec<String>,
        goes_on: bool,
    ) -> Result<(Ledger, Grade), StoreError> {
        let is_another = goes_on && !is_the_same(folder, manifest)?;
        if is_another {
            begin_anew(folder, tests)?;
        }
        let goes_on = goes_on && !is_another;
        let planned = |test: &TestPlan| test.iterations.unwrap_or(0);
        let mut pages: Vec<Page> =
            manifest.tests.iter().map(|test| Page { planned: planned(test), ..Page::default() }).collect();
        let mut summary = empty(manifest);
        let store = if goes_on {
            Store::resume(folder, manifest, |result| {
                let place = summary.place_of(&result);
                if pages[place].add(&result) {
                    summary.add(&timeless(result));
                }
            })
        } else {
            Store::create(folder, manifest)
        }?;
        let notes = Notes::open(folder, goes_on).map_err(|error| StoreError::Io { path: folder.to_owned(), error })?;
        let name = manifest.implementation.clone();
        let mark = |test: &Arc<Test>| Mark {
            grading: test.grading,
            state: State::Open,
            score: Points::default(),
            max: Points::whole(test.info.points),
        };
        let marks = tests.iter().map(mark).collect();
        let manifest = manifest.clone();
        let mut grade = Grade { name, build_error: None, manifest, summary, marks, remarks: vec![] };
        let (folder, tests) = (folder.to_owned(), tests.to_vec());
        let ledger = Ledger { folder, tests, pages, store, notes, remarks };
        (0..ledger.pages.len()).try_for_each(|place| ledger.settle(&mut grade, place))?;
        Ok((ledger, grade))
    }

    /// Where it is kept.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a run is still to be played.
    pub(super) fn lacks(&self, place: usize, iteration: u64) -> bool {
        let page = &self.pages[place];
        page.counts(iteration) && !page.done.contains(&iteration)
    }

    /// Takes a run into account, with its trace and what it wrote to stdout. Whether its test is complete
    /// with it.
    pub(super) fn add(
        &mut self,
        grade: &mut Grade,
        place: usize,
        mut result: RunResult,
        trace: Option<Vec<u8>>,
        wrote: Option<&str>,
    ) -> Result<bool, StoreError> {
        let io = |error| StoreError::Io { path: self.folder.clone(), error };
        if let Some(wrote) = wrote {
            let test = result.test.path();
            self.notes.add(place, &test, result.iteration, wrote).map_err(io)?;
        }
        if let Some(trace) = trace {
            result.trace = Some(self.store_trace(&result, &trace).map_err(io)?);
        }
        self.store.append(&result).map_err(io)?;
        let was_complete = self.pages[place].is_complete();
        if self.pages[place].add(&result) {
            grade.summary.add(&timeless(result));
        }
        self.settle(grade, place)?;
        Ok(!was_complete && self.pages[place].is_complete())
    }

    /// A test that is complete is marked, and what does not count is taken out.
    fn settle(&self, grade: &mut Grade, place: usize) -> Result<(), StoreError> {
        grade.remarks = self.remarks.iter().cloned().chain(self.notes.remark()).collect();
        let page = &self.pages[place];
        if !page.is_complete() {
            return Ok(());
        }
        if page.done.last().is_some_and(|last| !page.counts(*last)) {
            grade.summary = self.recounted(&grade.manifest)?;
        }
        let summary = &grade.summary.tests[place];
        let state = if page.cut().is_some() { State::GivenUp } else { State::Complete };
        let score = self.tests[place].grading.credit.earned(summary.test.points, summary.passed, page.planned);
        let mark = &mut grade.marks[place];
        (mark.state, mark.score) = (state, score);
        self.tidy_traces(grade, place);
        Ok(())
    }

    /// Sums up once more what counts, from the disk.
    fn recounted(&self, manifest: &Manifest) -> Result<Summary, StoreError> {
        let (mut summary, pages) = (empty(manifest), &self.pages);
        let mut seen = vec![BTreeSet::new(); pages.len()];
        StoredCampaign::open(&self.folder)?.read(|result| {
            let place = summary.place_of(&result);
            // Where it is not known yet what counts, everything does.
            let counts = !pages[place].is_complete() || pages[place].counts(result.iteration);
            if counts && seen[place].insert(result.iteration) {
                summary.add(&timeless(result));
            }
        })?;
        Ok(summary)
    }

    /// Nothing more is played. If that is because the time is over, what was played is all that counts.
    pub(super) fn close(&mut self, grade: &mut Grade, ending: Ending) -> Result<(), StoreError> {
        let open = (0..self.pages.len()).filter(|place| grade.marks[*place].state == State::Open);
        for place in open.collect::<Vec<usize>>() {
            self.tidy_traces(grade, place);
            if ending == Ending::TimeBudget {
                let summary = &grade.summary.tests[place];
                let credit = self.tests[place].grading.credit;
                let mark = &mut grade.marks[place];
                mark.score = credit.earned(summary.test.points, summary.passed, summary.played);
                mark.state = State::Cut;
            }
        }
        let ending = if grade.is_final() { Ending::Complete } else { ending };
        grade.summary.ending = Some(ending);
        grade.summary.forget_spreads();
        self.store.set_ending(Some(ending))
    }

    /// Every test is graded for good.
    pub(super) fn is_complete(&self) -> bool {
        self.pages.iter().all(Page::is_complete)
    }

    fn store_trace(&self, result: &RunResult, trace: &[u8]) -> io::Result<PathBuf> {
        let folder = self.folder.join(&result.test.name);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{:06}-{}.log", result.iteration, result.seed));
        let mut text = Vec::new();
        // What cannot be read is no trace, and that costs nobody's grade.
        if zstd::Decoder::new(trace).and_then(|trace| trace.take(TRACE_MAX).read_to_end(&mut text)).is_err() {
            text = b"the process that played sent something else than a trace\n".to_vec();
        }
        write_whole(&path, &text)?;
        Ok(path)
    }

    /// Keeps the traces of the first failures alone: which ones were played first is chance.
    fn tidy_traces(&self, grade: &mut Grade, place: usize) {
        let test = &mut grade.summary.tests[place];
        for failure in test.failures.iter_mut().skip(TRACES) {
            failure.trace = None;
        }
        let kept: BTreeSet<&Path> = test.failures.iter().filter_map(|failure| failure.trace.as_deref()).collect();
        let entries = fs::read_dir(self.folder.join(&test.test.name)).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| !kept.contains(path.as_path())) {
            // A trace too many harms nobody.
            let _ = fs::remove_file(path);
        }
    }
}

/// Nothing that depends on the machine is to be in a grade.
fn timeless(result: RunResult) -> RunResult {
    RunResult { cpu: Duration::ZERO, ..result }
}

fn empty(manifest: &Manifest) -> Summary {
    Summary::new(manifest.seed(), manifest.tests.iter().map(|test| (test.info.clone(), test.iterations)))
}

/// Whether the books in a folder, if there are any, are on the same sources; those on others are of the past.
fn is_the_same(folder: &Path, manifest: &Manifest) -> Result<bool, StoreError> {
    match StoredCampaign::open(folder) {
        Ok(stored) => Ok(stored.manifest.program == manifest.program),
        Err(StoreError::Missing { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Takes away what an earlier program came to.
fn begin_anew(folder: &Path, tests: &[Arc<Test>]) -> Result<(), StoreError> {
    let io = |error| StoreError::Io { path: folder.to_owned(), error };
    let is_gone = |removed: io::Result<()>| match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io(error)),
        _ => Ok(()),
    };
    is_gone(fs::remove_file(folder.join("campaign.json")))?;
    tests.iter().try_for_each(|test| is_gone(fs::remove_dir_all(folder.join(&test.info.name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;
    use crate::lab::{Edition, Lab};
    use crate::runner::{Outcome, Run};

    fn result(iteration: u64, rule: Option<&str>) -> RunResult {
        let test = Lab::course(Edition::To2023).tests().next().expect("there are tests").info.clone();
        let finding = rule.map(|rule| Outcome::Stuck(Finding::new(rule, vec![])));
        let run = Run::without_end(finding.unwrap_or(Outcome::Passed));
        RunResult { test, iteration, seed: Seed(1), run, cpu: Duration::ZERO, trace: None }
    }

    /// A test of ten runs, of which these were played in this order.
    fn page(played: &[(u64, Option<&str>)]) -> Page {
        let mut page = Page { planned: 10, ..Page::default() };
        for (iteration, rule) in played {
            page.add(&result(*iteration, *rule));
        }
        page
    }

    const ENDLESS: Option<&str> = Some("never yields");

    #[test]
    fn the_third_run_without_end_is_the_last_that_counts_whoever_came_first() {
        let forwards = [(1, None), (2, ENDLESS), (3, None), (4, ENDLESS), (5, ENDLESS), (6, None)];
        let mut backwards = forwards;
        backwards.reverse();
        for played in [forwards, backwards] {
            let page = page(&played);
            assert_eq!(page.cut(), Some(5));
            assert!(page.is_complete() && page.counts(5) && !page.counts(6));
        }
    }

    #[test]
    fn what_comes_before_the_cut_must_be_there() {
        let page = page(&[(1, None), (3, ENDLESS), (4, ENDLESS), (5, ENDLESS)]);
        assert_eq!(page.cut(), Some(5));
        assert!(!page.is_complete(), "the second one may come to no end either");
    }

    #[test]
    fn runs_that_fail_in_another_way_are_all_played() {
        let failed: Vec<(u64, Option<&str>)> = (1..=10).map(|iteration| (iteration, Some("deadlock"))).collect();
        assert_eq!(page(&failed).cut(), None);
        assert!(page(&failed).is_complete());
        assert!(!page(&failed[..9]).is_complete());
        assert!(!page(&[(1, ENDLESS), (2, ENDLESS)]).is_complete());
    }

    #[test]
    fn what_does_not_start_need_not_be_tried_again() {
        let page = page(&[(1, Some(NOT_STARTED))]);
        assert_eq!(page.cut(), Some(1));
        assert!(page.is_complete());
    }
}
