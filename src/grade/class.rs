//! A class: all submissions, built, played and marked.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "grading ends when its time is over; no run sees it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam::channel::{self, Receiver, RecvTimeoutError};
use rayon::ThreadPool;
use rayon::prelude::*;

use super::compile::{Compiled, Terms, compile};
use super::crew::{Crew, Part, Report};
use super::ledger::Ledger;
use super::library::{Library, names_of};
use super::protocol::{Hello, VERSION};
use super::remarks;
use super::score::Grade;
use super::submission::Submission;
use super::units::{Order, Units};
use crate::base::Seed;
use crate::lab::{Conditions, LabTexts, Seeds, Test};
use crate::runner::{Ending, Manifest, RunResult, Slice, StoreError, TestPlan};
use crate::sandbox::{Confinement, Gap};
use crate::trace::Digest;

/// What is to be graded, and how.
pub struct Class {
    /// Names, each once, and folders.
    pub submissions: Vec<(String, PathBuf)>,
    /// What the tests are read from, also by the processes that play.
    pub labs: LabTexts,
    /// The tests, and how often each is played.
    pub tests: Vec<(Arc<Test>, u64)>,
    /// What the labs ask of submissions.
    pub conditions: Conditions,
    /// What public runs are drawn from,
    pub seed: Seed,
    /// and what secret ones are.
    pub secret: Seed,
    /// Where everything is left, in a folder per submission.
    pub out: PathBuf,
    /// Go on with what is there.
    pub resumes: bool,
    /// Submissions that are built, and runs that are played, at a time.
    pub jobs: usize,
    /// When no more run begins.
    pub deadline: Option<Instant>,
    /// Processor time that one step of a run may take.
    pub step: Duration,
    /// Processor time that a compiler may take.
    pub build_time: Duration,
    /// Bytes of memory that a process that plays may have.
    pub memory: u64,
    /// What a command must say again to mean the same labs.
    pub options: Vec<String>,
    /// This program, which becomes others, confined, when it is asked to.
    pub launcher: PathBuf,
}

/// Hears of what happens.
pub trait Listener {
    /// A submission was built, or not: then the compiler said this.
    fn built(&mut self, name: &str, error: Option<&str>);
    /// All are built, and so many runs are to be played.
    fn begins(&mut self, runs: u64);
    /// A run was played.
    fn run_finished(&mut self, name: &str, result: &RunResult);
    /// A test of a submission is graded, and perhaps all of them are.
    fn graded(&mut self, grades: &[Grade], place: usize);
    /// This cannot be enforced here.
    fn not_enforced(&mut self, gap: &Gap);
    /// A submission cannot be graded, and it is not the submission's fault.
    fn trouble(&mut self, name: &str, text: &str);
    /// Nothing happened for a moment.
    fn tick(&mut self) {}
}

/// Why a class cannot be graded at all.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// A submission's folder among the grades cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Threads or processes cannot be started.
    #[error("{0}")]
    System(String),
}

/// How often somebody looks whether it is over.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Grades a class. All grades, in the order of the submissions, and why it ended.
///
/// # Errors
/// If grades cannot be kept, or nothing can be started.
pub fn grade_class(
    class: &Class,
    library: &Library,
    interrupted: &Arc<AtomicBool>,
    listener: &mut dyn Listener,
) -> Result<(Vec<Grade>, Ending), GradeError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(class.jobs).build();
    let pool = pool.map_err(|error| GradeError::System(format!("cannot start {} threads: {error}", class.jobs)))?;
    let (mut books, mut grades) = build_all(class, library, interrupted, &pool, listener)?;
    // What was not built, or graded before, is known already.
    (0..grades.len()).filter(|place| grades[*place].is_final()).for_each(|place| listener.graded(&grades, place));
    let crew = Arc::new(crew(class, &books, interrupted));
    let runs = crew.parts.values().flat_map(|part| &part.todo).map(|todo| todo.len() as u64).sum();
    listener.begins(runs);
    let (reports, received) = channel::bounded(256);
    let workers = crew.clone();
    pool.spawn_broadcast(move |_| workers.work(&reports));
    listen(&received, &mut books, &mut grades, listener)?;
    let ending = match (crew.is_late(), interrupted.load(Ordering::Relaxed)) {
        _ if grades.iter().all(Grade::is_final) => Ending::Complete,
        (_, true) => Ending::Interrupted,
        (true, _) => Ending::TimeBudget,
        _ => Ending::Stuck,
    };
    for (book, grade) in books.iter_mut().zip(&mut grades) {
        if let Err(error) = book.ledger.close(grade, ending) {
            listener.trouble(&grade.name, &error.to_string());
        }
    }
    Ok((grades, ending))
}

