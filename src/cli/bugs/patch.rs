//! The reference's sources, and the same with a patch applied.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchSet};

use super::super::error::Failed;
use super::gallery::Bug;
use super::root::REFERENCE;

/// Sources by their paths from the repository's root on.
#[derive(Clone)]
pub(super) struct Sources(pub(super) BTreeMap<String, String>);

impl Sources {
    /// Reads the reference's sources.
    pub(super) fn read(root: &Path) -> Result<Sources, Failed> {
        let mut sources = BTreeMap::new();
        let folder = format!("{REFERENCE}/src");
        collect(root, &folder, &mut sources)
            .map_err(|error| Failed::trouble(format!("cannot read the sources in {folder}: {error}")))?;
        Ok(Sources(sources))
    }

    /// The sources with a bug in them.
    pub(super) fn patched(&self, bug: &Bug) -> Result<Sources, Failed> {
        let wrong = |what: String| Failed::usage(format!("{}: {what}", bug.file.display()));
        let mut patched = self.clone();
        for patch in PatchSet::parse(&bug.diff, ParseOptions::unidiff()) {
            let patch = patch.map_err(|error| wrong(format!("this is no unified diff: {error}")))?;
            patched.apply(&patch).map_err(wrong)?;
        }
        Ok(patched)
    }

    fn apply(&mut self, patch: &FilePatch<'_, str>) -> Result<(), String> {
        let FileOperation::Modify { original, modified } = patch.operation() else {
            return Err("a patch may only change files, not add or remove them".to_owned());
        };
        let path = original.strip_prefix("a/").filter(|path| modified.strip_prefix("b/") == Some(path));
        let path =
            path.ok_or_else(|| format!("`a/` and `b/` of one file are wanted, not {original} and {modified}"))?;
        let text = self.0.get_mut(path).ok_or_else(|| format!("{path} is no source of the reference"))?;
        let change = patch.patch().as_text().ok_or_else(|| format!("the change of {path} is binary"))?;
        *text = diffy::apply(text, change).map_err(|error| {
            format!("no longer applies: {error} of {path}; bring the patch up to date with the reference")
        })?;
        Ok(())
    }
}

fn collect(root: &Path, folder: &str, sources: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(root, &path, sources)?;
        } else {
            sources.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}
