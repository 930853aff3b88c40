//! The package that the program was built from.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A package of Rust code on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    /// Where its `Cargo.toml` is.
    pub folder: PathBuf,
    name: String,
}

/// One of its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Seen from the package's folder.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// What of a manifest matters.
#[derive(Deserialize)]
struct Manifest {
    package: Option<Named>,
    #[serde(default, rename = "bin")]
    binaries: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Package {
    /// The package of the program that is running: the one whose `cargo run` it is, or the nearest one
    /// around the current folder that has a program of its name. None if neither can be found, or if it
    /// is raftlab itself, which holds no submission.
    pub fn of_this_program() -> Option<Package> {
        let by_cargo = std::env::var_os("CARGO_MANIFEST_DIR").and_then(|folder| Package::at(Path::new(&folder), None));
        by_cargo
            .or_else(|| {
                let program = std::env::current_exe().ok()?;
                Package::around(&std::env::current_dir().ok()?, program.file_stem()?.to_str()?)
            })
            .filter(|package| package.name != env!("CARGO_PKG_NAME"))
    }

    /// The nearest package around `folder` with a program of this name.
    fn around(folder: &Path, program: &str) -> Option<Package> {
        folder.ancestors().find_map(|folder| Package::at(folder, Some(program)))
    }

    /// The package in a folder, if it has this program.
    fn at(folder: &Path, program: Option<&str>) -> Option<Package> {
        let manifest: Manifest = toml::from_str(&fs::read_to_string(folder.join("Cargo.toml")).ok()?).ok()?;
        let Named { name } = manifest.package?;
        let has = |program: &str| name == program || manifest.binaries.iter().any(|binary| binary.name == program);
        program.is_none_or(has).then(|| Package { folder: folder.to_owned(), name })
    }

    /// All Rust files in its `src`, sorted by their paths. What cannot be read is not there.
    pub fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        let mut folders = vec![PathBuf::from("src")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(self.folder.join(&folder)) else { continue };
            for entry in entries.flatten() {
                let path = folder.join(entry.file_name());
                // Links are not followed: they might lead in a circle.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs")
                    && let Ok(text) = fs::read_to_string(self.folder.join(&path))
                {
                    sources.push(Source { path, text });
                }
            }
        }
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_package_with_the_program_is_the_one() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
            fs::write(path, text).expect("files can be written");
        };
        write("Cargo.toml", "[package]\nname = \"outer\"\n[[bin]]\nname = \"grade\"");
        write("inner/Cargo.toml", "[package]\nname = \"inner\"");
        write("inner/src/main.rs", "fn main() {}");
        write("inner/src/raft/log.rs", "struct Log;");
        write("inner/src/notes.txt", "no code");
        write("inner/tests/all.rs", "fn main() {}");
        let deep = folder.path().join("inner/src/raft");
        let inner = Package::around(&deep, "inner").expect("it is there");
        assert_eq!(inner.folder, folder.path().join("inner"));
        let paths: Vec<PathBuf> = inner.sources().into_iter().map(|source| source.path).collect();
        assert_eq!(paths, [Path::new("src/main.rs"), Path::new("src/raft/log.rs")]);
        assert_eq!(Package::around(&deep, "grade").map(|package| package.folder).as_deref(), Some(folder.path()));
        assert_eq!(Package::around(&deep, "another"), None);
    }
}
