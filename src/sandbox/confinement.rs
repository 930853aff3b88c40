//! What a process keeps, and how it lets go of the rest.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a process keeps.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Confinement {
    /// Files and folders that it may read, and execute what is in them if it may start programs. What is not
    /// there is passed over.
    pub reads: Vec<PathBuf>,
    /// Folders that it may write, too.
    pub writes: Vec<PathBuf>,
    /// Whether it may start programs.
    pub starts_programs: bool,
    /// Bytes of address space that it may have, if there is a limit.
    pub memory: Option<u64>,
    /// Bytes that a file may come to have that it writes.
    pub file_size: u64,
    /// Seconds that it may keep a processor busy, if there is a limit.
    pub processor_seconds: Option<u64>,
    /// Whether it becomes nobody, if it may be everybody.
    pub becomes_nobody: bool,
}

/// Something that a process is kept from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Using more memory, processor time or disk than it may.
    Limits,
    /// Reading and writing files that are none of its business.
    Files,
    /// Using the network, starting programs, sending signals to others.
    Calls,
    /// Being the superuser.
    User,
    /// Outliving its parent.
    Parent,
}

/// Something that could not be enforced, and why.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Gap {
    /// What.
    pub protection: Protection,
    /// Why.
    pub why: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.protection {
            Protection::Limits => "limits for memory, processor time and file sizes",
            Protection::Files => "that no other files are read or written",
            Protection::Calls => "that neither the network nor other programs are used",
            Protection::User => "that it is not the superuser",
            Protection::Parent => "that it ends with whoever started it",
        };
        write!(f, "{what} could not be enforced: {}", self.why)
    }
}

impl Confinement {
    /// Confines this process, for good. Says what could not be enforced.
    ///
    /// To be called while there is one thread: others would stay as they are.
    #[must_use]
    pub fn apply(&self) -> Vec<Gap> {
        let gap = |(protection, done): (Protection, Result<(), String>)| done.err().map(|why| Gap { protection, why });
        self.steps().into_iter().filter_map(gap).collect()
    }

    /// Files come first, as long as all of them can be opened; then who it is, which would undo what comes
    /// after it; calls last, for everything else is done by calls.
    #[cfg(target_os = "linux")]
    fn steps(&self) -> [(Protection, Result<(), String>); 5] {
        use super::{calls, files, limits, user};
        [
            (Protection::Limits, limits::set(self)),
            (Protection::Files, files::restrict(&self.reads, &self.writes, self.starts_programs)),
            (Protection::User, if self.becomes_nobody { user::become_nobody() } else { Ok(()) }),
            (Protection::Parent, user::end_with_parent()),
            (Protection::Calls, calls::restrict(self.starts_programs)),
        ]
    }

    #[cfg(all(unix, not(target_os = "linux")))]
    fn steps(&self) -> [(Protection, Result<(), String>); 5] {
        let unknown = || Err("raftlab knows how on Linux only".to_owned());
        [
            (Protection::Limits, super::limits::set(self)),
            (Protection::Files, unknown()),
            (Protection::User, unknown()),
            (Protection::Parent, unknown()),
            (Protection::Calls, unknown()),
        ]
    }

    #[cfg(not(unix))]
    fn steps(&self) -> [(Protection, Result<(), String>); 1] {
        [(Protection::Limits, Err("raftlab knows how on Unix only".to_owned()))]
    }
}
