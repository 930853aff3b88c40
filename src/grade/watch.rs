//! Whether a process that plays takes more for a run than any sound one does.
//!
//! The process looks after itself, and knows what it is at; this is for one that does not any more.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "a process is given up by real time; no run sees it")]

use std::process::Child;
use std::time::{Duration, Instant};

use super::death::Death;
use super::processor::time_used;

/// How many times as long as one step a whole run may take on a processor,
const RUN: u32 = 6;
/// how many times as long the process may use no processor at all,
const IDLE: u32 = 4;
/// and how many times as long it may take altogether.
const REAL: u32 = 60;

/// Less than this is nothing: on a machine that is busy with a hundred others, a process that wants to work gets
/// more in any time that counts.
const NOTHING: Duration = Duration::from_millis(20);

/// Looks after one run.
pub(super) struct Watch {
    step: Duration,
    began: Instant,
    /// What the process had used when it began.
    before: Duration,
    /// What it had used when it was last seen to use more, and when that was.
    used: Duration,
    since: Instant,
}

impl Watch {
    /// The run begins. One step of it may take so long.
    pub(super) fn new(child: &Child, step: Duration) -> Watch {
        let (now, used) = (Instant::now(), time_used(child.id()).unwrap_or_default());
        Watch { step, began: now, before: used, used, since: now }
    }

    /// Why it is to be ended, if it is.
    pub(super) fn look(&mut self, child: &Child) -> Option<Death> {
        let used = time_used(child.id());
        if used.is_none_or(|used| used > self.used + NOTHING) {
            (self.used, self.since) = (used.unwrap_or_default(), Instant::now());
        }
        let [run, idle, real] = [RUN, IDLE, REAL].map(|times| self.step * times);
        if used.is_some_and(|used| used.saturating_sub(self.before) > run) {
            let text = format!("the run was given up after {} s of processor time", run.as_secs());
            return Some(Death::over("limit processor_time", text));
        }
        if used.is_some() && self.since.elapsed() > idle {
            let text = format!(
                "the program has done nothing for {} s of real time: it waits for something that never comes; the run \
                 was given up",
                idle.as_secs()
            );
            return Some(Death::idle(text));
        }
        let text = || format!("the run was given up after {} s of real time", real.as_secs());
        (self.began.elapsed() > real).then(|| Death::over("limit real_time", text()))
    }
}
