//! How sure one must be, and which differences matter: `ci/gate.toml`.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::figure::Figure;
use crate::lab::Source;

/// What makes a difference a verdict.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Thresholds {
    /// How likely a gate may be to call anything worse, or better, that is not.
    pub false_alarms: f64,
    /// The least change of a mean that matters, as a share of it.
    changes: Changes<f64>,
    /// So many times the baseline's computing time are worse; none if it is not judged.
    pub cpu_ratio: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes<T> {
    virtual_time: T,
    rpcs_per_op: T,
    bytes_per_op: T,
    ops: T,
    reelection: T,
    longest_reelection: T,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        let changes = Changes {
            virtual_time: 0.05,
            rpcs_per_op: 0.05,
            bytes_per_op: 0.05,
            ops: 0.05,
            reelection: 0.1,
            longest_reelection: 0.1,
        };
        Thresholds { false_alarms: 0.001, changes, cpu_ratio: None }
    }
}

/// Why thresholds cannot be used: file, line, key, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ThresholdsError(String);

/// The form of the file. Whatever is missing stays as it is built in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GateFile {
    false_alarms: Option<Spanned<f64>>,
    cpu_ratio: Option<Spanned<f64>>,
    #[serde(default)]
    least_change_percent: Changes<Option<Spanned<f64>>>,
}

impl Thresholds {
    /// Those in this file.
    ///
    /// # Errors
    /// If it cannot be read or is wrong: where, and what is allowed there.
    pub fn read(path: &Path) -> Result<Thresholds, ThresholdsError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ThresholdsError(format!("cannot read the thresholds {name}: {error}")))?;
        parse(&Source { name, text })
    }

    /// The least change of a figure's mean that matters, as a share of it.
    pub(super) fn least_change(&self, figure: Figure) -> f64 {
        match figure {
            // Whatever is beyond chance matters.
            Figure::Passed => 0.0,
            Figure::VirtualTime => self.changes.virtual_time,
            Figure::Rpcs => self.changes.rpcs_per_op,
            Figure::Bytes => self.changes.bytes_per_op,
            Figure::Ops => self.changes.ops,
            Figure::Reelection => self.changes.reelection,
            Figure::LongestReelection => self.changes.longest_reelection,
            Figure::Cpu => self.cpu_ratio.map_or(f64::INFINITY, |ratio| ratio - 1.0),
        }
    }
}

fn parse(source: &Source) -> Result<Thresholds, ThresholdsError> {
    let file: GateFile =
        toml::from_str(&source.text).map_err(|error| ThresholdsError(source.toml_error(&error).to_string()))?;
    let built_in = Thresholds::default();
    let false_alarms = number(source, &file.false_alarms, "false_alarms", |value| value > 0.0 && value < 1.0)
        .map_err(|wrong| wrong.say("a probability between 0 and 1 is wanted"))?;
    let cpu_ratio = number(source, &file.cpu_ratio, "cpu_ratio", |value| value > 1.0)
        .map_err(|wrong| wrong.say("a number above 1 is wanted: so many times the baseline's computing time"))?;
    let change = |percent: &Option<Spanned<f64>>, key: &str, built_in: f64| {
        number(source, percent, key, |value| value >= 0.0)
            .map(|percent| percent.map_or(built_in, |percent| percent / 100.0))
            .map_err(|wrong| wrong.say("a percentage of at least 0 is wanted"))
    };
    let (given, own) = (&file.least_change_percent, built_in.changes);
    let changes = Changes {
        virtual_time: change(&given.virtual_time, "virtual_time", own.virtual_time)?,
        rpcs_per_op: change(&given.rpcs_per_op, "rpcs_per_op", own.rpcs_per_op)?,
        bytes_per_op: change(&given.bytes_per_op, "bytes_per_op", own.bytes_per_op)?,
        ops: change(&given.ops, "ops", own.ops)?,
        reelection: change(&given.reelection, "reelection", own.reelection)?,
        longest_reelection: change(&given.longest_reelection, "longest_reelection", own.longest_reelection)?,
    };
    Ok(Thresholds { false_alarms: false_alarms.unwrap_or(built_in.false_alarms), changes, cpu_ratio })
}

/// A number that is not allowed.
struct Wrong<'a> {
    source: &'a Source,
    value: &'a Spanned<f64>,
    key: &'a str,
}

impl Wrong<'_> {
    fn say(&self, wanted: &str) -> ThresholdsError {
        let text = format!("{} is not allowed; {wanted}", self.value.get_ref());
        ThresholdsError(self.source.wrong(self.value, self.key, &text).to_string())
    }
}

/// The number, if it is given.
fn number<'a>(
    source: &'a Source,
    value: &'a Option<Spanned<f64>>,
    key: &'a str,
    is_allowed: fn(f64) -> bool,
) -> Result<Option<f64>, Wrong<'a>> {
    match value {
        Some(value) if !is_allowed(*value.get_ref()) => Err(Wrong { source, value, key }),
        value => Ok(value.as_ref().map(|value| *value.get_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Thresholds, String> {
        let source = Source { name: "my.toml".to_owned(), text: text.to_owned() };
        parse(&source).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_built_in() {
        assert_eq!(read(""), Ok(Thresholds::default()));
        let own = read("false_alarms = 0.01\ncpu_ratio = 3\n[least_change_percent]\nops = 20").expect("it is right");
        assert_eq!((own.false_alarms, own.cpu_ratio), (0.01, Some(3.0)));
        assert_eq!(own.least_change(Figure::Ops), 0.2);
        assert_eq!(own.least_change(Figure::VirtualTime), Thresholds::default().least_change(Figure::VirtualTime));
    }

    #[test]
    fn what_is_wrong_is_told_with_file_line_key_and_what_is_allowed() {
        let cases = [
            ("\nfalse_alarms = 2", &["my.toml:2:", "key `false_alarms`", "2 is not allowed", "between 0 and 1"][..]),
            ("false_alarms = nan", &["my.toml:1:", "key `false_alarms`"]),
            ("cpu_ratio = 0.5", &["my.toml:1:", "key `cpu_ratio`", "above 1"]),
            ("[least_change_percent]\nops = -1", &["my.toml:2:", "key `ops`", "at least 0"]),
            ("[least_change_percent]\nrpcs = 1", &["my.toml:2:", "`rpcs`", "`rpcs_per_op`"]),
            ("cpu_ratio = \"three\"", &["my.toml:1:", "three"]),
            ("false_alarms", &["my.toml:1:"]),
        ];
        for (text, expected) in cases {
            let error = read(text).expect_err("this is wrong");
            for part in expected {
                assert!(error.contains(part), "{text}: {part:?} is not in {error:?}");
            }
        }
    }
}
