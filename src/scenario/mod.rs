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
//! | `kv_checks` | 3A and 3B, what is checked of values |
//! | `kv_generic` | 3A and 3B, many clients, and all faults (GenericTest) |
//! | `kv_simple` | 3A and 3B, speed; many clients of one key |
//! | `kv_partition` | 3A, one partition, looked at closely |
//! | `kv_snapshots` | 3B, what snapshots are worth, and how large they are |
//! | `figure8_steps` | 2X, the paper's Figure 8 as a script |
//! | `restarts` | 2X, crashes right after an answer, within one term |
//! | `crash_points` | 2X, crashes between two saves, or between a save and a message |
//! | `deposed` | 2X, leaders that do not know yet that they lead no more |
//! | `divergent_tails` | 2X, long tails that were never committed |
//! | `late_messages` | 2X, requests and replies of earlier times |
//! | `late_snapshots` | 2X, snapshots that are many, slow or late |
//! | `timers` | 2X, ties, quiet times, unequal logs |
//! | `steering` | what these have in common |
//! | `swarm` | 2X, faults that the course lacks, in a mix of each run's own |
//! | `kv_late_copies` | 3X, clients' requests that arrive again |
//! | `kv_deposed` | 3X, leaders that lead no more, or do not know yet what is committed |
//! | `kv_calls` | 3X, how often clerks ask |
//! | `kv_swarm` | 3X, clients in a swarm of faults |
//! | `kv_owner` | what the clients of 3X do |

mod crash_points;
mod deposed;
mod divergent_tails;
mod election;
mod figure8_steps;
mod hard_networks;
mod kv_calls;
mod kv_checks;
mod kv_deposed;
mod kv_generic;
mod kv_late_copies;
mod kv_owner;
mod kv_partition;
mod kv_simple;
mod kv_snapshots;
mod kv_swarm;
mod late_messages;
mod late_snapshots;
mod log;
mod persistence;
mod restarts;
mod snapshots;
mod steering;
mod swarm;
mod table;
mod tester;
mod timers;

pub use table::{SCENARIOS, Scenario, find};
pub use tester::{Parameters, Play, Tester};
