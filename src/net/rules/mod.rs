//! The lab's faults, one rule per file, and some that the lab lacks: [`Duplicate`], [`OneWay`],
//! [`SlowRequests`], [`Hold`] and [`Copies`]; a [`Tripwire`] for faults at a certain message; and a
//! [`Tally`], which is no fault at all.

mod client_ends;
mod cut;
mod duplicate;
mod hold;
mod latency;
mod long_reordering;
mod one_way;
mod partition;
mod slow_requests;
mod tally;
mod tripwire;
mod unreachable;
mod unreliable;

pub use client_ends::ClientEnds;
pub use cut::Cut;
pub use duplicate::Duplicate;
pub use hold::{Copies, Hold};
pub use latency::Latency;
pub use long_reordering::LongReordering;
pub use one_way::OneWay;
pub use partition::Partition;
pub use slow_requests::SlowRequests;
pub use tally::Tally;
pub use tripwire::Tripwire;
pub use unreachable::Unreachable;
pub use unreliable::Unreliable;
