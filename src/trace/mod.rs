//! Floor 1: what a run did, as a stream of typed events.
//!
//! Whoever does something emits an [`Event`]; the [`Trace`] stamps it with virtual time, folds it
//! into the run's [`Digest`] and hands it to every [`Sink`]. Nothing here knows who emits and who
//! listens, and nothing is formatted unless a sink does it.

mod description;
mod digest;
mod event;
mod inspection;
mod scene;
mod stream;
mod text;
mod topic;

pub use description::{Description, ReplyDescription, RpcKind};
pub use digest::Digest;
pub use event::{Call, Event, Loss};
pub use inspection::{Inspection, LogChange, Progress, Role, SavedState};
pub use scene::{Condition, Scene, ShownState, Standing};
pub use stream::{Sink, Trace, Wants};
pub use text::{Destination, TextSink};
pub use topic::Topic;
