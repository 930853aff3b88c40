//! What there is to explain.

use std::fmt::Write as _;

use super::terminal::UNBROKEN;
use super::topic::Topics;
use crate::lab::{Chapter, mistakes};

/// A list of all names, in Markdown.
pub(super) fn markdown(topics: &Topics) -> String {
    let mut text = "`raftlab explain NAME` explains any of these:\n".to_owned();
    for chapter in &topics.chapters {
        let names = chapter.sections.iter().map(|section| section.name.as_str());
        let _ = write!(text, "\n## {}\n\n{}\n", heading(chapter), list(names));
    }
    let ids = mistakes().iter().map(|mistake| mistake.id.as_str());
    let _ = write!(text, "\n## Mistakes\n\n{}\n", list(ids));
    text
}

fn heading(chapter: &Chapter) -> String {
    format!("{} {}", chapter.name, chapter.title).trim_end().to_owned()
}

/// Names, none of which is broken at the end of a line: whoever looks for one finds it.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| name.replace(' ', UNBROKEN)).collect::<Vec<_>>().join(", ")
}
