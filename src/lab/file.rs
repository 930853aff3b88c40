//! Lab files: their form, and everything that can be wrong with one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::grading::{PartGrading, TestGrading};
use super::{Edition, Part, Test, TestInfo};
use crate::scenario::{self, Parameters, SCENARIOS, Scenario};

/// Why a lab file cannot be used: file, line, key, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LabError(String);

/// The text of a lab file, or of another one that people write.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The form of a lab file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    part: Spanned<String>,
    title: String,
    time_limit_s: u64,
    latency_us: Spanned<[u64; 2]>,
    #[serde(default)]
    grading: PartGrading,
    #[serde(rename = "test")]
    tests: Vec<TestFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    name: Spanned<String>,
    course: String,
    title: String,
    points: u32,
    scenario: Spanned<String>,
    servers: Spanned<usize>,
    network: Network,
    #[serde(default)]
    snapshots: bool,
    /// In place of the part's.
    latency_us: Option<Spanned<[u64; 2]>>,
    parameters: Option<Spanned<BTreeMap<Spanned<String>, u64>>>,
    #[serde(default)]
    grading: TestGrading,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Network {
    Reliable,
    Unreliable,
}

/// Servers that a test may have.
const SERVERS: RangeInclusive<usize> = 1..=7;

pub(super) fn read(path: &Path) -> Result<Source, LabError> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => Err(LabError(format!("cannot read the lab file {name}: {error}"))),
    }
}

/// Reads one part; `earlier` are those that were read before it, whose names are taken.
pub(super) fn parse(source: &Source, edition: Edition, earlier: &[Part]) -> Result<Part, LabError> {
    let file: PartFile = toml::from_str(&source.text).map_err(|error| source.toml_error(&error))?;
    let name = edition.part_name(file.part.get_ref());
    if earlier.iter().any(|part| part.name == name) {
        return Err(source.wrong(&file.part, "part", &format!("part `{name}` was defined before, in another file")));
    }
    source.latency(&file.latency_us)?;
    let (title, conditions) = (file.title.clone(), file.grading.conditions());
    let mut part = Part { name, title, conditions, tests: Vec::new() };
    for test in &file.tests {
        let taken = earlier.iter().flat_map(|part| &part.tests).chain(&part.tests);
        if taken.into_iter().any(|other| other.info.name == *test.name.get_ref()) {
            let text = format!("there is a test called `{}` already", test.name.get_ref());
            return Err(source.wrong(&test.name, "name", &text));
        }
        let test = source.test(&file, test, &part.name)?;
        part.tests.push(Arc::new(test));
    }
    Ok(part)
}

