//! Floor 3: the lab's RPC network.
//!
//! A call is a request and its reply, both as bytes. What becomes of them is decided by a list of
//! rules: each fault is a small value with its documented numbers ([`rules`]), and the fabric
//! knows none of them. Source: the course's `labrpc` package, `lab-spec` section 1.
//!
//! | file | what it is |
//! |---|---|
//! | `fabric` | the life of one call |
//! | `service` | what answers for one incarnation of a server |
//! | `caller` | who sends requests: a server, or a client of the service above Raft |
//! | `wire` | one call, and what is told of it |
//! | `answer` | what a caller waits for |
//! | `rule`, `rules/` | what may happen to messages |
//! | `message` | one message, and which messages a rule is about |
//! | `shelf` | messages that somebody lets go later |
//!
//! It knows nothing of Raft.

mod answer;
mod caller;
mod fabric;
mod message;
mod rule;
pub mod rules;
mod service;
mod shelf;
#[cfg(test)]
mod tests;
mod wire;

pub use answer::Answer;
pub use caller::Caller;
pub use fabric::{Network, Outgoing, RuleGuard};
pub use message::{Message, Messages};
pub use rule::{Course, Dice, Fate, Link, Rule};
pub use service::{Handler, OutgoingReply, Request, Responder, Service};
pub use shelf::Shelf;
