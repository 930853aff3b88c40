//! A generated workspace with one package per bug: the reference's sources, patched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::error::Failed;
use super::gallery::Bug;
use super::patch::Sources;
use super::root::REFERENCE;
use crate::sources::{PROFILE, Raftlab, package_manifest};

/// The workspace's folder, below the repository's root.
const FOLDER: &str = "target/raftlab-bugs";

/// Light on the bugs, of which there are many; raftlab itself plays all runs. An index that falls below 0
/// goes wherever it goes, as in a release of anybody's.
const LIGHT: &str = "opt-level = 1\noverflow-checks = false\n";

/// What is to be built.
pub(super) struct Workspace {
    root: PathBuf,
    pub(super) folder: PathBuf,
    /// Where cargo compiles.
    pub(super) target: PathBuf,
    /// The lock of the repository: what it was built with is there without a network.
    lock: PathBuf,
    pub(super) members: Vec<Member>,
}

/// One bug's package.
pub(super) struct Member {
    /// The bug's name: its folder.
    pub(super) name: String,
    pub(super) package: String,
    sources: Sources,
}

impl Workspace {
    /// Applies all patches; nothing is written yet.
    pub(super) fn new(root: &Path, cache: Option<&Path>, bugs: &[Bug], sources: &Sources) -> Result<Workspace, Failed> {
        let member =
            |bug: &Bug| Ok(Member { name: bug.name.clone(), package: bug.package(), sources: sources.patched(bug)? });
        let members: Result<Vec<Member>, Failed> = bugs.iter().map(member).collect();
        let (folder, lock) = (root.join(FOLDER), root.join("Cargo.lock"));
        let cache = cache.and_then(|cache| std::path::absolute(cache).ok());
        let target = cache.as_ref().unwrap_or(&folder).join("target");
        Ok(Workspace { root: root.to_owned(), folder, target, lock, members: members? })
    }

    /// Writes all packages.
    pub(super) fn write(&self) -> Result<(), Failed> {
        self.write_files()
            .map_err(|error| Failed::trouble(format!("cannot write the bugs to {}: {error}", self.folder.display())))
    }

    fn write_files(&self) -> io::Result<()> {
        let names: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        let light = |member: &Member| format!("\n[profile.release.package.{}]\n{LIGHT}", member.package);
        let light: String = self.members.iter().map(light).collect();
        let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n{PROFILE}{light}");
        write(&self.folder.join("Cargo.toml"), &workspace)?;
        let raftlab = Raftlab::Folder(self.root.clone());
        if self.lock.is_file() {
            fs::copy(&self.lock, self.folder.join("Cargo.lock"))?;
        }
        for member in &self.members {
            let folder = self.folder.join(&member.name);
            write(&folder.join("Cargo.toml"), &package_manifest(&member.package, &raftlab))?;
            for (path, text) in &member.sources.0 {
                write(&folder.join(path.strip_prefix(REFERENCE).unwrap_or(path).trim_start_matches('/')), text)?;
            }
        }
        Ok(())
    }
}

/// Writes a file unless it holds this already: what is not touched is not built again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}
