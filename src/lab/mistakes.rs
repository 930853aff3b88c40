//! The mistakes that people make, what each looks like from outside, and what to read again.
//!
//! They stand in `labs/mistakes.toml`. What a run says is not known here: `report` ranks the mistakes
//! by their signs.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Sign;

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

/// All known mistakes, by subject, the more frequent ones first.
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
}
