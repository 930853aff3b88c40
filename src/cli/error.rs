//! Exit codes, and what goes with one that is not 0.

use std::process::ExitCode;

/// What the process says when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// All runs passed.
    Passed = 0,
    /// A run did not pass.
    Failed = 1,
    /// Wrong usage, or input that cannot be read.
    Usage = 2,
    /// raftlab itself or its surroundings failed; never the submission's fault.
    Trouble = 3,
    /// Nothing was selected.
    Nothing = 4,
    /// All runs passed, but the campaign is worse than its baseline.
    Worse = 5,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// A command that cannot go on: what to tell the user, and how to exit.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) exit: Exit,
    pub(super) message: String,
}

impl Failed {
    pub(super) fn usage(message: impl ToString) -> Failed {
        Failed { exit: Exit::Usage, message: message.to_string() }
    }

    pub(super) fn trouble(message: impl ToString) -> Failed {
        Failed { exit: Exit::Trouble, message: message.to_string() }
    }

    pub(super) fn nothing(message: impl ToString) -> Failed {
        Failed { exit: Exit::Nothing, message: message.to_string() }
    }
}
