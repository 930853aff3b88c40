//! Floor 6: the course's tests, one async function each, in the course's order.
//!
//! Source: `lab-spec` section 3, parameters of the 2023 edition. What a number is that the course
//! might have chosen differently stands in `labs/*.toml` and comes in by its name; what makes a
//! scenario the one it is stands here.
//!
//! | file | part |
//! |---|---|
//! | `election` | 2A, leader election |
//! | `log` | 2B, the log |
//! | `persistence` | 2C, crashes and restarts |
//! | `hard_networks` | 2C, unreliable networks and churn |
//! | `snapshots` | 2D, log compaction |
//! | `figure8_steps` | 2X, the paper's Figure 8 as a script |
//! | `swarm` | 2X, faults that the course lacks, in a mix of each run's own |

mod election;
mod figure8_steps;
mod hard_networks;
mod log;
mod persistence;
mod snapshots;
mod swarm;
mod table;
mod tester;

pub use table::{SCENARIOS, Scenario, find};
pub use tester::{Parameters, Play, Tester};
