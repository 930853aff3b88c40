//! Floor 8: seeds to runs to outcomes.
//!
//! | file | what it is |
//! |---|---|
//! | `play` | one run, on one thread |
//! | `outcome` | how a run can end |
//! | `panics` | what a panic of an implementation says |
//! | `campaign` | many runs, over all cores; the only place where anything is parallel |
//! | `schedule` | which run comes next |
//! | `board` | what each worker is at, for whoever watches them |
//! | `traces` | where runs leave their traces |
//! | `determinism` | the same run played twice |
//! | `watched` | one run on this thread, watched from another |
//! | `summary` | what all runs of a campaign come to |
//!
//! It tells its listener what happens and prints nothing.

mod board;
mod campaign;
mod determinism;
mod outcome;
mod panics;
mod play;
mod schedule;
mod summary;
mod traces;
mod watched;

pub use campaign::{Campaign, Controls, Listener, Planned, RunResult, run};
pub use determinism::{Pulse, confirm};
pub use outcome::{Finding, Outcome};
pub use play::{Player, Rules, Run, play};
pub use summary::{Histogram, Summary, TestSummary};
pub use traces::{Keep, TraceFolder, TraceOptions, lines_of};
pub use watched::play_watched;
