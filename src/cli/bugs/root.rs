//! Where raftlab's repository is: the gallery is built from its sources.

use std::path::{Path, PathBuf};

use super::super::error::Failed;

/// The gallery's folder, below the repository's root.
pub(super) const GALLERY: &str = "labs/bugs";
/// The crate that the gallery's patches change.
pub(super) const REFERENCE: &str = "labs/reference";

/// The repository at `given`, or else around the current folder.
pub(super) fn find(given: Option<&Path>) -> Result<PathBuf, Failed> {
    if let Some(root) = given {
        return if is_root(root) { Ok(absolute(root)) } else { Err(not_a_root(root)) };
    }
    let here =
        std::env::current_dir().map_err(|error| Failed::trouble(format!("there is no current folder: {error}")))?;
    here.ancestors().find(|folder| is_root(folder)).map(absolute).ok_or_else(|| {
        Failed::usage(format!(
            "neither {} nor a folder above it has `{GALLERY}`; the gallery is played in a clone of raftlab's \
             repository: go there, or name it with --root",
            here.display()
        ))
    })
}

fn is_root(folder: &Path) -> bool {
    folder.join(GALLERY).is_dir() && folder.join(REFERENCE).is_dir()
}

fn not_a_root(folder: &Path) -> Failed {
    Failed::usage(format!(
        "{} is no clone of raftlab's repository: it has no `{GALLERY}` beside a `{REFERENCE}`",
        folder.display()
    ))
}

/// Programs are started in folders of their own, where a relative path would mean another one.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
