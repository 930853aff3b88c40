//! A campaign reduced to what can be compared: a line of figures per run.
//!
//! In a file it is JSON, one run per line, so that a repository shows what a new one changes;
//! compressed with zstd if the file is called so. What depends on the machine, the computing time,
//! stands once per test and in no run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::runner::{Ending, Histogram, Manifest, RunResult, StoreError, StoredCampaign, write_whole};
use crate::trace::Digest;

/// What stands in a run's line, in this order.
const COLUMNS: [&str; 9] = [
    "iteration",
    "digest",
    "failure",
    "virtual_time_us",
    "rpcs",
    "bytes",
    "ops",
    "reelection_us",
    "longest_reelection_us",
];

/// A campaign as something to compare with.
#[derive(Clone, PartialEq, Debug)]
pub struct Baseline {
    /// What was played.
    pub manifest: Manifest,
    /// The runs of each test, in the manifest's order.
    pub tests: Vec<TestRuns>,
}

/// The runs of one test.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TestRuns {
    /// By iteration.
    pub runs: BTreeMap<u64, Played>,
    /// How long a run kept a processor busy, in the mean.
    pub cpu_us: u64,
    /// How long it took until a leader served again.
    pub reelections: Reelections,
}

/// Percentiles of all re-elections of a test; none if there were none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Reelections {
    p50_us: Option<u64>,
    p99_us: Option<u64>,
    max_us: Option<u64>,
}

/// One run. Times are in microseconds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Played {
    /// Counted from 1.
    pub iteration: u64,
    /// Of all events: equal if and only if the runs are.
    pub digest: Digest,
    /// How it ended and which rule or check was not met; none if it passed.
    pub failure: Option<String>,
    /// How long it lasted in its own time.
    pub virtual_time_us: u64,
    /// As the course counts them.
    pub rpcs: u64,
    /// As the course counts them.
    pub bytes: u64,
    /// As the course counts them.
    pub ops: u64,
    /// How long it took until a leader served again: the median.
    pub reelection_us: Option<u64>,
    /// The same, the longest.
    pub longest_reelection_us: Option<u64>,
}

/// A run as it is written down.
#[derive(Clone, Serialize, Deserialize)]
struct Line(u64, String, Option<String>, u64, u64, u64, u64, Option<u64>, Option<u64>);

/// Why there is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file system says no.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file holds something else.
    #[error("{}: this is no baseline of this raftlab: {text}; `raftlab test --save-baseline FILE` writes one", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        text: String,
    },
    /// The folder holds no campaign.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Baseline {
    /// The campaign in this folder, or the baseline in this file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: &Path) -> Result<Baseline, BaselineError> {
        if !path.is_dir() {
            return Baseline::read(path);
        }
        let stored = StoredCampaign::open(path)?;
        let mut collector = Collector::new(stored.manifest.clone());
        stored.read(|result| collector.add(&result))?;
        Ok(collector.finish())
    }

    /// The baseline in this file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(path: &Path) -> Result<Baseline, BaselineError> {
        let at = |error| BaselineError::Io { path: path.to_owned(), error };
        let bytes = fs::read(path).map_err(at)?;
        let text = if bytes.starts_with(&zstd::zstd_safe::MAGICNUMBER.to_le_bytes()) {
            zstd::decode_all(&bytes[..]).map_err(at)?
        } else {
            bytes
        };
        parse(&text).map_err(|text| BaselineError::Unreadable { path: path.to_owned(), text })
    }

    /// Writes it, in one go: whatever happens, the file is the old one or the new one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let at = |error| BaselineError::Io { path: path.to_owned(), error };
        let text = self.text().map_err(|error| at(error.into()))?;
        let is_compressed = path.extension().is_some_and(|ending| ending == "zst");
        let bytes = if is_compressed { zstd::encode_all(text.as_bytes(), 19).map_err(at)? } else { text.into_bytes() };
        write_whole(path, &bytes).map_err(at)
    }

    fn text(&self) -> serde_json::Result<String> {
        let mut text = String::from("{\n");
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\"campaign\": {},", serde_json::to_string_pretty(&self.manifest)?);
        let _ = writeln!(text, "\"columns\": {},\n\"tests\": [", json!(COLUMNS));
        for (place, test) in self.tests.iter().enumerate() {
            let (path, sums) = (self.manifest.tests[place].info.path(), serde_json::to_string(&test.sums())?);
            let runs: Vec<String> = test.runs.values().map(serde_json::to_string).collect::<Result<_, _>>()?;
            let runs = runs.join(",\n");
            let comma = if place + 1 < self.tests.len() { "," } else { "" };
            let _ = writeln!(text, "{{\"test\": {}, \"sums\": {sums}, \"runs\": [\n{runs}\n]}}{comma}", json!(path));
        }
        text.push_str("]\n}\n");
        Ok(text)
    }

    /// How many runs there are.
    pub fn runs(&self) -> u64 {
        self.tests.iter().map(|test| test.runs.len() as u64).sum()
    }

    /// How many of them failed.
    pub fn failed(&self) -> u64 {
        self.tests.iter().flat_map(|test| test.runs.values()).filter(|run| run.failure.is_some()).count() as u64
    }

    /// How many of the runs that were planned are not there. What a time budget cut off was not to be
    /// played, and what has no end lacks nothing.
    pub fn missing(&self) -> u64 {
        if self.manifest.ending == Some(Ending::TimeBudget) {
            return 0;
        }
        let slice = self.manifest.slice();
        let planned = self.manifest.tests.iter().map(|test| slice.count(test.iterations)).sum::<Option<u64>>();
        planned.map_or(0, |planned| planned.saturating_sub(self.runs()))
    }
}

