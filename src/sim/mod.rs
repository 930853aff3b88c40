//! Floor 2: virtual time on one thread.
//!
//! A [`Simulation`] owns a clock, a set of tasks and a queue of future instants. It polls ready
//! tasks in a seeded random order; when none is ready it moves the clock to the next instant and
//! does everything that is due then, in the order in which it was asked for. Nothing waits for
//! the wall clock, and the order of everything follows from the seed.
//!
//! | file | what it is |
//! |---|---|
//! | `executor` | the loop: ready tasks, then the next instant |
//! | `task` | tasks, their wakers, groups of tasks that live and die together |
//! | `timer` | the queue of (instant, sequence) |
//! | `limits` | what a run may use up, and how it ends when it does |
//! | `drops` | dropping what may panic meanwhile |
//! | `place` | where tasks come from, and where they wait |
//! | `pulse` | what a simulation is at, for someone who watches from another thread |
//! | `sleep`, `join`, `notify`, `channel`, `handover` | what tasks wait for |
//!
//! It knows neither networks nor Raft.

mod channel;
mod drops;
mod executor;
mod handover;
mod join;
mod limits;
mod notify;
mod place;
mod pulse;
mod sleep;
mod task;
#[cfg(test)]
mod tests;
mod timer;

pub use channel::{Receiver, Sender, channel};
pub use drops::one_by_one;
pub use executor::{End, Sim, Simulation};
pub use handover::{HandOver, Taker, handover};
pub use join::JoinHandle;
pub use limits::{Limit, Limits};
pub use notify::Notify;
pub use place::{Place, Standing, Wait, waits};
pub use pulse::{Beat, Pulse};
pub use sleep::{Sleep, timeout};
pub use task::{GroupId, Observer};
