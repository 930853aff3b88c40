//! Labs as texts, to be handed on to another process.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{self, LabError, Source};
use super::{Edition, Lab};

/// The texts that labs are read from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LabTexts {
    edition: Edition,
    /// Names and texts; the course's labs if there are none.
    files: Vec<(String, String)>,
}

impl LabTexts {
    /// The labs in these files, one part each, or the course's if there are none.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(paths: &[impl AsRef<Path>], edition: Edition) -> Result<LabTexts, LabError> {
        let read = |path: &_| file::read(AsRef::as_ref(path)).map(|Source { name, text }| (name, text));
        let files = paths.iter().map(read).collect::<Result<_, _>>()?;
        Ok(LabTexts { edition, files })
    }

    /// The labs.
    ///
    /// # Errors
    /// If a text is wrong: which one, where, and what is allowed there.
    pub fn lab(&self) -> Result<Lab, LabError> {
        if self.files.is_empty() {
            return Ok(Lab::course(self.edition));
        }
        let sources = self.files.iter().map(|(name, text)| Source { name: name.clone(), text: text.clone() });
        Lab::from_sources(sources.collect(), self.edition)
    }
}
