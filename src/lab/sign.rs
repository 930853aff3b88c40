//! What a finding looks like that speaks for a mistake.

use std::cmp::Ordering;
use std::str::FromStr;

use regex::{Captures, Regex};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A finding that a mistake usually leads to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The rule or check that finds it.
    pub rule: String,
    /// What the evidence looks like then; anything if there is none.
    #[serde(default, deserialize_with = "pattern")]
    evidence: Option<Regex>,
    /// What is so of the numbers that `evidence` names, all of it.
    #[serde(default, deserialize_with = "comparisons")]
    holds: Vec<Comparison>,
    /// The tests, as `part/name`, that it is found in then; any if there is none.
    #[serde(default, deserialize_with = "pattern")]
    test: Option<Regex>,
    /// How much such a finding speaks for the mistake, instead of what [`Sign::weight`] says.
    weight: Option<u32>,
}

impl Sign {
    /// Whether a finding is one: of this rule, in a test with this path, with this evidence.
    pub fn fits(&self, rule: &str, evidence: &str, test: &str) -> bool {
        let is_of_test = self.test.as_ref().is_none_or(|pattern| pattern.is_match(test));
        let is_so = self.evidence.as_ref().is_none_or(|pattern| {
            let found = pattern.captures(evidence);
            found.is_some_and(|numbers| self.holds.iter().all(|comparison| comparison.is_true_of(&numbers)))
        });
        self.rule == rule && is_of_test && is_so
    }

    /// How much it speaks for its mistake. What says more of the finding counts for more.
    pub fn weight(&self) -> u32 {
        let conditions = u32::from(self.evidence.is_some()) * 20
            + u32::from(!self.holds.is_empty()) * 20
            + u32::from(self.test.is_some()) * 10;
        self.weight.unwrap_or(10 + conditions)
    }
}

/// Two numbers, by their names in the evidence or as they are, and which is greater: `candidate < own`.
#[derive(Debug)]
struct Comparison {
    left: String,
    /// The orders in which it is true.
    orders: &'static [Ordering],
    right: String,
}

impl Comparison {
    fn is_true_of(&self, numbers: &Captures<'_>) -> bool {
        let number = |name: &str| numbers.name(name).map_or(name, |found| found.as_str()).parse::<u64>().ok();
        match (number(&self.left), number(&self.right)) {
            (Some(left), Some(right)) => self.orders.contains(&left.cmp(&right)),
            _ => false,
        }
    }
}

impl FromStr for Comparison {
    type Err = String;

    fn from_str(text: &str) -> Result<Comparison, String> {
        let wrong = || format!("`{text}` is no comparison like `left < right`, by <, <=, =, !=, >= or >");
        let [left, sign, right] = text.split(' ').collect::<Vec<_>>()[..] else { return Err(wrong()) };
        let orders: &[Ordering] = match sign {
            "<" => &[Ordering::Less],
            "<=" => &[Ordering::Less, Ordering::Equal],
            "=" => &[Ordering::Equal],
            "!=" => &[Ordering::Less, Ordering::Greater],
            ">=" => &[Ordering::Equal, Ordering::Greater],
            ">" => &[Ordering::Greater],
            _ => return Err(wrong()),
        };
        Ok(Comparison { left: left.to_owned(), orders, right: right.to_owned() })
    }
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let text = String::deserialize(deserializer)?;
    // The evidence has several lines, and a pattern may reach from one into the next.
    Regex::new(&format!("(?s){text}")).map(Some).map_err(D::Error::custom)
}

fn comparisons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Comparison>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(text: &str) -> Sign {
        toml::from_str(text).expect("it is sound")
    }

    #[test]
    fn what_says_more_of_a_finding_counts_for_more() {
        let general = sign("rule = 'one'");
        let special = sign("rule = 'one'\nevidence = 'a.*b'\ntest = '^2C/'");
        assert!(general.fits("one", "", "2A/x"));
        assert!(special.fits("one", "a\nb", "2C/x") && !special.fits("one", "b a", "2C/x"));
        assert!(!special.fits("one", "a b", "2D/x") && !special.fits("two", "a b", "2C/x"));
        assert!(general.weight() < special.weight());
        assert_eq!(sign("rule = 'one'\nweight = 3").weight(), 3);
    }

    #[test]
    fn numbers_of_the_evidence_are_compared() {
        let sign = sign("rule = 'one'\nevidence = 'from (?<a>\\d+) to (?<b>\\d+)'\nholds = ['a < b', 'b <= 10']");
        assert!(sign.fits("one", "from 9 to 10", "2A/x") && !sign.fits("one", "from 9 to 11", "2A/x"));
        assert!(!sign.fits("one", "from 10 to 9", "2A/x") && !sign.fits("one", "from 9 to 9", "2A/x"));
        assert!(!sign.fits("one", "", "2A/x"));
    }

    #[test]
    fn what_is_no_pattern_or_comparison_is_refused() {
        for wrong in ["evidence = '('", "evidence = 'x'\nholds = ['a']", "evidence = 'x'\nholds = ['a ? b']"] {
            assert!(toml::from_str::<Sign>(&format!("rule = 'one'\n{wrong}")).is_err(), "{wrong}");
        }
    }
}
