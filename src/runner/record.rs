//! One run as it is written down: an object of JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::campaign::RunResult;
use super::outcome::{Finding, Outcome};
use super::play::Run;
use crate::base::{Instant, ServerId};
use crate::cluster::{Circumstances, Figures, Phase};
use crate::lab::TestInfo;
use crate::oracle::Shown;
use crate::trace::Digest;

/// A run that was played. Times are in microseconds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The test's part.
    pub part: String,
    /// The test's name.
    pub test: String,
    /// The course's name for the test.
    pub course_name: String,
    /// Counted from 1.
    pub iteration: u64,
    /// The run's seed.
    pub seed: String,
    /// As in [`Outcome::name`].
    pub outcome: String,
    /// Of all events of the run.
    pub digest: String,
    /// How many there were.
    pub events: u64,
    /// How long the run lasted in its own time.
    pub virtual_time_us: u64,
    /// As the course counts them.
    pub rpcs: u64,
    /// As the course counts them.
    pub bytes: u64,
    /// As the course counts them.
    pub ops: u64,
    /// How long it took, each time, until a leader served again.
    pub reelections_us: Vec<u64>,
    /// How long it kept a processor busy. The only thing that is not the same every time.
    pub cpu_us: u64,
    /// What the implementation gave to the rules.
    pub gives: Shown,
    /// Where its trace is, if it left one.
    pub trace: Option<String>,
    /// What is wrong, if it did not pass.
    pub failure: Option<Failure>,
}

/// What is wrong with a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The rule that was broken, or the check that was not met.
    pub rule: String,
    /// When; none if that cannot be known.
    pub at_us: Option<u64>,
    /// The servers that take part in it, such as `S0`.
    pub servers: Vec<String>,
    /// A sentence each.
    pub evidence: Vec<String>,
    /// The place in the implementation's source, if there is one.
    pub place: Option<String>,
    /// How far the tester's faults had gone, in words; none if that cannot be known.
    pub phase: Option<String>,
    /// What the servers were, such as `restarted follower`.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl Record {
    /// What is written down of a run.
    pub fn of(result: &RunResult) -> Record {
        let RunResult { test, iteration, seed, run, cpu, trace } = result;
        Record {
            part: test.part.clone(),
            test: test.name.clone(),
            course_name: test.course_name.clone(),
            iteration: *iteration,
            seed: seed.to_string(),
            outcome: run.outcome.name().to_owned(),
            digest: run.digest.to_string(),
            events: run.events,
            virtual_time_us: micros(run.figures.virtual_time),
            rpcs: run.figures.rpcs,
            bytes: run.figures.bytes,
            ops: run.figures.ops,
            reelections_us: run.reelections.iter().copied().map(micros).collect(),
            cpu_us: micros(*cpu),
            gives: run.shown,
            trace: trace.as_ref().map(|path| path.display().to_string()),
            failure: run.outcome.finding().map(Failure::of),
        }
    }

    /// The same, with the trace's place seen from `folder`, wherever that is moved to. One that lies
    /// elsewhere, as those of a merged campaign do, is found from everywhere.
    pub(super) fn within(folder: &Path, result: &RunResult) -> Record {
        let place = |path: &PathBuf| match path.strip_prefix(folder) {
            Ok(within) => within.to_owned(),
            Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
        };
        Record { trace: result.trace.as_ref().map(|path| place(path).display().to_string()), ..Record::of(result) }
    }

    /// The run again, of this test, if everything in the record makes sense. Where its trace is, is seen from
    /// `folder`.
    pub fn result(self, test: Arc<TestInfo>, folder: &Path) -> Option<RunResult> {
        let failure = match self.failure {
            Some(failure) => Some(failure.finding()?),
            None => None,
        };
        let figures = Figures {
            virtual_time: Duration::from_micros(self.virtual_time_us),
            rpcs: self.rpcs,
            bytes: self.bytes,
            ops: self.ops,
        };
        let run = Run {
            outcome: Outcome::named(&self.outcome, failure)?,
            digest: Digest::from_bits(u64::from_str_radix(&self.digest, 16).ok()?),
            events: self.events,
            figures,
            reelections: self.reelections_us.into_iter().map(Duration::from_micros).collect(),
            shown: self.gives,
        };
        Some(RunResult {
            test,
            iteration: self.iteration,
            seed: self.seed.parse().ok()?,
            run,
            cpu: Duration::from_micros(self.cpu_us),
            trace: self.trace.map(|path| folder.join(PathBuf::from(path))),
        })
    }
}

