//! Floor 5: the rules that every run must keep, one property per file.
//!
//! An oracle is fed by events alone and knows nothing else; what it reports is a [`Violation`]
//! with its evidence. [`Watch`] owns them all and listens to a run's trace. Most are *black-box*:
//! they need nothing of a submission. The others see only requests and replies that describe
//! themselves (`Rpc::describe`, `Rpc::describe_reply`), as the skeleton's and the reference's do.
//!
//! | rule | file | source | needs |
//! |---|---|---|---|
//! | election safety | `election_safety` | Raft paper, Figure 3 | black-box |
//! | term monotonicity | `term_monotonic` | Raft paper, Figure 2, `currentTerm` | black-box |
//! | state machine safety | `state_machine_safety` | Raft paper, Figure 3 | black-box |
//! | apply order | `apply_order` | Raft paper, Figure 2, `lastApplied`; `lab-spec` §2.9 | black-box |
//! | snapshot | `snapshot_prefix` | Raft paper, Figure 13; lab 2D | black-box |
//! | vote uniqueness | `vote_uniqueness` | Raft paper, §5.2 | `Rpc::describe`, `describe_reply` |
//! | quorum certificate | `quorum` | Raft paper, §5.2 | `Rpc::describe`, `describe_reply` |
//! | message roles | `message_roles` | Raft paper, §5.1 | `Rpc::describe` |
//! | term rule | `term_rule` | Raft paper, Figure 2 | `Rpc::describe`, `describe_reply` |
//! | heartbeat rate | `heartbeats` | lab 2A; `lab-spec` §4.1, H1 | `Rpc::describe` |
//! | idle traffic | `idle_traffic` | lab 2A; `lab-spec` §4.1, H2 | black-box, sharper with `Rpc::describe` |
//! | snapshot traffic | `snapshot_traffic` | Raft paper, §7 | `Rpc::describe` |
//! | re-election | `reelection` | lab 2A; `lab-spec` §4.2, E | black-box |
//! | catch-up | `catch_up` | `lab-spec` §2.5; Raft paper, §5.3 | black-box |
//! | first heartbeat | `first_heartbeat` | Raft paper, Figure 2 | black-box |
//! | stable leader | `stable_leader` | `lab-spec` §4.3 | black-box |
//! | exactly once | `linearizable` | lab 3A; Raft paper, §8 | black-box |
//! | stale read | `linearizable` | lab 3A; Raft paper, §8 | black-box |
//! | linearizability | `linearizable` | lab 3A; Herlihy and Wing 1990 | black-box |
//! | size limit | `size_limit` | lab 3B; `lab-spec/kv.md` §1.6 | black-box |
//!
//! The rules that look inside a server (`Raft::inspect`) are in the folder `glass`, with a table of
//! their own.
//!
//! What clients see of a service is judged by [`linearizability`], which takes no events but a
//! history of calls; `linearizable` tells it of a run's.
//!
//! Shared by several: `members` (who is live, who leads), `idle` (whether there is anything to
//! do), `window` (ten in a second), `suspects` (what only the end of an instant decides),
//! `unanswered` (requests in hand). [`rules`] gives both tables for help texts.

mod apply_order;
mod catch_up;
mod election_safety;
mod first_heartbeat;
mod glass;
mod heartbeats;
#[cfg(test)]
mod history;
mod idle;
mod idle_traffic;
pub mod linearizability;
mod linearizable;
mod members;
mod message_roles;
mod quorum;
mod reelection;
mod shown;
mod size_limit;
mod snapshot_prefix;
mod snapshot_traffic;
mod stable_leader;
mod state_machine_safety;
mod suspects;
mod term_monotonic;
mod term_rule;
mod traffic;
mod unanswered;
mod violation;
mod vote_uniqueness;
mod watch;
mod window;

/// The rules that demand that something happens, rather than that something does not.
pub const LIVENESS: [&str; 2] = [reelection::RULE, catch_up::RULE];

pub use apply_order::ApplyOrder;
pub use catch_up::{CATCH_UP_BOUND, CatchUp};
pub use election_safety::ElectionSafety;
pub use first_heartbeat::FirstHeartbeat;
pub use linearizable::Linearizable;
pub use message_roles::MessageRoles;
pub use quorum::QuorumCertificate;
pub use reelection::{ELECTION_BOUND, Reelection};
pub use shown::Shown;
pub use size_limit::{LIMIT_FACTOR, SizeLimit};
pub use snapshot_prefix::SnapshotPrefix;
pub use snapshot_traffic::SnapshotTraffic;
pub use stable_leader::StableLeader;
pub use state_machine_safety::StateMachineSafety;
pub use term_monotonic::TermMonotonic;
pub use term_rule::TermRule;
pub use violation::{Oracle, Violation};
pub use vote_uniqueness::VoteUniqueness;
pub use watch::{Needs, Rule, Watch, rules};
