//! Where raftlab's own sources are, and where compiled libraries are kept.

use std::path::{Path, PathBuf};

use super::super::args::GradeArgs;
use super::super::error::Failed;
use super::super::new::raftlab_in;
use crate::sources::Raftlab;

/// What submissions are built with: the folder that is named, or this raftlab's own clone, if that is where
/// the user is, or the published one.
pub(super) fn raftlab(args: &GradeArgs) -> Result<Raftlab, Failed> {
    if let Some(folder) = &args.raftlab {
        return raftlab_in(folder);
    }
    let here = std::env::current_dir().unwrap_or_default();
    match here.ancestors().find(|folder| is_clone(folder)) {
        Some(folder) => raftlab_in(folder),
        None => Ok(Raftlab::Published),
    }
}

fn is_clone(folder: &Path) -> bool {
    folder.join("labs/reference").is_dir() && folder.join("src/grade").is_dir()
}

/// Where libraries are kept from one time to the next.
pub(super) fn cache(args: &GradeArgs) -> Result<PathBuf, Failed> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let standard = || {
        let base = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")));
        base.map(|base| base.join("raftlab").join(env!("CARGO_PKG_VERSION")))
    };
    let cache = args.cache.clone().or_else(standard);
    let cache = cache.ok_or_else(|| {
        Failed::usage("there is no HOME to keep compiled libraries in; name a folder for them with --cache")
    })?;
    std::path::absolute(&cache).map_err(|error| Failed::usage(format!("--cache {}: {error}", cache.display())))
}
