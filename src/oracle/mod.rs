//! Floor 5: the rules that every run must keep, one property per file.
//!
//! An oracle is fed by events alone and knows nothing else; what it reports is a [`Violation`]
//! with its evidence.

mod violation;
mod watch;

pub use violation::{Oracle, Violation};
pub use watch::Watch;
