//! Labs, parts and tests.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::file::{self, LabError};
use super::{Conditions, Edition, Grading, file::Source};
use crate::scenario::{Parameters, Scenario};
use crate::trace::Digest;

/// Everything that can be tested.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The parts, in the course's order.
    pub parts: Vec<Part>,
}

/// A part of the lab, such as 2C.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name, as the edition numbers it.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// What it asks of those who are graded on it.
    pub conditions: Conditions,
    /// Its tests, in the course's order.
    pub tests: Vec<Arc<Test>>,
}

/// One test.
pub struct Test {
    /// What there is to say about it.
    pub info: Arc<TestInfo>,
    /// What it plays.
    pub scenario: &'static Scenario,
    /// The numbers that the scenario needs.
    pub parameters: Arc<Parameters>,
    /// Number of servers.
    pub servers: usize,
    /// Whether the network is unreliable at the start.
    pub unreliable: bool,
    /// Whether the services take snapshots.
    pub snapshots: bool,
    /// How long a message travels, each way.
    pub latency: RangeInclusive<Duration>,
    /// Virtual time that the test may take.
    pub time_limit: Duration,
    /// How it is graded.
    pub grading: Grading,
}

/// What there is to say about a test, also where it cannot be played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TestInfo {
    /// The part that it belongs to.
    pub part: String,
    /// Its name, unique in the whole lab.
    #[serde(rename = "test")]
    pub name: String,
    /// The course's name for it, such as `TestFigure8Unreliable2C`.
    pub course_name: String,
    /// What it tests.
    pub title: String,
    /// What it is worth.
    pub points: u32,
}

impl TestInfo {
    /// `part/name`, as tests are selected and shown.
    pub fn path(&self) -> String {
        format!("{}/{}", self.part, self.name)
    }
}

impl Test {
    /// `part/name`, as tests are selected and shown.
    pub fn path(&self) -> String {
        self.info.path()
    }

    /// Whether it tests a key/value service, and not Raft alone.
    pub fn needs_kv(&self) -> bool {
        self.scenario.needs_kv
    }

    /// Stands for everything that decides how the test is played, except the seed.
    pub fn digest(&self) -> Digest {
        // How it is graded decides nothing.
        let Test { info, scenario, parameters, servers, unreliable, snapshots, latency, time_limit, grading: _ } = self;
        let mut digest = Digest::EMPTY;
        let what = (scenario.name, parameters, servers, unreliable, snapshots, latency, time_limit);
        digest.bytes(format!("{} {what:?}", info.path()).as_bytes());
        digest
    }
}

impl std::fmt::Debug for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path())
    }
}

/// The course's labs and what raftlab adds to them, as they are in this build.
const EMBEDDED: [(&str, &str); 8] = [
    ("labs/2A.toml", include_str!("../../labs/2A.toml")),
    ("labs/2B.toml", include_str!("../../labs/2B.toml")),
    ("labs/2C.toml", include_str!("../../labs/2C.toml")),
    ("labs/2D.toml", include_str!("../../labs/2D.toml")),
    ("labs/2X.toml", include_str!("../../labs/2X.toml")),
    ("labs/3A.toml", include_str!("../../labs/3A.toml")),
    ("labs/3B.toml", include_str!("../../labs/3B.toml")),
    ("labs/3X.toml", include_str!("../../labs/3X.toml")),
];

impl Lab {
    /// The course's labs in the numbering of `edition`, and raftlab's own parts 2X and 3X.
    ///
    /// # Panics
    /// If an embedded lab file is wrong, which a test excludes.
    pub fn course(edition: Edition) -> Lab {
        let sources = EMBEDDED.iter().map(|(name, text)| Source { name: (*name).to_owned(), text: (*text).to_owned() });
        match Lab::from_sources(sources.collect(), edition) {
            Ok(lab) => lab,
            Err(error) => panic!("an embedded lab is wrong, a bug in raftlab: {error}"),
        }
    }

    pub(super) fn from_sources(sources: Vec<Source>, edition: Edition) -> Result<Lab, LabError> {
        let mut parts: Vec<Part> = Vec::new();
        for source in &sources {
            let part = file::parse(source, edition, &parts)?;
            parts.push(part);
        }
        Ok(Lab { parts })
    }

    /// All tests, in the course's order.
    pub fn tests(&self) -> impl Iterator<Item = &Arc<Test>> {
        self.parts.iter().flat_map(|part| &part.tests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_has_28_raft_tests_and_23_of_the_service_and_every_scenario_is_used() {
        let lab = Lab::course(Edition::To2023);
        let counts: Vec<(&str, usize)> = lab.parts.iter().map(|part| (part.name.as_str(), part.tests.len())).collect();
        assert_eq!(
            counts,
            [("2A", 3), ("2B", 10), ("2C", 8), ("2D", 7), ("2X", 24), ("3A", 14), ("3B", 9), ("3X", 10)]
        );
        for scenario in crate::scenario::SCENARIOS {
            assert!(lab.tests().any(|test| test.scenario.name == scenario.name), "{} is not used", scenario.name);
        }
    }

    #[test]
    fn course_names_follow_the_edition() {
        let name = |edition| Lab::course(edition).tests().nth(18).map(|test| test.info.course_name.clone());
        assert_eq!(name(Edition::To2023).as_deref(), Some("TestFigure8Unreliable2C"));
        assert_eq!(name(Edition::From2024).as_deref(), Some("TestFigure8Unreliable3C"));
    }
}
