//! A submission as it was handed in: a folder, of which its sources are taken, and nothing else.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::main_file;
use crate::sources::{Source, dependencies, is_dependency};
use crate::trace::Digest;

/// Files that a submission may have,
const FILES_MAX: usize = 2_000;
/// and bytes in all of them together.
const BYTES_MAX: u64 = 16 << 20;
/// Folders in folders.
const DEPTH_MAX: usize = 32;

/// What is beside sources where they stand in the submission's own folder.
const NO_SOURCES: [&str; 5] = ["target", ".git", "tests", "benches", "examples"];

/// A submission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    /// Like its folder.
    pub name: String,
    /// By their paths below `src`.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// What its package is called; as a library, if it has one, it is named so.
    package: String,
    edition: String,
    /// What is to be said of it.
    remarks: Vec<String>,
}

/// Why a submission cannot be built: what its author has to change.
pub(super) type Refusal = String;

impl Submission {
    /// The submission in a folder, called `name`.
    pub(super) fn read(folder: &Path, name: &str, allowed: &[String]) -> Result<Submission, Refusal> {
        let place = Place::find(folder)?;
        let mut remarks = Vec::new();
        let manifest = Manifest::read(&place.package, allowed)?;
        let mut files = BTreeMap::new();
        let mut gather = Gather { files: &mut files, remarks: &mut remarks, bytes: 0, only_code: place.is_flat };
        gather.folder(&place.sources, &place.prefix, 0)?;
        if place.package.join("build.rs").exists() || manifest.has_build_script {
            remarks.push("has a build script, which was not run".to_owned());
        }
        let main = PathBuf::from("main.rs");
        if !files.contains_key(&main) {
            let has_kv = files.contains_key(Path::new("kv/mod.rs"));
            files.insert(main.clone(), main_file::of_modules(has_kv).into_bytes());
        }
        let text = std::str::from_utf8(&files[&main]).map_err(|_| "src/main.rs is no UTF-8".to_owned())?;
        main_file::graded(text).ok_or(
            "src/main.rs has no `fn main` of its own: write it as a function there, and not by a macro or in another file",
        )?;
        Ok(Submission { name: name.to_owned(), files, package: manifest.package, edition: manifest.edition, remarks })
    }

    /// What is to be said of it, a sentence each.
    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Its package's name, as the compiler wants it.
    pub(super) fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    pub(super) fn edition(&self) -> &str {
        &self.edition
    }

    /// Whether it is a library with a program.
    pub(super) fn has_library(&self) -> bool {
        self.files.contains_key(Path::new("lib.rs"))
    }

    /// Stands for everything that it is built from.
    pub(super) fn digest(&self) -> Digest {
        let mut digest = Digest::EMPTY;
        digest.bytes(format!("{} {}", self.package, self.edition).as_bytes());
        for (path, bytes) in &self.files {
            digest.bytes(path.to_string_lossy().as_bytes());
            digest.bytes(bytes);
        }
        digest
    }

    /// Its Rust files, as they were handed in.
    pub(super) fn sources(&self) -> Vec<Source> {
        let code = self.files.iter().filter(|(path, _)| path.extension() == Some(OsStr::new("rs")));
        let text = |(path, bytes): (&PathBuf, &Vec<u8>)| {
            Some(Source { path: Path::new("src").join(path), text: String::from_utf8(bytes.clone()).ok()? })
        };
        code.filter_map(text).collect()
    }

    /// Writes what is compiled into `folder`, as its `src`.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let root = folder.join("src");
        // What an earlier one had is not to be part of this one.
        match fs::remove_dir_all(&root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for (path, bytes) in &self.files {
            let target = root.join(path);
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            match std::str::from_utf8(bytes) {
                Ok(text) if path == Path::new("main.rs") => {
                    fs::write(&target, main_file::graded(text).unwrap_or_default())?;
                }
                _ => fs::write(&target, bytes)?,
            }
        }
        Ok(())
    }
}

/// Where the sources are.
struct Place {
    /// Where a manifest would be.
    package: PathBuf,
    sources: PathBuf,
    /// Where they belong, below `src`.
    prefix: PathBuf,
    /// Other things than sources stand beside them.
    is_flat: bool,
}

impl Place {
    /// A crate, its `src`, or what is in that; in the folder, or in the only folder in it, as archives have it.
    fn find(folder: &Path) -> Result<Place, Refusal> {
        let found = Place::at(folder).or_else(|| Place::at(&only_folder(folder)?));
        found.ok_or_else(|| {
            "there are no sources: neither src/main.rs nor main.rs, nor a raft/mod.rs; hand in the crate's folder, or \
             what is in its src"
                .to_owned()
        })
    }

