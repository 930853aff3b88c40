//! Where tasks come from, and where they wait, in the source of whoever wrote them.
//!
//! A future that has to wait notes where it was made, and the executor keeps the note with the task that
//! it has just polled. That is a pointer and a name per wait, and nothing is formatted unless somebody
//! asks.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

/// A place in a source.
pub type Place = &'static Location<'static>;

/// What a task waits for, and where it said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// What it is, as in "waits for the …": the name of what was called, mostly.
    pub on: &'static str,
    /// Where it was called, or made.
    pub place: Place,
}

thread_local! {
    /// The latest note since the executor last began to poll.
    static NOTED: Cell<Option<Wait>> = const { Cell::new(None) };
}

/// Notes that the task at work waits for `on`, which was called at `place`. Of several notes of one poll
/// the last one counts.
pub fn waits(on: &'static str, place: Place) {
    NOTED.set(Some(Wait { on, place }));
}

/// Forgets what was noted.
pub(super) fn begin_poll() {
    NOTED.set(None);
}

/// What was noted since then.
pub(super) fn noted() -> Option<Wait> {
    NOTED.get()
}

/// A task, for messages about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The name of its group.
    pub group: Rc<str>,
    /// Where it was spawned; for a handler, where it was registered.
    pub spawned: Place,
    /// What it waits for; none for something that is not of this simulator.
    pub wait: Option<Wait>,
    /// It does not wait any more: it only has not had its turn.
    pub is_ready: bool,
}

impl Standing {
    /// Where it stands, as far as that is known.
    pub fn place(&self) -> Place {
        self.wait.map_or(self.spawned, |wait| wait.place)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task spawned at {}", self.spawned)?;
        match self.wait {
            _ if self.is_ready => f.write_str(" is ready to go on"),
            Some(Wait { on, place }) => write!(f, " waits for the {on} at {place}"),
            None => f.write_str(" waits for something that is not raftlab's"),
        }
    }
}
