//! Floor 10: what users see of a campaign.
//!
//! People read stderr, programs stdout. Nothing below this floor prints.

mod comparison;
mod failure;
mod human;
mod json;
mod replay;
mod units;

pub use comparison::comparison_text;
pub use failure::failure_block;
pub use human::Human;
pub use json::Json;
pub use replay::ReplayCommand;
pub use units::count;
