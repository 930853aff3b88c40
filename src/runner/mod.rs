//! Floor 8: seeds to runs to outcomes.
//!
//! | file | what it is |
//! |---|---|
//! | `play` | one run, on one thread |
//! | `outcome` | how a run can end |
//! | `panics` | what a panic of an implementation says |
//! | `standing` | what tasks are at when a run cannot go on |
//! | `attempt` | one run as it is played for a verdict |
//! | `campaign` | many runs, over all cores; the only place where anything is parallel |
//! | `schedule` | which run comes next |
//! | `board` | what each worker is at, for whoever watches them |
//! | `traces` | where runs leave their traces |
//! | `slice` | a part of a campaign, for one machine of several |
//! | `record` | one run as it is written down |
//! | `files` | files that are there whole, or not at all |
//! | `manifest` | what a campaign is, beside its results |
//! | `store` | a campaign's folder, with its results as they come |
//! | `merge` | campaigns that were played in slices, put together |
//! | `ending` | why a campaign ended |
//! | `rate` | what may still fail of a test that was played so often |
//! | `spread` | how numbers are spread |
//! | `progress` | how far a campaign has come, and what comes next |
//! | `determinism` | the same run played twice |
//! | `suspects` | what in the sources may be why runs differ |
//! | `watched` | one run on this thread, watched from another |
//! | `summary` | what all runs of a campaign come to |
//! | `cause` | failures of a campaign that have the same cause |
//! | `explanation` | what surrounds a failure, found by playing the run again |
//!
//! It tells its listener what happens and prints nothing.

mod attempt;
mod board;
mod campaign;
mod cause;
mod determinism;
mod ending;
mod explanation;
mod files;
mod manifest;
mod merge;
mod outcome;
mod panics;
mod play;
mod progress;
mod rate;
mod record;
mod schedule;
mod slice;
mod spread;
mod standing;
mod store;
mod summary;
mod suspects;
mod traces;
mod watched;

pub use attempt::{Attempt, Played, Recording};
pub use campaign::{Campaign, Controls, Listener, Planned, RunResult, run};
pub use cause::{Cause, Group};
pub use determinism::{Pulse, confirm};
pub use ending::Ending;
pub use explanation::{Explanation, LastLines, explain};
pub use files::write_whole;
pub use manifest::{Manifest, TestPlan};
pub use merge::{Contradiction, Merged};
pub use outcome::{Finding, NOT_WRITTEN, Outcome};
pub use play::{Patience, Player, Rules, Run, play};
pub use progress::Progress;
pub use rate::failure_rate_upper_95;
pub use record::{Failure, Record};
pub use slice::Slice;
pub use spread::Spread;
pub use store::{Store, StoreError, StoredCampaign};
pub use summary::{Histogram, Summary, TestSummary};
pub use suspects::Suspects;
pub use traces::{Keep, Recorded, TraceFolder, TraceOptions, lines_of};
pub use watched::play_watched;
