//! The mistakes that people make, what each looks like from outside, and what to read again.
//!
//! They stand in `labs/mistakes.toml`, those that are made most often first. What a run says is
//! not known here: `report` ranks the mistakes by their signs.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// A mistake, and what it looks like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Its name; that of its patch, if the gallery has one.
    pub id: String,
    /// What is done wrong, in a few words.
    pub title: String,
    /// What goes wrong then, and how to recognise it.
    pub wrong: String,
    /// The place to read again.
    pub paper: String,
    /// Where to look in one's own code.
    pub look: String,
    /// The findings that it usually leads to.
    pub signs: Vec<Sign>,
}

/// A finding that a mistake usually leads to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The rule or check that finds it.
    pub rule: String,
    /// What the evidence looks like then; anything if there is none.
    #[serde(default, deserialize_with = "pattern")]
    evidence: Option<Regex>,
    /// The tests, as `part/name`, that it is found in then; any if there is none.
    #[serde(default, deserialize_with = "pattern")]
    test: Option<Regex>,
    /// How much such a finding speaks for the mistake, instead of what [`Sign::weight`] says.
    weight: Option<u32>,
}

impl Sign {
    /// Whether a finding is one: of this rule, in a test with this path, with this evidence.
    pub fn fits(&self, rule: &str, evidence: &str, test: &str) -> bool {
        let allows = |pattern: &Option<Regex>, text| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        self.rule == rule && allows(&self.evidence, evidence) && allows(&self.test, test)
    }

    /// How much it speaks for its mistake. What says more of the finding counts for more.
    pub fn weight(&self) -> u32 {
        let conditions = u32::from(self.evidence.is_some()) * 20 + u32::from(self.test.is_some()) * 10;
        self.weight.unwrap_or(10 + conditions)
    }

    /// Whether every finding of its rule is one.
    pub fn is_general(&self) -> bool {
        self.evidence.is_none() && self.test.is_none()
    }
}

/// All known mistakes, those that are made most often first.
///
/// # Panics
/// If the embedded file is wrong, which a test excludes.
pub fn mistakes() -> &'static [Mistake] {
    &MISTAKES
}

static MISTAKES: LazyLock<Vec<Mistake>> = LazyLock::new(|| match toml::from_str(EMBEDDED) {
    Ok(File { mistakes }) => mistakes,
    Err(error) => panic!("labs/mistakes.toml is wrong, a bug in raftlab: {error}"),
});

const EMBEDDED: &str = include_str!("../../labs/mistakes.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "mistake")]
    mistakes: Vec<Mistake>,
}

fn pattern<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let text = String::deserialize(deserializer)?;
    // The evidence has several lines, and a pattern may reach from one into the next.
    Regex::new(&format!("(?s){text}")).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_mistake_is_there_once_and_says_everything() {
        let mut ids = BTreeSet::new();
        for Mistake { id, title, wrong, paper, look, signs } in mistakes() {
            assert!(ids.insert(id), "{id} is there twice");
            assert!(!signs.is_empty(), "{id} has no sign");
            for text in [title, wrong, paper, look] {
                assert!(!text.is_empty() && text.trim() == text, "{id}: {text:?}");
            }
        }
    }

    #[test]
    fn what_says_more_of_a_finding_counts_for_more() {
        let sign = |text: &str| toml::from_str::<Sign>(text).expect("it is sound");
        let general = sign("rule = 'one'");
        let special = sign("rule = 'one'\nevidence = 'a.*b'\ntest = '^2C/'");
        assert!(general.fits("one", "", "2A/x") && general.is_general());
        assert!(special.fits("one", "a\nb", "2C/x") && !special.fits("one", "b a", "2C/x"));
        assert!(!special.fits("one", "a b", "2D/x") && !special.fits("two", "a b", "2C/x"));
        assert!(general.weight() < special.weight());
        assert_eq!(sign("rule = 'one'\nweight = 3").weight(), 3);
        assert!(toml::from_str::<Sign>("rule = 'one'\nevidence = '('").is_err());
    }
}
