//! The files of `labs/skeleton` and `labs/reference`, as they were when raftlab was built.

/// Paths in the crate, and texts. `Cargo.toml` is not among them: it is generated.
pub(super) type Files = Vec<(&'static str, &'static str)>;

macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        [$(($path, include_str!(concat!("../../../labs/", $folder, "/", $path)))),+]
    };
}

/// What every crate has around its sources.
const SETTINGS: [(&str, &str); 3] = files!("skeleton": ".gitignore", "clippy.toml", "rustfmt.toml");

const SKELETON: [(&str, &str); 20] = files!("skeleton":
    "README.md",
    "src/kv/clerk.rs",
    "src/kv/messages.rs",
    "src/kv/mod.rs",
    "src/kv/server.rs",
    "src/kv/snapshot.rs",
    "src/kv/state.rs",
    "src/kv/waiting.rs",
    "src/main.rs",
    "src/raft/apply.rs",
    "src/raft/election.rs",
    "src/raft/inspect.rs",
    "src/raft/log.rs",
    "src/raft/messages.rs",
    "src/raft/mod.rs",
    "src/raft/persistence.rs",
    "src/raft/replication.rs",
    "src/raft/snapshot.rs",
    "src/raft/state.rs",
    "tests/parts.rs",
);

const REFERENCE: [(&str, &str); 21] = files!("reference":
    "README.md",
    "src/kv/clerk.rs",
    "src/kv/messages.rs",
    "src/kv/mod.rs",
    "src/kv/server.rs",
    "src/kv/snapshot.rs",
    "src/kv/state.rs",
    "src/kv/waiting.rs",
    "src/main.rs",
    "src/raft/apply.rs",
    "src/raft/byte_log.rs",
    "src/raft/election.rs",
    "src/raft/inspect.rs",
    "src/raft/log.rs",
    "src/raft/messages.rs",
    "src/raft/mod.rs",
    "src/raft/persistence.rs",
    "src/raft/replication.rs",
    "src/raft/snapshot.rs",
    "src/raft/state.rs",
    "tests/parts.rs",
);

/// The crate that a student starts from.
pub(super) fn skeleton() -> Files {
    [&SETTINGS[..], &SKELETON].concat()
}

/// The reference as a crate of the same kind.
pub(super) fn solution() -> Files {
    [&SETTINGS[..], &REFERENCE].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All files below a folder, by their paths from there.
    fn below(root: &Path, folder: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(root.join(folder)).expect("the folder can be read") {
            let entry = entry.expect("the folder can be read");
            let path = Path::new(folder).join(entry.file_name()).display().to_string();
            if entry.path().is_dir() {
                below(root, &path, found);
            } else {
                found.insert(path);
            }
        }
    }

    fn expect_all_of(folder: &str, listed: &[(&str, &str)]) {
        let mut found = BTreeSet::new();
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("labs").join(folder), "", &mut found);
        assert_eq!(listed.iter().map(|(path, _)| (*path).to_owned()).collect::<BTreeSet<_>>(), found, "labs/{folder}");
    }

    #[test]
    fn every_file_is_listed() {
        expect_all_of("skeleton", &skeleton());
        expect_all_of("reference", &REFERENCE);
    }
}
