//! Playing bugs: each part as a process of the bug's own program, which tells of its runs in
//! JSON lines.
#![expect(clippy::disallowed_types, reason = "a process is given up by the wall clock; no run sees it")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::Value;

use super::super::error::Failed;
use super::gallery::Bug;
use super::header::Kind;

/// Iterations that are tried first: most bugs show at once, and the rest need not be played then.
const FIRST: [u64; 2] = [1, 10];

/// A process that has not ended by then never will.
const LIMIT: Duration = Duration::from_secs(20 * 60);
/// How often it is looked after.
const WATCH_INTERVAL: Duration = Duration::from_millis(10);

/// Plays bugs.
pub(super) struct Player {
    /// By the bugs' names.
    pub(super) programs: BTreeMap<String, PathBuf>,
    pub(super) iterations: u64,
    /// Workers in each process.
    pub(super) threads: usize,
    pub(super) interrupted: Arc<AtomicBool>,
}

/// What became of one bug.
pub(super) struct Report {
    pub(super) rank: String,
    pub(super) name: String,
    pub(super) header: super::header::Header,
    /// By part, in the order played.
    pub(super) parts: Vec<(String, Verdict)>,
}

/// What became of a bug in one part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// The first iteration that any of the part's tests failed in.
    Caught(Catch),
    /// All iterations passed.
    Missed,
    /// The process did not end as it should; how it ended.
    NoResult(String),
}

/// A run that did not pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Catch {
    pub(super) iteration: u64,
    pub(super) part: String,
    pub(super) test: String,
    /// The rule or the check.
    pub(super) rule: String,
    pub(super) outcome: String,
    /// What contradicts what.
    pub(super) evidence: Vec<String>,
}

impl Player {
    /// Plays all bugs, `jobs` at a time; `tell` hears of each when it is done. Those that an
    /// interruption left undone are left out.
    pub(super) fn play_all(
        &self,
        bugs: Vec<Bug>,
        jobs: usize,
        tell: impl Fn(&Report) -> Result<(), Failed> + Sync,
    ) -> Result<Vec<Report>, Failed> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
        let pool = pool.map_err(|error| Failed::trouble(format!("cannot start {jobs} threads: {error}")))?;
        let play = |bug| {
            let Some(report) = self.play(bug)? else { return Ok(None) };
            tell(&report)?;
            Ok(Some(report))
        };
        // One by one: a chunk of slow ones would keep a worker busy when all others are done.
        let reports: Result<Vec<Option<Report>>, Failed> =
            pool.install(|| bugs.into_par_iter().with_max_len(1).map(play).collect());
        Ok(reports?.into_iter().flatten().collect())
    }

    /// None if it was interrupted.
    fn play(&self, bug: Bug) -> Result<Option<Report>, Failed> {
        let program = &self.programs[&bug.name];
        let mut parts = Vec::new();
        for part in bug.header.parts.iter().map(String::as_str).chain([bug.header.subject.beyond()]) {
            let verdict = self.play_part(program, &bug.name, part).map_err(|error| {
                Failed::trouble(format!("cannot play {} on {part} with {}: {error}", bug.name, program.display()))
            })?;
            let Some(verdict) = verdict else { return Ok(None) };
            parts.push((part.to_owned(), verdict));
        }
        Ok(Some(Report { rank: bug.rank, name: bug.name, header: bug.header, parts }))
    }

    fn play_part(&self, program: &Path, name: &str, part: &str) -> io::Result<Option<Verdict>> {
        let first = FIRST.into_iter().filter(|iterations| *iterations < self.iterations);
        let runs = program.with_file_name(format!("{name}.runs"));
        for iterations in first.chain([self.iterations]) {
            match self.play_iterations(program, &runs, part, iterations)? {
                Some(Verdict::Missed) => {}
                other => return Ok(other),
            }
        }
        Ok(Some(Verdict::Missed))
    }

    /// Plays iterations 1 to `iterations` of all tests of a part. The lines go to a file, which
    /// no process ever has to wait for.
    fn play_iterations(&self, program: &Path, runs: &Path, part: &str, iterations: u64) -> io::Result<Option<Verdict>> {
        let mut process = Command::new(program)
            .args(["test", part, "--iterations", &iterations.to_string(), "--jobs", &self.threads.to_string()])
            .args(["--message-format", "json", "--traces", "none", "--no-progress", "--quiet"])
            .stdin(Stdio::null())
            .stdout(File::create(runs)?)
            .stderr(Stdio::null())
            .spawn()?;
        let ended = self.watch(&mut process)?;
        if self.interrupted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let caught = first_catch(&fs::read_to_string(runs)?);
        fs::remove_file(runs)?;
        Ok(Some(verdict(caught, ended)))
    }

    /// How a process ends; none if it had to be ended.
    fn watch(&self, process: &mut Child) -> io::Result<Option<ExitStatus>> {
        let began = Instant::now();
        while began.elapsed() < LIMIT && !self.interrupted.load(Ordering::Relaxed) {
            if let Some(status) = process.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(WATCH_INTERVAL);
        }
        process.kill()?;
        process.wait()?;
        Ok(None)
    }
}

