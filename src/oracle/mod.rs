//! Floor 5: the rules that every run must keep, one property per file.
//!
//! An oracle is fed by events alone and knows nothing else; what it reports is a [`Violation`]
//! with its evidence.

mod apply_order;
mod election_safety;
#[cfg(test)]
mod history;
mod snapshot_prefix;
mod state_machine_safety;
mod term_monotonic;
mod violation;

pub use apply_order::ApplyOrder;
pub use election_safety::ElectionSafety;
pub use snapshot_prefix::SnapshotPrefix;
pub use state_machine_safety::StateMachineSafety;
pub use term_monotonic::TermMonotonic;
pub use violation::{Oracle, Violation};
