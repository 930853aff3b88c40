//! From what a user types to the tests that are meant.

use std::sync::Arc;

use regex::Regex;

use super::{Lab, Test, TestInfo};

/// Names this similar are suggested for an unknown one.
const SIMILAR: f64 = 0.65;
/// At most this many.
const SUGGESTIONS: usize = 3;

/// Why a selection is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A name that nothing has.
    #[error("there is no part or test `{name}`{}", suggest(.nearest))]
    Unknown {
        /// What was typed.
        name: String,
        /// The most similar names there are.
        nearest: Vec<String>,
    },
}

fn suggest(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return "; `raftlab list` shows all there are".to_owned();
    }
    let names: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", names.join(" or "))
}

impl Lab {
    /// The tests that any of `names` means, or all where there are no names, of which `filter`
    /// then keeps those whose path or course name it matches. In the course's order, each once.
    ///
    /// A name is a part (`2C`), a test (`2C/figure8-unreliable`, or `figure8-unreliable`), the
    /// course's name of one, or `all`. Case does not matter.
    ///
    /// # Errors
    /// If a name means nothing.
    pub fn select(&self, names: &[String], filter: Option<&Regex>) -> Result<Vec<Arc<Test>>, SelectError> {
        if let Some(unknown) = names.iter().find(|name| !self.tests().any(|test| means(name, test))) {
            return Err(SelectError::Unknown { name: unknown.clone(), nearest: self.nearest(unknown) });
        }
        let named = |test: &&Arc<Test>| names.is_empty() || names.iter().any(|name| means(name, test));
        let kept = |test: &&Arc<Test>| {
            filter.is_none_or(|filter| filter.is_match(&test.path()) || filter.is_match(&test.info.course_name))
        };
        Ok(self.tests().filter(named).filter(kept).cloned().collect())
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let parts = self.parts.iter().map(|part| part.name.clone());
        let tests = self.tests().flat_map(|test| [test.path(), test.info.name.clone(), test.info.course_name.clone()]);
        let wanted = name.to_lowercase();
        let mut scored: Vec<(f64, String)> = parts
            .chain(tests)
            .map(|known| (strsim::jaro_winkler(&wanted, &known.to_lowercase()), known))
            .filter(|(score, _)| *score >= SIMILAR)
            .collect();
        scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        scored.into_iter().take(SUGGESTIONS).map(|(_, known)| known).collect()
    }
}

fn means(name: &str, test: &Test) -> bool {
    let same = |other: &str| name.eq_ignore_ascii_case(other);
    let TestInfo { part, name: own, course_name, .. } = &*test.info;
    same("all") || same(part) || same(&test.path()) || same(own) || same(course_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Edition;

    fn select(names: &[&str], filter: Option<&str>) -> Result<Vec<String>, SelectError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let filter = filter.map(|filter| Regex::new(filter).expect("a valid pattern"));
        let tests = Lab::course(Edition::To2023).select(&names, filter.as_ref())?;
        Ok(tests.iter().map(|test| test.path()).collect())
    }

    #[test]
    fn every_form_of_a_name_is_understood() {
        for name in ["2C/figure8-unreliable", "figure8-unreliable", "TestFigure8Unreliable2C", "2c/Figure8-Unreliable"]
        {
            assert_eq!(select(&[name], None).as_deref(), Ok(&["2C/figure8-unreliable".to_owned()][..]), "{name}");
        }
        assert_eq!(select(&["2C"], None).map(|tests| tests.len()), Ok(8));
        assert_eq!(select(&["all"], None).map(|tests| tests.len()), Ok(85));
        assert_eq!(select(&[], None).map(|tests| tests.len()), Ok(85));
    }

    #[test]
    fn what_is_named_twice_is_selected_once_and_in_order() {
        let tests = select(&["2B/count", "2A", "2A/re-election"], None).expect("all of them exist");
        assert_eq!(tests, ["2A/initial-election", "2A/re-election", "2A/many-elections", "2B/count"]);
    }

    #[test]
    fn a_filter_keeps_what_it_matches_and_may_keep_nothing() {
        assert_eq!(select(&["2C"], Some("figure8$")).as_deref(), Ok(&["2C/figure8".to_owned()][..]));
        assert_eq!(select(&[], Some("Churn2C$")).map(|tests| tests.len()), Ok(2));
        assert_eq!(select(&["2A"], Some("churn")).as_deref(), Ok(&[][..]));
    }

    #[test]
    fn an_unknown_name_suggests_the_nearest() {
        let error = select(&["2C/figure8-unrelaible"], None).expect_err("there is no such test");
        assert!(error.to_string().contains("did you mean `2C/figure8-unreliable`"), "{error}");
        let error = select(&["zzzzzz"], None).expect_err("there is no such test");
        assert!(error.to_string().contains("raftlab list"), "{error}");
    }
}