    fn at(folder: &Path) -> Option<Place> {
        let is_there = |path: &str| folder.join(path).is_file();
        let place = |sources: &str, prefix: &str, is_flat| {
            let (package, sources) = (folder.to_owned(), folder.join(sources));
            Some(Place { package, sources, prefix: prefix.into(), is_flat })
        };
        if is_there("src/main.rs") || is_there("src/raft/mod.rs") {
            place("src", "", false)
        } else if is_there("main.rs") || is_there("raft/mod.rs") {
            place("", "", true)
        } else if is_there("mod.rs") {
            place("", "raft", true)
        } else {
            None
        }
    }
}

fn only_folder(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut folders = entries.filter(|entry| {
        // What archives add of their own.
        let is_hidden = entry.file_name().to_string_lossy().starts_with(['.', '_']);
        !is_hidden && entry.file_type().is_ok_and(|kind| kind.is_dir())
    });
    folders.next().filter(|_| folders.next().is_none()).map(|entry| entry.path())
}

/// Takes in files.
struct Gather<'a> {
    files: &'a mut BTreeMap<PathBuf, Vec<u8>>,
    remarks: &'a mut Vec<String>,
    bytes: u64,
    only_code: bool,
}

impl Gather<'_> {
    fn folder(&mut self, folder: &Path, prefix: &Path, depth: usize) -> Result<(), Refusal> {
        if depth > DEPTH_MAX {
            return Err(format!("there are more than {DEPTH_MAX} folders in each other below src"));
        }
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| format!("src cannot be read: {error}"))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (name, path) = (entry.file_name(), prefix.join(entry.file_name()));
            let kind = entry.file_type().map_err(|error| format!("{}: {error}", path.display()))?;
            if kind.is_dir() {
                if !(self.only_code && NO_SOURCES.iter().any(|other| *other == name)) {
                    self.folder(&entry.path(), &path, depth + 1)?;
                }
            } else if kind.is_file() {
                self.file(&entry.path(), path)?;
            } else {
                // A link may lead anywhere, and a pipe has no end.
                self.remarks
                    .push(format!("src/{} is no file but a link or the like, and was left out", path.display()));
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path, path: PathBuf) -> Result<(), Refusal> {
        if self.only_code && file.extension() != Some(OsStr::new("rs")) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let read = fs::File::open(file).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
        read.map_err(|error| format!("src/{} cannot be read: {error}", path.display()))?;
        self.bytes += bytes.len() as u64;
        self.files.insert(path, bytes);
        if self.files.len() > FILES_MAX || self.bytes > BYTES_MAX {
            return Err(format!("src is too large: {FILES_MAX} files and {} MiB are enough", BYTES_MAX >> 20));
        }
        Ok(())
    }
}

/// What counts of a submission's `Cargo.toml`.
struct Manifest {
    package: String,
    edition: String,
    has_build_script: bool,
}

impl Manifest {
    /// Of who has none, the skeleton's.
    fn read(folder: &Path, allowed: &[String]) -> Result<Manifest, Refusal> {
        let text = match fs::read_to_string(folder.join("Cargo.toml")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (package, edition) = ("submission".to_owned(), "2024".to_owned());
                return Ok(Manifest { package, edition, has_build_script: false });
            }
            Err(error) => return Err(format!("Cargo.toml cannot be read: {error}")),
        };
        let table: Table = text.parse().map_err(|error| format!("Cargo.toml is no TOML: {error}"))?;
        let package = |key: &str| table.get("package").and_then(|package| package.get(key));
        let is_allowed = |name: &&String| is_dependency(name) || allowed.iter().any(|other| other == *name);
        let used = table.get("dependencies").and_then(Value::as_table);
        let others: Vec<&String> = used.into_iter().flat_map(Table::keys).filter(|name| !is_allowed(name)).collect();
        if !others.is_empty() {
            let others: Vec<String> = others.into_iter().map(|name| format!("`{name}`")).collect();
            let known = dependencies().map(str::to_owned).chain(allowed.iter().cloned());
            let (others, known) = (others.join(", "), known.collect::<Vec<String>>().join(", "));
            return Err(format!("Cargo.toml: the lab does not allow the library {others}; it allows {known}"));
        }
        let name = package("name").and_then(Value::as_str).filter(|name| is_crate_name(name)).unwrap_or("submission");
        // As cargo does for who does not say it.
        let edition = package("edition").map_or(Some("2015"), Value::as_str).unwrap_or("2024");
        if !["2015", "2018", "2021", "2024"].contains(&edition) {
            return Err(format!("Cargo.toml: there is no edition {edition:?}"));
        }
        let has_build_script = package("build").is_some_and(|build| build.as_bool() != Some(false));
        Ok(Manifest { package: name.to_owned(), edition: edition.to_owned(), has_build_script })
    }
}