fn verdict(caught: Option<Catch>, ended: Option<ExitStatus>) -> Verdict {
    match (caught, ended) {
        (Some(caught), _) => Verdict::Caught(caught),
        (None, Some(status)) if status.success() => Verdict::Missed,
        (None, Some(status)) => Verdict::NoResult(status.to_string()),
        (None, None) => Verdict::NoResult("did not end".to_owned()),
    }
}

/// The failed run with the smallest iteration. A line that cannot be read is the last one of a
/// process that was ended.
fn first_catch(lines: &str) -> Option<Catch> {
    let runs = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
    runs.filter_map(|run: Value| catch(&run)).min_by_key(|caught| caught.iteration)
}

fn catch(run: &Value) -> Option<Catch> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let evidence = run["failure"]["evidence"].as_array();
    Some(Catch {
        iteration: run["iteration"].as_u64()?,
        part: text(&run["part"])?,
        test: text(&run["test"])?,
        rule: text(&run["failure"]["rule"])?,
        outcome: text(&run["outcome"])?,
        evidence: evidence.into_iter().flatten().filter_map(text).collect(),
    })
}

impl Report {
    /// The first catch in the parts that `counts`.
    fn first(&self, counts: impl Fn(&str) -> bool) -> Option<&Catch> {
        let parts = self.parts.iter().filter(|(part, _)| counts(part));
        parts.filter_map(|(_, verdict)| verdict.caught()).min_by_key(|caught| caught.iteration)
    }

    /// The first catch in the course's parts.
    pub(super) fn by_course(&self) -> Option<&Catch> {
        self.first(|part| part != self.header.subject.beyond())
    }

    /// The first catch in the part beyond the course.
    pub(super) fn beyond(&self) -> Option<&Catch> {
        self.first(|part| part == self.header.subject.beyond())
    }

    /// The first catch anywhere.
    pub(super) fn anywhere(&self) -> Option<&Catch> {
        self.first(|_| true)
    }

    pub(super) fn is_legal(&self) -> bool {
        self.header.kind == Kind::Legal
    }

    /// A bug is caught, and what is legal is not.
    pub(super) fn is_as_it_should_be(&self) -> bool {
        self.is_legal() != self.anywhere().is_some()
    }
}

impl Verdict {
    pub(super) fn caught(&self) -> Option<&Catch> {
        match self {
            Verdict::Caught(caught) => Some(caught),
            Verdict::Missed | Verdict::NoResult(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failed_iteration_counts_whatever_comes_first() {
        let lines = r#"{"type":"run","part":"2A","test":"b","iteration":3,"outcome":"violated","failure":{"rule":"r"}}
{"type":"run","part":"2A","test":"a","iteration":1,"outcome":"passed","failure":null}
{"type":"run","part":"2A","test":"c","iteration":2,"outcome":"failed","failure":{"rule":"one"}}
{"type":"test","part":"2A"}
{"type":"ru"#;
        let caught = first_catch(lines).expect("there is one");
        assert_eq!((caught.iteration, caught.test.as_str(), caught.rule.as_str()), (2, "c", "one"));
        assert_eq!(first_catch(""), None);
    }
}