impl Failure {
    fn of(finding: &Finding) -> Failure {
        let Finding { rule, at, servers, evidence, place, circumstances } = finding;
        Failure {
            rule: rule.clone(),
            at_us: at.map(Instant::as_micros),
            servers: servers.iter().map(ToString::to_string).collect(),
            evidence: evidence.clone(),
            place: place.clone(),
            phase: circumstances.as_ref().map(|circumstances| circumstances.phase.to_string()),
            roles: circumstances.as_ref().map_or_else(Vec::new, |circumstances| circumstances.roles.clone()),
        }
    }

    fn finding(self) -> Option<Finding> {
        let number =
            |name: &String| name.strip_prefix('S')?.parse().ok().map(|number: u8| ServerId::new(number.into()));
        let circumstances = match self.phase {
            None => None,
            Some(name) => {
                let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == name)?;
                Some(Circumstances { phase, roles: self.roles })
            }
        };
        Some(Finding {
            rule: self.rule,
            at: self.at_us.map(Instant::from_micros),
            servers: self.servers.iter().map(number).collect::<Option<Vec<ServerId>>>()?,
            evidence: self.evidence,
            place: self.place,
            circumstances,
        })
    }
}

/// No run is half a million years long.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;
    use crate::lab::{Edition, Lab};

    /// A run that failed, with everything that can be said of one.
    fn failed() -> RunResult {
        let test = Lab::course(Edition::To2023).tests().next().expect("there are tests").info.clone();
        let finding = Finding {
            rule: "one".to_owned(),
            at: Some(Instant::from_micros(12_345_678)),
            servers: vec![ServerId::new(0), ServerId::new(2)],
            evidence: vec!["a \"quoted\" sentence".to_owned(), "ε".to_owned()],
            place: Some("src/raft.rs:7:9".to_owned()),
            circumstances: Some(Circumstances {
                phase: Phase::Aftermath,
                roles: vec!["leader".to_owned(), "restarted follower".to_owned()],
            }),
        };
        let run = Run {
            outcome: Outcome::Failed(finding),
            digest: Digest::from_bits(0x0123_4567_89ab_cdef),
            events: 7,
            figures: Figures { virtual_time: Duration::from_micros(1), rpcs: 2, bytes: 3, ops: 4 },
            reelections: vec![Duration::from_micros(300_001)],
            shown: Shown::default(),
        };
        let trace = Some(PathBuf::from("runs/initial-election/000001.log"));
        RunResult { test, iteration: 1, seed: Seed(0x5eed), run, cpu: Duration::from_micros(99), trace }
    }

    #[test]
    fn what_is_written_down_is_read_back() {
        let (result, folder) = (failed(), Path::new("runs"));
        let line = serde_json::to_string(&Record::within(folder, &result)).expect("it can be written");
        assert!(line.contains(r#""trace":"initial-election/000001.log""#), "{line}");
        let record: Record = serde_json::from_str(&line).expect("it can be read");
        let moved = record.result(result.test.clone(), Path::new("elsewhere")).expect("it makes sense");
        assert_eq!(moved.trace.as_deref(), Some(Path::new("elsewhere/initial-election/000001.log")));
        assert_eq!(RunResult { trace: result.trace.clone(), ..moved }, result);
    }

    #[test]
    fn what_makes_no_sense_is_no_run() {
        let result = failed();
        let read = |change: fn(&mut Record)| {
            let mut record = Record::of(&result);
            change(&mut record);
            record.result(result.test.clone(), Path::new(""))
        };
        assert!(read(|_| ()).is_some());
        assert!(read(|record| record.outcome = "passed".to_owned()).is_none(), "what is wrong with it?");
        assert!(read(|record| record.failure = None).is_none(), "why did it fail?");
        assert!(read(|record| record.digest = "x".to_owned()).is_none());
        assert!(read(|record| record.seed = "x".to_owned()).is_none());
    }
}