/// Nothing that a compiler could take for something else.
fn is_crate_name(name: &str) -> bool {
    let mut signs = name.chars();
    let begins_well = signs.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    begins_well && signs.all(|sign| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-')
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it is in one")).expect("folders can be made");
            fs::write(path, text).expect("files can be written");
        }
        folder
    }

    fn read(files: &[(&str, &str)]) -> Result<Submission, Refusal> {
        Submission::read(folder(files).path(), "x", &["rand".to_owned()])
    }

    fn paths(submission: &Submission) -> Vec<String> {
        submission.files.keys().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn sources_are_found_wherever_people_put_them() {
        let crate_like =
            [("Cargo.toml", "[package]\nname = \"my-raft\"\nedition = \"2021\""), ("src/main.rs", "fn main() {}")];
        let submission = read(&[&crate_like[..], &[("src/data.txt", ""), ("target/x.rs", "")]].concat());
        let submission = submission.expect("it is a crate");
        assert_eq!(paths(&submission), ["data.txt", "main.rs"]);
        assert_eq!((submission.crate_name().as_str(), submission.edition()), ("my_raft", "2021"));
        for files in [
            &[("main.rs", "fn main() {}"), ("raft/mod.rs", ""), ("target/y.rs", ""), ("notes.txt", "")][..],
            &[("src/raft/mod.rs", "")],
            &[("raft/mod.rs", "")],
            &[("mod.rs", "")],
            &[("only/src/raft/mod.rs", ""), ("__MACOSX/x", "")],
        ] {
            assert_eq!(paths(&read(files).expect("they are sources")), ["main.rs", "raft/mod.rs"], "{files:?}");
        }
        assert!(read(&[("notes.txt", "")]).is_err_and(|refusal| refusal.contains("src/main.rs")));
    }

    #[test]
    fn what_is_no_part_of_a_submission_is_told_or_refused() {
        let main = ("src/main.rs", "fn main() {}");
        let with = |manifest| read(&[main, ("Cargo.toml", manifest)]);
        let submission = read(&[main, ("build.rs", "")]).expect("it is built without");
        assert_eq!(submission.remarks(), ["has a build script, which was not run"]);
        assert!(with("[dependencies]\nrand = \"1\"\nserde = \"1\"").is_ok());
        let refusal = with("[dependencies]\nlibc = \"1\"").expect_err("it is not allowed");
        assert!(refusal.contains("`libc`") && refusal.contains("rand"), "{refusal}");
        assert!(with("[package").is_err_and(|refusal| refusal.contains("no TOML")));
        assert!(with("[package]\nedition = \"-Cx\"").is_err_and(|refusal| refusal.contains("-Cx")));
        assert_eq!(with("[package]\nname = \"--evil\"").expect("another name is taken").package(), "submission");
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed() {
        let folder = folder(&[("src/main.rs", "fn main() {}"), ("secret.rs", "")]);
        std::os::unix::fs::symlink(folder.path().join("secret.rs"), folder.path().join("src/raft.rs")).expect("a link");
        let submission = Submission::read(folder.path(), "x", &[]).expect("it is a submission");
        assert_eq!(paths(&submission), ["main.rs"]);
        assert!(submission.remarks()[0].contains("src/raft.rs"), "{:?}", submission.remarks());
    }

    #[test]
    fn what_is_compiled_is_written_and_nothing_of_before_stays() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        read(&[("src/main.rs", "fn main() {}"), ("src/old.rs", "")])
            .expect("a submission")
            .write(folder.path())
            .expect("ok");
        let submission = read(&[("src/main.rs", "fn main() {}")]).expect("a submission");
        submission.write(folder.path()).expect("it can be written");
        assert!(!folder.path().join("src/old.rs").exists());
        let main = fs::read_to_string(folder.path().join("src/main.rs")).expect("it is there");
        assert!(main.contains("fn raftlab_graded_main() {}"), "{main}");
        assert_eq!(submission.sources()[0].text, "fn main() {}");
    }
}
