//! What the tester calls on an implementation.

use std::rc::Rc;

use super::{Boot, Inspect};
use crate::base::{Command, Index, Term};
use bytes::Bytes;

/// Makes one incarnation of a server: restores what was saved, registers handlers, spawns tasks.
/// Called at the start and after every restart.
pub type MakeRaft = fn(Boot) -> Rc<dyn Raft>;

/// One Raft server, as its service and the tester see it. Every method returns at once.
pub trait Raft {
    /// Asks for agreement on `command`: the lab's `Start`.
    ///
    /// Returns where the command will stand if it is ever committed, or none if this server does
    /// not lead. There is no promise that it will be committed. The first index ever is 1.
    fn start(&self, command: Command) -> Option<Started>;

    /// The current term, and whether this server believes that it leads: the lab's `GetState`.
    ///
    /// Looked at after every step of the server, so keep it cheap.
    fn state(&self) -> ServerState;

    /// The service has a snapshot of everything through `index`: the log up to there may go.
    ///
    /// Called while the service takes messages from the apply channel; what needs to wait for
    /// that belongs into a task.
    fn snapshot(&self, index: Index, snapshot: Bytes);

    /// The server is about to be crashed. Nothing needs to be done: its tasks are dropped
    /// wherever they wait, and nothing that it sends, saves or applies from now on has an effect.
    fn kill(&self) {}

    /// The server's state, for the rules that watch what cannot be seen from outside. Optional: what
    /// is not shown is not checked.
    fn inspect(&self) -> Option<&dyn Inspect> {
        None
    }
}

/// What a leader says to a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Started {
    /// Where the command will stand.
    pub index: Index,
    /// The leader's term.
    pub term: Term,
}

/// What a server believes of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServerState {
    /// Its current term.
    pub term: Term,
    /// Whether it believes that it leads.
    pub is_leader: bool,
}
