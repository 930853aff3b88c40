//! What one run may use up.

use std::fmt;
use std::time::Duration;

/// Upper bounds of one run. Each is far above what a sound run needs; reaching one ends the run
/// and says which it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Virtual time that a run may last.
    pub virtual_time: Duration,
    /// Polls without progress of virtual time: more means that something spins.
    pub polls_per_instant: u64,
    /// Polls and timer firings of the whole run.
    pub steps: u64,
    /// Tasks alive at one time.
    pub tasks: usize,
    /// RPCs in flight at one time.
    pub messages: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            virtual_time: Duration::from_secs(600),
            polls_per_instant: 100_000,
            steps: 50_000_000,
            tasks: 20_000,
            messages: 20_000,
        }
    }
}

/// Which of the [`Limits`] was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// [`Limits::virtual_time`].
    VirtualTime,
    /// [`Limits::polls_per_instant`].
    PollsPerInstant,
    /// [`Limits::steps`].
    Steps,
    /// [`Limits::tasks`].
    Tasks,
    /// [`Limits::messages`].
    Messages,
}

impl Limit {
    /// The limit's name, as its field is called.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::VirtualTime => "virtual_time",
            Limit::PollsPerInstant => "polls_per_instant",
            Limit::Steps => "steps",
            Limit::Tasks => "tasks",
            Limit::Messages => "messages",
        }
    }

    /// What reaching it usually means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Limit::VirtualTime => "the run did not end within its virtual time",
            Limit::PollsPerInstant => "something spins: it is polled again and again while virtual time stands still",
            Limit::Steps => "the run takes more steps than any sound run does",
            Limit::Tasks => "tasks pile up: they are spawned faster than they end",
            Limit::Messages => "RPCs pile up: they are sent faster than they are answered",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
