//! The manifest of a crate that holds an implementation: a student's, the reference's, a bug's.
//!
//! It is generated, because a folder that holds a manifest is left out of a published package.

use std::fmt::Write as _;
use std::path::PathBuf;

use toml::{Table, Value};

/// raftlab's own manifest, which says of what versions everything is tried together.
const OWN: &str = include_str!("../../Cargo.toml");

/// What an implementation depends on beside raftlab, and with what options.
const DEPENDENCIES: [(&str, &str); 4] = [
    ("bytes", ""),
    ("log", ""),
    ("postcard", "default-features = false, features = [\"use-std\"]"),
    ("serde", "features = [\"derive\"]"),
];

/// How raftlab and its libraries are compiled for other programs than its own; the same for all of them, so
/// that it is done once. An index that falls below 0 is a mistake, and is to be seen.
pub const PROFILE: &str = "
[profile.release]
debug = false
overflow-checks = true
";

/// Where a crate gets raftlab from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Raftlab {
    /// From a registry, in the version of this program.
    Published,
    /// From a folder.
    Folder(PathBuf),
}

/// A package called `name` and what it depends on; a whole manifest already, but one that leaves
/// everything else to cargo.
pub fn package_manifest(name: &str, raftlab: &Raftlab) -> String {
    let rust = env!("CARGO_PKG_RUST_VERSION");
    let mut text = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let _ = write!(text, "rust-version = \"{rust}\"\npublish = false\n\n[dependencies]\n");
    let mut lines = DEPENDENCIES.map(|(name, options)| dependency(name, options)).to_vec();
    lines.push(raftlab.dependency());
    lines.sort_unstable();
    lines.iter().for_each(|line| text.push_str(line));
    text
}

/// Whether a package of this name would be mistaken for one that it depends on.
pub fn is_dependency(name: &str) -> bool {
    dependencies().any(|known| known == name)
}

fn dependency(name: &str, options: &str) -> String {
    let version = version(name);
    match options {
        "" => format!("{name} = \"{version}\"\n"),
        options => format!("{name} = {{ version = \"{version}\", {options} }}\n"),
    }
}

/// What every submission may use.
pub fn dependencies() -> impl Iterator<Item = &'static str> {
    DEPENDENCIES.iter().map(|(name, _)| *name).chain(["raftlab"])
}

/// The version of a dependency that raftlab itself uses.
fn version(name: &str) -> String {
    let own: Table = OWN.parse().expect("cargo has read it before");
    let version = match &own["dependencies"][name] {
        Value::Table(options) => &options["version"],
        plain => plain,
    };
    version.as_str().expect("a version is text").to_owned()
}

impl Raftlab {
    fn dependency(&self) -> String {
        match self {
            Raftlab::Published => format!("raftlab = \"{}\"\n", env!("CARGO_PKG_VERSION")),
            Raftlab::Folder(folder) => {
                format!("raftlab = {{ path = {} }}\n", Value::from(folder.display().to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_the_versions_that_raftlab_has() {
        let manifest: Table = package_manifest("my-raft", &Raftlab::Published).parse().expect("it is TOML");
        assert_eq!(manifest["package"]["name"].as_str(), Some("my-raft"));
        assert_eq!(manifest["dependencies"]["raftlab"].as_str(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(manifest["dependencies"]["log"].as_str(), Some(version("log").as_str()));
        assert_eq!(manifest["dependencies"]["serde"]["version"].as_str(), Some(version("serde").as_str()));
    }

    #[test]
    fn a_folder_is_quoted_whatever_it_is_called() {
        for path in ["/plain", "/with \"quotes\"", r"C:\back\slash", "/it's"] {
            let manifest: Table = package_manifest("x", &Raftlab::Folder(path.into())).parse().expect("it is TOML");
            assert_eq!(manifest["dependencies"]["raftlab"]["path"].as_str(), Some(path));
        }
    }
}
