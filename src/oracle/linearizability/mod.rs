//! Linearizability: every call takes effect at one instant between its call and its return.
//!
//! Source: Herlihy and Wing 1990; labs 3A and 3B, `lab-spec/kv.md` §3.10 and §8. Sees what clients
//! called and were told, and nothing of servers: a [`History`] of operations on a sequential
//! [`Model`]. [`search`] looks for an order, within a [`Budget`] that is never one of wall time;
//! [`check_kv`] does so for the key/value service, key by key, and tells in words what contradicts
//! what.
//!
//! | file | what it is |
//! |---|---|
//! | `history`, `model` | what happened, and what may happen |
//! | `search`, `entries`, `configurations`, `budget` | the search: its list, its memory, its bounds |
//! | `window` | the smallest part of a history that cannot be ordered |
//! | `verdict` | what a check comes to |
//! | `kv`, `register` | the models |

#[cfg(test)]
mod brute;
mod budget;
mod configurations;
mod entries;
mod history;
mod kv;
mod model;
mod register;
mod search;
#[cfg(test)]
mod tests;
mod verdict;
mod window;

pub use budget::{Budget, Limit};
pub use history::{History, Moment, Operation, OperationId, Returned};
pub use kv::{KvInput, check_kv};
pub use model::Model;
pub use register::{Register, RegisterInput, RegisterOutput};
pub use search::{Answer, search};
pub use verdict::{Contradiction, ContradictionKind, Order, Undecided, Verdict};
