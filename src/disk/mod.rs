//! Floor 3: what survives a crash.
//!
//! Source: the course's persister, `lab-spec` §2.7. Two byte strings, state and snapshot, saved
//! together atomically; and a life may be made to end at any of its saves. It knows nothing of what
//! they mean.

mod fuse;
mod parts;
mod persister;

pub use fuse::{Fuse, Moment};
pub use parts::Parts;
pub use persister::{Disk, Persister};
