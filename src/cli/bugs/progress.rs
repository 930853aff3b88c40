//! How far the gallery is; all of it on stderr.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::output;
use crate::report::count;

/// A bar that counts bugs; it clears itself when it is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    what: &'static str,
}

impl Progress {
    /// `bugs` are to be `what`: built, played.
    pub(super) fn new(bugs: usize, what: &'static str, wanted: bool) -> Progress {
        let shown = wanted && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bugs as u64), target);
        let template = "{elapsed_precise} {wide_bar} {human_pos}/{human_len} bugs {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Progress { bar, what }
    }

    /// One more is done.
    pub(super) fn done(&self) {
        self.bar.inc(1);
    }

    /// Leaves a line in place of the bar.
    pub(super) fn finish(self) {
        // Before it ends: an ended bar is full.
        let (bugs, seconds) = (self.bar.position(), self.bar.elapsed().as_secs_f64());
        self.bar.finish_and_clear();
        output::say(&format!("{} {} in {seconds:.0} s", count(bugs, "bug"), self.what));
    }
}
