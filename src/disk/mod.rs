//! Floor 3: what survives a crash.
//!
//! Source: the course's persister, `lab-spec` §2.7. Two byte strings, state and snapshot, saved
//! together atomically. It knows nothing of what they mean.

mod parts;
mod persister;

pub use parts::Parts;
pub use persister::{Disk, Persister};
