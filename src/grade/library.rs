//! raftlab and the libraries that submissions may use, compiled once for all of them.
//!
//! Cargo does it, for a package that needs all of them and does nothing. What cargo made is then handed to
//! the compiler for each submission: that takes seconds, and runs no code of anybody.
#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use crate::sources::{PROFILE, Raftlab, package_manifest};

/// What the package is called.
const PACKAGE: &str = "raftlab-submission";

/// Libraries, ready to be linked with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Library {
    /// The compiler that they were compiled with.
    pub(super) compiler: PathBuf,
    /// Where the compiler's own files are.
    pub(super) sysroot: PathBuf,
    /// The compiled libraries, with those that they need themselves.
    pub(super) folder: PathBuf,
    /// How much they are optimised: submissions are likewise.
    pub(super) opt_level: String,
    /// What submissions may name, and the file that it is in.
    pub(super) names: Vec<(String, PathBuf)>,
}

/// Compiles them, if that is not done yet, below `cache`; `more` are libraries beside those of the skeleton,
/// as `name` or `name@version`. Where anything must be fetched, that is done now.
///
/// # Errors
/// If cargo is not there, or fails; what it says, it says to stderr.
pub fn library(raftlab: &Raftlab, more: &[String], cache: &Path) -> Result<Library, String> {
    let sysroot = PathBuf::from(ask("rustc", &["--print", "sysroot"])?);
    let (package, target) = (cache.join("package"), cache.join("target"));
    write(&package, raftlab, more).map_err(|error| format!("cannot write to {}: {error}", package.display()))?;
    // What is here is enough, mostly; and if not, a network is needed now, and never again.
    let built = build(&package, &target, true).or_else(|_| build(&package, &target, false))?;
    let (names, opt_level) = named(&package, &built)?;
    let suffix = std::env::consts::EXE_SUFFIX;
    let compiler = sysroot.join("bin").join(format!("rustc{suffix}"));
    Ok(Library { compiler, sysroot, folder: target.join("release").join("deps"), opt_level, names })
}

/// Libraries that may be used beside those of the skeleton, without their versions.
pub(super) fn names_of(more: &[String]) -> Vec<String> {
    more.iter().map(|library| split(library).0.to_owned()).collect()
}

fn split(library: &str) -> (&str, &str) {
    library.split_once('@').unwrap_or((library, "*"))
}

fn write(package: &Path, raftlab: &Raftlab, more: &[String]) -> io::Result<()> {
    let mut manifest = package_manifest(PACKAGE, raftlab);
    for library in more {
        let (name, version) = split(library);
        let _ = writeln!(manifest, "{name} = {}", toml::Value::from(version));
    }
    manifest.push_str("\n[workspace]\n");
    manifest.push_str(PROFILE);
    fs::create_dir_all(package.join("src"))?;
    // The libraries with which raftlab was tried, where they are known.
    if let Raftlab::Folder(folder) = raftlab
        && let Ok(lock) = fs::read(folder.join("Cargo.lock"))
        && more.is_empty()
    {
        fs::write(package.join("Cargo.lock"), lock)?;
    }
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::write(package.join("src/main.rs"), "fn main() {}\n")
}

/// What cargo compiled: a message per library. What goes wrong, it says itself; that it does not have
/// something here, it need not.
fn build(package: &Path, target: &Path, is_offline: bool) -> Result<Vec<Artifact>, String> {
    let mut cargo = cargo(package);
    cargo.args(["build", "--release", "--message-format", "json-render-diagnostics", "--target-dir"]).arg(target);
    if is_offline {
        cargo.arg("--offline").stderr(Stdio::piped());
    } else {
        cargo.stderr(Stdio::inherit());
    }
    let output = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).output();
    let output = output.map_err(|error| format!("cannot start cargo, which compiles submissions: {error}"))?;
    if !output.status.success() {
        return Err("the libraries that submissions need could not be compiled; see above".to_owned());
    }
    let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let artifacts = messages.flatten().filter(|message| message["reason"] == "compiler-artifact");
    Ok(artifacts.filter_map(|message| serde_json::from_value(message).ok()).collect())
}

#[derive(Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    /// With what options; those of what only helps cargo to build differ.
    profile: Value,
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Artifact {
    fn is_library(&self) -> bool {
        self.target.kind.iter().any(|kind| kind == "lib" || kind == "rlib")
    }

    fn is_macros(&self) -> bool {
        self.target.kind.iter().any(|kind| kind == "proc-macro")
    }
}

/// What the package may name, and the files; and how much they are optimised.
fn named(package: &Path, artifacts: &[Artifact]) -> Result<(Vec<(String, PathBuf)>, String), String> {
    let used = used(package)?;
    let (_, raftlab) = used.iter().find(|(name, _)| name == "raftlab").ok_or("cargo does not know raftlab")?;
    let own =
        compiled(artifacts, raftlab).find(|artifact| artifact.is_library()).ok_or("cargo did not compile raftlab")?;
    let file = |(name, id): &(String, String)| {
        let is_it =
            |artifact: &&Artifact| artifact.is_macros() || (artifact.is_library() && artifact.profile == own.profile);
        let path = compiled(artifacts, id).find(is_it).and_then(|artifact| artifact.filenames.first());
        path.map(|path| (name.clone(), path.clone())).ok_or_else(|| format!("cargo did not compile {name}"))
    };
    let opt_level = own.profile["opt_level"].as_str().unwrap_or("3").to_owned();
    Ok((used.iter().map(file).collect::<Result<_, _>>()?, opt_level))
}

/// What was compiled of a package.
fn compiled<'a>(artifacts: &'a [Artifact], id: &'a str) -> impl Iterator<Item = &'a Artifact> {
    artifacts.iter().filter(move |artifact| artifact.package_id == id)
}

/// The libraries that the package names, by the names in its code, with what cargo calls them.
fn used(package: &Path) -> Result<Vec<(String, String)>, String> {
    let mut cargo = cargo(package);
    cargo.args(["metadata", "--format-version", "1", "--offline"]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = cargo.output().map_err(|error| format!("cannot start cargo: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| "cargo does not tell what it built")?;
    let root = &metadata["resolve"]["root"];
    let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
    let own = nodes.filter(|node| node["id"] == *root).flat_map(|node| node["deps"].as_array()).flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(own.filter_map(|library| Some((text(&library["name"])?, text(&library["pkg"])?))).collect())
}

/// Cargo, as a user would start it there.
fn cargo(package: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(package);
    // What the cargo around this program says to it is not meant for the one in it.
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&variable);
        }
    }
    cargo
}

/// What a program answers, in one line.
fn ask(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot start {program}, which compiles submissions: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