impl Source {
    fn test(&self, file: &PartFile, test: &TestFile, part: &str) -> Result<Test, LabError> {
        let scenario = self.scenario(&test.scenario)?;
        let name = test.name.get_ref();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let text = format!("`{name}` is no test name: letters, digits and hyphens are allowed");
            return Err(self.wrong(&test.name, "name", &text));
        }
        let servers = *test.servers.get_ref();
        if !SERVERS.contains(&servers) {
            let text = format!("{servers} servers; {} to {} are allowed", SERVERS.start(), SERVERS.end());
            return Err(self.wrong(&test.servers, "servers", &text));
        }
        Ok(Test {
            info: Arc::new(TestInfo {
                part: part.to_owned(),
                name: test.name.get_ref().clone(),
                course_name: format!("{}{part}", test.course),
                title: test.title.clone(),
                points: test.points,
            }),
            scenario,
            parameters: Arc::new(self.parameters(scenario, test)?),
            servers,
            unreliable: matches!(test.network, Network::Unreliable),
            snapshots: test.snapshots,
            latency: self.latency(test.latency_us.as_ref().unwrap_or(&file.latency_us))?,
            time_limit: Duration::from_secs(file.time_limit_s),
            grading: file.grading.of_test(&test.grading),
        })
    }

    fn latency(&self, latency: &Spanned<[u64; 2]>) -> Result<RangeInclusive<Duration>, LabError> {
        let [low, high] = *latency.get_ref();
        if low > high {
            let text = "the smallest latency comes first: [least, most], in microseconds";
            return Err(self.wrong(latency, "latency_us", text));
        }
        Ok(Duration::from_micros(low)..=Duration::from_micros(high))
    }

    fn scenario(&self, name: &Spanned<String>) -> Result<&'static Scenario, LabError> {
        scenario::find(name.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            let text = format!("there is no scenario `{}`; there are: {}", name.get_ref(), known.join(", "));
            self.wrong(name, "scenario", &text)
        })
    }

    /// The numbers of a test: exactly those that its scenario declares.
    fn parameters(&self, scenario: &Scenario, test: &TestFile) -> Result<Parameters, LabError> {
        let allowed = || match scenario.parameters {
            [] => format!("scenario `{}` takes none", scenario.name),
            names => format!("scenario `{}` takes exactly: {}", scenario.name, names.join(", ")),
        };
        let mut parameters = Parameters::new();
        for (name, value) in test.parameters.iter().flat_map(|parameters| parameters.get_ref()) {
            if !scenario.parameters.contains(&name.get_ref().as_str()) {
                let text = format!("there is no parameter `{}`; {}", name.get_ref(), allowed());
                return Err(self.wrong(name, "parameters", &text));
            }
            parameters.insert(name.get_ref().clone(), *value);
        }
        if let Some(missing) = scenario.parameters.iter().find(|name| !parameters.contains_key(**name)) {
            let place = test.parameters.as_ref().map_or(test.scenario.span(), Spanned::span);
            return Err(self.wrong_at(place, "parameters", &format!("`{missing}` is missing; {}", allowed())));
        }
        Ok(parameters)
    }

    pub(crate) fn wrong<T>(&self, value: &Spanned<T>, key: &str, text: &str) -> LabError {
        self.wrong_at(value.span(), key, text)
    }

    fn wrong_at(&self, place: std::ops::Range<usize>, key: &str, text: &str) -> LabError {
        LabError(format!("{}:{}: key `{key}`: {text}", self.name, self.line(place.start)))
    }

    /// What the TOML parser says, with the file's name and without its drawing of the line.
    pub(crate) fn toml_error(&self, error: &toml::de::Error) -> LabError {
        let mut text = self.name.clone();
        if let Some(place) = error.span() {
            let line = self.line(place.start);
            let _ = write!(text, ":{line}");
            let shown = self.text.lines().nth(line - 1).unwrap_or_default().trim();
            let _ = write!(text, ": in `{shown}`");
        }
        let _ = write!(text, ": {}", error.message());
        LabError(text)
    }

    /// The line, counted from 1, of a position in the text.
    fn line(&self, position: usize) -> usize {
        self.text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Conditions, Credit, Grading, Seeds, UnsafeCode, Visibility};

    const GOOD: &str = r#"part = "2X"
title = "Extra"
time_limit_s = 120
latency_us = [50, 500]

