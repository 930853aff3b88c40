//! A folder with raftlab's sources, to build a new crate with.

use std::fs;
use std::path::Path;

use toml::Table;

use super::super::error::Failed;
use super::super::output;
use crate::sources::Raftlab;

/// The lock of a folder's raftlab, so that a new crate is built from the libraries with which that one was
/// tried; cargo takes out what it does not need. The published raftlab has none to give: it would have to
/// hold its own checksum.
pub(super) fn lock(raftlab: &Raftlab) -> Option<String> {
    match raftlab {
        Raftlab::Published => None,
        // A folder without one is as good; cargo then chooses the versions.
        Raftlab::Folder(folder) => fs::read_to_string(folder.join("Cargo.lock")).ok(),
    }
}

/// Makes sure that raftlab is in `folder`.
pub(in super::super) fn folder(folder: &Path) -> Result<Raftlab, Failed> {
    let manifest = folder.join("Cargo.toml");
    let wrong = |why: String| {
        Failed::usage(format!("--raftlab {}: {why}; name the folder of raftlab's own Cargo.toml", folder.display()))
    };
    let text = fs::read_to_string(&manifest)
        .map_err(|error| wrong(format!("there is no raftlab here: {}: {error}", manifest.display())))?;
    let table: Table =
        text.parse().map_err(|_| wrong(format!("there is no raftlab here: {} is no TOML", manifest.display())))?;
    let package = |key: &str| table.get("package")?.get(key)?.as_str();
    match package("name") {
        Some("raftlab") => {}
        Some(other) => return Err(wrong(format!("this is `{other}`, not raftlab"))),
        None => return Err(wrong(format!("there is no raftlab here: {} is no package", manifest.display()))),
    }
    let (own, version) = (env!("CARGO_PKG_VERSION"), package("version").unwrap_or("another"));
    if version != own {
        output::warning(&format!("this is raftlab {own}, but {} holds version {version}", folder.display()));
    }
    let whole = folder.canonicalize().map_err(|error| wrong(error.to_string()))?;
    Ok(Raftlab::Folder(whole))
}
