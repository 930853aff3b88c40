//! The lab's faults, one rule per file.

mod cut;
mod latency;
mod long_reordering;
mod unreachable;
mod unreliable;

pub use cut::Cut;
pub use latency::Latency;
pub use long_reordering::LongReordering;
pub use unreachable::Unreachable;
pub use unreliable::Unreliable;