[[test]]
name = "backup"
course = "TestBackup"
title = "backs up"
points = 1
scenario = "backup"
servers = 5
network = "reliable"
parameters = { commands = 50 }
"#;

    fn error(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let source = Source { name: "my.toml".to_owned(), text: GOOD.replace(from, to) };
        parse(&source, Edition::To2023, &[]).map(|part| part.name).expect_err("this is wrong").to_string()
    }

    #[test]
    fn a_good_file_is_read() {
        let source = Source { name: "my.toml".to_owned(), text: GOOD.to_owned() };
        let part = parse(&source, Edition::To2023, &[]).expect("this is right");
        assert_eq!(part.tests[0].path(), "2X/backup");
        assert_eq!(part.tests[0].info.course_name, "TestBackup2X");
        assert_eq!(part.tests[0].parameters["commands"], 50);
    }

    #[test]
    fn a_test_may_have_a_latency_of_its_own() {
        let latency = |text: &str| {
            let source = Source { name: "my.toml".to_owned(), text: text.to_owned() };
            parse(&source, Edition::To2023, &[]).expect("this is right").tests[0].latency.clone()
        };
        assert_eq!(latency(GOOD), Duration::from_micros(50)..=Duration::from_micros(500));
        let own = GOOD.replace("points = 1", "points = 1\nlatency_us = [7, 7]");
        assert_eq!(latency(&own), Duration::from_micros(7)..=Duration::from_micros(7));
    }

    #[test]
    fn a_test_is_graded_as_its_part_unless_it_says_otherwise() {
        let part = "[grading]\ncredit = \"share\"\nvisibility = \"hidden\"\ndependencies = [\"rand\"]\n\n[[test]]";
        let test = "points = 1\ngrading = { visibility = \"after_published\", seeds = \"secret\", iterations = 7 }";
        let text = GOOD.replace("[[test]]", part).replace("points = 1", test);
        let part = parse(&Source { name: "my.toml".to_owned(), text }, Edition::To2023, &[]).expect("this is right");
        let Grading { credit, visibility, seeds, iterations } = part.tests[0].grading;
        assert_eq!((credit, visibility), (Credit::Share, Visibility::AfterPublished));
        assert_eq!((seeds, iterations), (Seeds::Secret, Some(7)));
        let allowed = Conditions { dependencies: vec!["rand".to_owned()], unsafe_code: UnsafeCode::Report };
        assert_eq!(part.conditions, allowed);
    }

    #[test]
    fn what_is_wrong_is_told_with_file_line_key_and_what_is_allowed() {
        let cases = [
            ("points = 1", "point = 1", &["my.toml:10:", "point", "expected one of", "`points`"][..]),
            ("points = 1", "points = \"one\"", &["my.toml:10:", "points", "expected u32"]),
            ("network = \"reliable\"", "network = \"flaky\"", &["my.toml:13:", "`reliable`", "`unreliable`"]),
            ("scenario = \"backup\"", "scenario = \"backups\"", &["my.toml:11:", "key `scenario`", "backup, count"]),
            ("servers = 5", "servers = 50", &["my.toml:12:", "key `servers`", "1 to 7"]),
            ("commands = 50", "command = 50", &["my.toml:14:", "`command`", "takes exactly: commands"]),
            ("{ commands = 50 }", "{}", &["my.toml:14:", "`commands` is missing"]),
            ("name = \"backup\"", "name = \"a/b\"", &["my.toml:7:", "key `name`", "letters, digits and hyphens"]),
            ("[50, 500]", "[500, 50]", &["my.toml:4:", "key `latency_us`", "[least, most]"]),
            ("points = 1", "points = 1\nlatency_us = [9, 3]", &["my.toml:11:", "key `latency_us`", "[least, most]"]),
            ("title = \"Extra\"", "title = ", &["my.toml:2:"]),
            ("points = 1", "points = 1\ngrading = { credit = \"half\" }", &["my.toml:11:", "`half`", "19 of 20"]),
            ("points = 1", "points = 1\ngrading = { seed = 1 }", &["my.toml:11:", "`seed`", "`seeds`"]),
            ("points = 1", "points = 1\ngrading = { iterations = 0 }", &["my.toml:11:", "at least 1"]),
            ("points = 1", "points = 1\ngrading = { dependencies = [] }", &["my.toml:11:", "`dependencies`"]),
        ];
        for (from, to, expected) in cases {
            let text = error(from, to);
            for part in expected {
                assert!(text.contains(part), "{to}: {part:?} is not in {text:?}");
            }
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let text = read(Path::new("no/such.toml")).err().expect("it is not there").to_string();
        assert!(text.contains("no/such.toml"), "{text}");
    }
}
