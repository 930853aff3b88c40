//! Floor 5: the lab's harness around a set of servers.
//!
//! Starts, crashes, connects and disconnects servers; plays the service above each Raft; and
//! offers the helpers that the course's scenarios are written in. Source: `lab-spec` section 2.
//!
//! | file | what it is |
//! |---|---|
//! | `cluster` | the cluster itself, and what is fixed when it is made |
//! | `lifecycle` | construct, start, crash, connect, disconnect; the network's kind |
//! | `faults` | what the course's tester lacks: crashes at certain steps, pauses, messages kept |
//! | `sampler` | looks at a server's state after each of its steps |
//! | `kv` | a key/value service of the implementation's own above each Raft |
//! | `below` | what the tester sees between that and its Raft |
//! | `client` | the service's clients, each with a clerk |
//! | `service` | takes what Raft applies, and checks it |
//! | `record` | who applied what |
//! | `leaders` | check_one_leader, check_terms, check_no_leader |
//! | `agreement` | submit, one, wait, n_committed |
//! | `failure` | a check that was not met |
//! | `circumstances` | what was going on when a run failed |
//! | `deadlock` | servers whose tasks wait for each other |
//!
//! It does not know the oracles: what it checks is what the course checks.

mod agreement;
mod below;
mod circumstances;
mod client;
#[expect(clippy::module_inception, reason = "the cluster is what this floor is about")]
mod cluster;
mod deadlock;
mod failure;
mod faults;
mod glass_box;
mod kv;
mod leaders;
mod lifecycle;
mod record;
mod sampler;
mod service;
#[cfg(test)]
mod tests;

pub use agreement::Retry;
pub use circumstances::{Circumstances, Phase};
pub use client::Client;
pub use cluster::{Cluster, Figures, Setup};
pub use failure::{Failure, Step};
pub use faults::{FaultGuard, Held, Paused, Tallied};
pub use kv::KvSetup;