/// One submission.
struct Book {
    ledger: Ledger,
    /// None if it could not be built.
    program: Option<PathBuf>,
}

/// Builds all submissions, several at a time; an interruption leaves the rest as not played.
fn build_all(
    class: &Class,
    library: &Library,
    interrupted: &AtomicBool,
    pool: &ThreadPool,
    listener: &mut dyn Listener,
) -> Result<(Vec<Book>, Vec<Grade>), GradeError> {
    let (told, built) = channel::unbounded::<(String, Option<String>)>();
    std::thread::scope(|scope| {
        let build = move |(name, folder): &(String, PathBuf)| {
            let (book, grade) = build(class, library, name, folder, interrupted)?;
            // Who listens waits for all of them.
            let _ = told.send((name.clone(), grade.build_error.clone()));
            Ok((book, grade))
        };
        let all = move || pool.install(|| class.submissions.par_iter().with_max_len(1).map(build).collect());
        let all = scope.spawn(all);
        while !all.is_finished() || !built.is_empty() {
            match built.recv_timeout(WATCH_INTERVAL) {
                Ok((name, error)) => listener.built(&name, error.as_deref()),
                Err(_) => listener.tick(),
            }
        }
        let all: Result<Vec<(Book, Grade)>, GradeError> =
            all.join().map_err(|_| GradeError::System("a thread that builds has panicked".to_owned()))?;
        Ok(all?.into_iter().unzip())
    })
}

fn build(
    class: &Class,
    library: &Library,
    name: &str,
    folder: &Path,
    interrupted: &AtomicBool,
) -> Result<(Book, Grade), GradeError> {
    let out = class.out.join(name);
    let read = Submission::read(folder, name, &names_of(&class.conditions.dependencies));
    let (digest, mut remarks) = match &read {
        Ok(submission) => (submission.digest().to_string(), submission.remarks().to_vec()),
        Err(refusal) => (refusal.clone(), vec![]),
    };
    remarks.extend(read.iter().flat_map(|submission| remarks::of_sources(&submission.sources())));
    let manifest = manifest(class, name, digest);
    let tests: Vec<Arc<Test>> = class.tests.iter().map(|(test, _)| test.clone()).collect();
    let (ledger, mut grade) = Ledger::open(&out, &manifest, &tests, remarks, class.resumes)?;
    let submission = match read {
        Ok(submission) => submission,
        Err(refusal) => {
            write_log(&out, &refusal)?;
            grade.set_build_error(refusal);
            return Ok((Book { ledger, program: None }, grade));
        }
    };
    if ledger.is_complete() || interrupted.load(Ordering::Relaxed) {
        return Ok((Book { ledger, program: None }, grade));
    }
    let (unsafe_code, launcher) = (class.conditions.unsafe_code, class.launcher.as_path());
    let processor_seconds = class.build_time.as_secs().max(1);
    let terms = Terms { unsafe_code, processor_seconds, launcher };
    let compiled = submission.write(&out).and_then(|()| compile(&submission, &out, library, &terms));
    match compiled.map_err(|error| StoreError::Io { path: out.clone(), error })? {
        Compiled::Program(program) => Ok((Book { ledger, program: Some(program) }, grade)),
        Compiled::Error(said) => {
            grade.set_build_error(said);
            Ok((Book { ledger, program: None }, grade))
        }
    }
}

fn write_log(out: &Path, text: &str) -> Result<(), StoreError> {
    let path = out.join("build.log");
    fs::write(&path, format!("{text}\n")).map_err(|error| StoreError::Io { path, error })
}

