//! Floor 0: the words that everything else is said in.
//!
//! Virtual time, servers and their incarnations, terms, indices, commands, seeds and the random
//! streams forked from them. Knows nothing of what they are used for.

mod alive;
mod command;
mod instant;
mod random;
mod seed;
mod server;

pub use alive::Alive;
pub use command::Command;
pub use instant::{Clock, Instant, ParseInstantError};
pub use random::Random;
pub use seed::{ParseSeedError, Seed};
pub use server::{Incarnation, Index, ParseServerError, ServerId, Term};
