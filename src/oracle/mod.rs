//! Floor 5: the rules that every run must keep, one property per file.
//!
//! An oracle is fed by events alone and knows nothing else; what it reports is a [`Violation`]
//! with its evidence.

mod election_safety;
#[cfg(test)]
mod history;
mod term_monotonic;
mod violation;

pub use election_safety::ElectionSafety;
pub use term_monotonic::TermMonotonic;
pub use violation::{Oracle, Violation};