impl TestRuns {
    /// What people look for in the file. Figures are means per run.
    fn sums(&self) -> Sums {
        let runs = self.runs.len() as u64;
        let mean = |of: fn(&Played) -> u64| self.runs.values().map(of).sum::<u64>() / runs.max(1);
        let passed = self.runs.values().filter(|run| run.failure.is_none()).count() as u64;
        Sums {
            runs,
            passed,
            pass_rate: passed as f64 / runs.max(1) as f64,
            virtual_time_us: mean(|run| run.virtual_time_us),
            rpcs: mean(|run| run.rpcs),
            bytes: mean(|run| run.bytes),
            ops: mean(|run| run.ops),
            reelections: self.reelections,
            cpu_us: self.cpu_us,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Sums {
    runs: u64,
    passed: u64,
    pass_rate: f64,
    virtual_time_us: u64,
    rpcs: u64,
    bytes: u64,
    ops: u64,
    reelections: Reelections,
    cpu_us: u64,
}

/// The file.
#[derive(Deserialize)]
struct BaselineFile {
    campaign: Manifest,
    columns: Vec<String>,
    tests: Vec<TestFile>,
}

#[derive(Deserialize)]
struct TestFile {
    test: String,
    sums: Sums,
    runs: Vec<Played>,
}

fn parse(text: &[u8]) -> Result<Baseline, String> {
    let file: BaselineFile = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if file.columns != COLUMNS {
        return Err(format!("its columns are {}", file.columns.join(", ")));
    }
    let planned: Vec<String> = file.campaign.tests.iter().map(|test| test.info.path()).collect();
    let there: Vec<&String> = file.tests.iter().map(|test| &test.test).collect();
    if !planned.iter().eq(there) {
        return Err("its runs are not those of its tests".to_owned());
    }
    let tests = file.tests.into_iter().map(|test| TestRuns {
        cpu_us: test.sums.cpu_us,
        reelections: test.sums.reelections,
        runs: test.runs.into_iter().map(|run| (run.iteration, run)).collect(),
    });
    Ok(Baseline { tests: tests.collect(), manifest: file.campaign })
}

impl From<Played> for Line {
    fn from(run: Played) -> Line {
        Line(
            run.iteration,
            run.digest.to_string(),
            run.failure,
            run.virtual_time_us,
            run.rpcs,
            run.bytes,
            run.ops,
            run.reelection_us,
            run.longest_reelection_us,
        )
    }
}

impl TryFrom<Line> for Played {
    type Error = String;

    fn try_from(line: Line) -> Result<Played, String> {
        let bits = u64::from_str_radix(&line.1, 16).map_err(|_| format!("`{}` is no digest", line.1))?;
        Ok(Played {
            iteration: line.0,
            digest: Digest::from_bits(bits),
            failure: line.2,
            virtual_time_us: line.3,
            rpcs: line.4,
            bytes: line.5,
            ops: line.6,
            reelection_us: line.7,
            longest_reelection_us: line.8,
        })
    }
}

impl Played {
    fn of(result: &RunResult) -> Played {
        let RunResult { iteration, run, .. } = result;
        let mut reelections: Vec<u64> = run.reelections.iter().map(|duration| duration.as_micros() as u64).collect();
        reelections.sort_unstable();
        Played {
            iteration: *iteration,
            digest: run.digest,
            failure: run.outcome.finding().map(|finding| format!("{}: {}", run.outcome.name(), finding.rule)),
            virtual_time_us: run.figures.virtual_time.as_micros() as u64,
            rpcs: run.figures.rpcs,
            bytes: run.figures.bytes,
            ops: run.figures.ops,
            reelection_us: reelections.get(reelections.len() / 2).copied(),
            longest_reelection_us: reelections.last().copied(),
        }
    }
}

/// Makes a baseline of runs as they come.
#[derive(Debug)]
pub struct Collector {
    manifest: Manifest,
    tests: Vec<Collected>,
}

#[derive(Debug, Default)]
struct Collected {
    runs: BTreeMap<u64, Played>,
    cpu_us: u64,
    reelections: Histogram,
}

impl Collector {
    /// Nothing of this campaign was played yet.
    pub fn new(manifest: Manifest) -> Collector {
        let tests = manifest.tests.iter().map(|_| Collected::default()).collect();
        Collector { manifest, tests }
    }

    /// What is being played.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Takes a run of the campaign; the second time it comes, it counts no more.
    pub fn add(&mut self, result: &RunResult) {
        let place = self.manifest.tests.iter().position(|test| test.info == result.test);
        let Some(test) = place.map(|place| &mut self.tests[place]) else { return };
        if test.runs.contains_key(&result.iteration) {
            return;
        }
        test.runs.insert(result.iteration, Played::of(result));
        test.cpu_us += result.cpu.as_micros() as u64;
        result.run.reelections.iter().for_each(|duration| test.reelections.add(*duration));
    }

    /// What has come together.
    pub fn finish(self) -> Baseline {
        let tests = self.tests.into_iter().map(|test| {
            let micros = |duration: Option<std::time::Duration>| duration.map(|duration| duration.as_micros() as u64);
            let reelections = Reelections {
                p50_us: micros(test.reelections.percentile(50)),
                p99_us: micros(test.reelections.percentile(99)),
                max_us: micros(test.reelections.max()),
            };
            let cpu_us = test.cpu_us / (test.runs.len() as u64).max(1);
            TestRuns { runs: test.runs, cpu_us, reelections }
        });
        Baseline { tests: tests.collect(), manifest: self.manifest }
    }
}
