//! Floor 7: the submission's own sources, read as Rust.
//!
//! Some mistakes show in a run, but not where they come from: a run that differs from one time to the
//! next does not say which line decided it. Here that line is looked for. What is found is a suspicion
//! and no verdict: a run is judged by what it does.
//!
//! | file | what it is |
//! |---|---|
//! | `package` | which package the program was built from, and its files |
//! | `manifest` | the manifest of a crate that holds an implementation |
//! | `signs` | what is looked for: a table |
//! | `imports` | what names stand for in a file |
//! | `containers` | which names stand for a container of a certain kind |
//! | `tests_only` | what is only compiled for tests |
//! | `search` | the search itself |
//!
//! Sources are parsed, so comments and strings do not count, nor does what is only compiled for tests.
//! Types are not inferred: who hides a map behind a function's result hides it from here too.

mod containers;
mod imports;
mod manifest;
mod package;
mod search;
mod signs;
#[cfg(test)]
mod tests;
mod tests_only;

pub use manifest::{PROFILE, Raftlab, dependencies, is_dependency, package_manifest};
pub use package::{Package, Source};
pub use search::{Sighting, search};
pub use signs::{ACCESS, Form, NONDETERMINISM, Sign};