fn manifest(class: &Class, name: &str, program: String) -> Manifest {
    let plan = |(test, iterations): &(Arc<Test>, u64)| TestPlan {
        info: test.info.clone(),
        iterations: Some(*iterations),
        digest: test.digest().to_string(),
    };
    Manifest {
        raftlab: env!("CARGO_PKG_VERSION").to_owned(),
        implementation: name.to_owned(),
        program: program + &secret_runs(class),
        seed: class.seed.to_string(),
        rules: "all".to_owned(),
        determinism_checked: false,
        options: class.options.clone(),
        slice: Slice::WHOLE.to_string(),
        tests: class.tests.iter().map(plan).collect(),
        ending: None,
    }
}

/// Stands for what secret runs are drawn from, if there are any: with another secret, a grade is another one.
fn secret_runs(class: &Class) -> String {
    let has_secrets = class.tests.iter().any(|(test, _)| test.grading.seeds == Seeds::Secret);
    let mut digest = Digest::EMPTY;
    digest.bytes(class.secret.to_string().as_bytes());
    if has_secrets { format!(" {digest}") } else { String::new() }
}

fn crew(class: &Class, books: &[Book], interrupted: &Arc<AtomicBool>) -> Crew {
    let tests: Vec<Arc<Test>> = class.tests.iter().map(|(test, _)| test.clone()).collect();
    let part = |(place, book): (usize, &Book)| {
        let todo = |(test, (_, planned)): (usize, &(Arc<Test>, u64))| {
            (1..=*planned).filter(|iteration| book.ledger.lacks(test, *iteration)).collect()
        };
        let part = Part {
            program: book.program.clone()?,
            folder: book.ledger.folder().to_owned(),
            todo: class.tests.iter().enumerate().map(todo).collect(),
            cuts: tests.iter().map(|_| AtomicU64::new(u64::MAX)).collect(),
            not_started: Default::default(),
        };
        Some((place, part))
    };
    let parts: BTreeMap<usize, Part> = books.iter().enumerate().filter_map(part).collect();
    let planned: Vec<u64> = class.tests.iter().map(|(_, planned)| *planned).collect();
    let order = if class.deadline.is_some() { Order::InRounds } else { Order::OneByOne };
    let units = Units::new(parts.keys().map(|place| (*place, planned.clone())), order);
    let (interrupted, deadline) = (interrupted.clone(), class.deadline);
    let launcher = class.launcher.clone();
    Crew {
        parts,
        tests,
        units,
        launcher,
        hello: hello(class),
        seed: class.seed,
        secret: class.secret,
        interrupted,
        deadline,
    }
}

/// What every process that plays is told.
fn hello(class: &Class) -> Hello {
    let confinement = Confinement {
        // Where its sources are, for who looks for suspects in them; seen from where it is started.
        reads: vec!["src".into()],
        memory: Some(class.memory),
        becomes_nobody: true,
        ..Confinement::default()
    };
    Hello {
        version: VERSION,
        raftlab: env!("CARGO_PKG_VERSION").to_owned(),
        confinement,
        labs: class.labs.clone(),
        step_ms: u64::try_from(class.step.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Hears of everything that the workers do, until they are done.
fn listen(
    received: &Receiver<Report>,
    books: &mut [Book],
    grades: &mut [Grade],
    listener: &mut dyn Listener,
) -> Result<(), GradeError> {
    let mut gaps = Vec::new();
    loop {
        match received.recv_timeout(WATCH_INTERVAL) {
            Ok(Report::Finished { submission, test, result, trace, wrote }) => {
                let (ledger, grade) = (&mut books[submission].ledger, &mut grades[submission]);
                listener.run_finished(&grade.name, &result);
                if ledger.add(grade, test, *result, trace, wrote.as_deref())? {
                    listener.graded(grades, submission);
                }
            }
            Ok(Report::Gaps(found)) => {
                for gap in found {
                    if !gaps.contains(&gap) {
                        listener.not_enforced(&gap);
                        gaps.push(gap);
                    }
                }
            }
            Ok(Report::Trouble(submission, text)) => {
                listener.trouble(&grades[submission].name, &text);
            }
            Err(RecvTimeoutError::Timeout) => listener.tick(),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
