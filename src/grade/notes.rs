//! What a submission wrote to stdout, where results would stand if anybody looked there: the first of it,
//! by test and iteration, so that it is the same whoever played first.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One line per note; only what comes before all earlier ones is written down.
const FILE: &str = "notes.jsonl";

/// Characters of a note.
const TEXT_MAX: usize = 120;

/// Where something was written, and what.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
struct Note {
    /// Which of the tests.
    place: usize,
    iteration: u64,
    /// The test's path.
    test: String,
    text: String,
}

/// The notes on a submission.
pub(super) struct Notes {
    file: File,
    first: Option<Note>,
}

impl Notes {
    /// Begins with none, or with those of before.
    pub(super) fn open(folder: &Path, goes_on: bool) -> io::Result<Notes> {
        let path = folder.join(FILE);
        let text = if goes_on { fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
        let first = text.lines().filter_map(|line| serde_json::from_str(line).ok()).min();
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        if !goes_on {
            file.set_len(0)?;
        }
        Ok(Notes { file, first })
    }

    /// Takes down what was written in a run.
    pub(super) fn add(&mut self, place: usize, test: &str, iteration: u64, wrote: &str) -> io::Result<()> {
        if self.first.as_ref().is_some_and(|first| (first.place, first.iteration) <= (place, iteration)) {
            return Ok(());
        }
        let plain = strip_ansi_escapes::strip_str(wrote);
        let line = plain.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let text = line.chars().take(TEXT_MAX).collect();
        let note = Note { place, iteration, test: test.to_owned(), text };
        // Each line at once, so that a part of one is never followed by another.
        self.file.write_all((serde_json::to_string(&note)? + "\n").as_bytes())?;
        self.first = Some(note);
        Ok(())
    }

    /// What there is to be said.
    pub(super) fn remark(&self) -> Option<String> {
        let Note { test, iteration, text, .. } = self.first.as_ref()?;
        Some(format!(
            "writes to stdout, where nobody looks for results: first `{text}` in {test}, iteration {iteration}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_note_is_the_same_whoever_came_first() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut notes = Notes::open(folder.path(), false).expect("it can be written");
        assert_eq!(notes.remark(), None);
        for (place, iteration) in [(1, 2), (0, 9), (1, 1), (0, 3), (0, 4)] {
            notes.add(place, &format!("2A/{place}"), iteration, "\n\u{1b}[1m x\ny").expect("it can be written");
        }
        let expected = "writes to stdout, where nobody looks for results: first `x` in 2A/0, iteration 3";
        assert_eq!(notes.remark().as_deref(), Some(expected));
        drop(notes);
        let notes = Notes::open(folder.path(), true).expect("it can be read");
        assert_eq!(notes.remark().as_deref(), Some(expected));
        assert_eq!(Notes::open(folder.path(), false).expect("it can be written").remark(), None);
    }
}
