//! The manifest of a new crate: its package, its dependencies, and settings that make its author's
//! life easier.

use crate::sources::{Raftlab, package_manifest};

const SETTINGS: &str = r#"
# The crate stands for itself, also in the folder of another one.
[workspace]

[lints.rust]
unsafe_code = "forbid"

# What else is not allowed, and why, stands in clippy.toml.
[lints.clippy]
await_holding_refcell_ref = "warn"

# Tests play minutes of virtual time.
[profile.dev]
opt-level = 1

[profile.release]
debug = "line-tables-only"
# An index that falls below 0 is a mistake, and is to be seen.
overflow-checks = true
"#;

pub(super) fn manifest(name: &str, raftlab: &Raftlab) -> String {
    package_manifest(name, raftlab) + SETTINGS
}
