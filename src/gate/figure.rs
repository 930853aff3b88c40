//! What is compared of runs.

use super::baseline::Played;

/// One thing that may get better or worse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Figure {
    /// The share of runs that pass.
    Passed,
    /// How long a run lasts in its own time, in microseconds.
    VirtualTime,
    /// RPCs for each op. Where a faster implementation gets more done in the same time it also sends
    /// more, which is no fault.
    Rpcs,
    /// Bytes for each op.
    Bytes,
    /// Commands that were agreed on.
    Ops,
    /// How long it takes until a leader serves again, in microseconds: the median of a run.
    Reelection,
    /// The longest one of a run.
    LongestReelection,
    /// How long a run keeps a processor busy, in microseconds.
    Cpu,
}

impl Figure {
    /// Those that every run has a value of.
    pub(super) const MEASURED: [Figure; 6] =
        [Figure::VirtualTime, Figure::Rpcs, Figure::Bytes, Figure::Ops, Figure::Reelection, Figure::LongestReelection];

    /// Its name in files.
    pub const fn key(self) -> &'static str {
        match self {
            Figure::Passed => "passed",
            Figure::VirtualTime => "virtual_time",
            Figure::Rpcs => "rpcs_per_op",
            Figure::Bytes => "bytes_per_op",
            Figure::Ops => "ops",
            Figure::Reelection => "reelection",
            Figure::LongestReelection => "longest_reelection",
            Figure::Cpu => "cpu",
        }
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Figure::Passed => "runs that pass",
            Figure::VirtualTime => "virtual time",
            Figure::Rpcs => "RPCs per op",
            Figure::Bytes => "bytes per op",
            Figure::Ops => "ops",
            Figure::Reelection => "re-election",
            Figure::LongestReelection => "longest re-election",
            Figure::Cpu => "computing time",
        }
    }

    pub(super) const fn more_is_better(self) -> bool {
        matches!(self, Figure::Passed | Figure::Ops)
    }

    /// The value of one run, if it has one of its own.
    pub(super) fn of(self, run: &Played) -> Option<f64> {
        let per_op = |value: u64| value as f64 / run.ops.max(1) as f64;
        match self {
            Figure::VirtualTime => Some(run.virtual_time_us as f64),
            Figure::Rpcs => Some(per_op(run.rpcs)),
            Figure::Bytes => Some(per_op(run.bytes)),
            Figure::Ops => Some(run.ops as f64),
            Figure::Reelection => run.reelection_us.map(|value| value as f64),
            Figure::LongestReelection => run.longest_reelection_us.map(|value| value as f64),
            Figure::Passed | Figure::Cpu => None,
        }
    }
}
