//! The published package: it holds everything that raftlab is built from.
//!
//! Cargo leaves a folder with a manifest of its own out of a package, although the compiler takes sources
//! from there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn a_package_holds_all_sources_and_everything_that_they_include() {
    let listed = listed();
    let mut needed = BTreeSet::from(["Cargo.toml".to_owned(), "README.md".to_owned()]);
    for folder in ["src", "labs/reference", "labs/skeleton"] {
        collect(folder, &mut needed);
    }
    needed.extend(["2A", "2B", "2C", "2D", "2X", "3A", "3B", "3X"].map(|part| format!("labs/{part}.toml")));
    let missing: Vec<&String> = needed.difference(&listed).collect();
    assert!(missing.is_empty(), "not in the package: {missing:?}");
    assert!(needed.len() > 200, "only {} files are needed", needed.len());
}

/// What cargo would pack.
fn listed() -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline"]).current_dir(ROOT);
    let output = cargo.output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names are text").lines().map(|line| line.replace('\\', "/")).collect()
}

/// All files below a folder.
fn collect(folder: &str, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&path, files);
        } else {
            files.insert(path);
        }
    }
}
