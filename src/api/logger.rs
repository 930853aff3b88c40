//! Brings the implementation's own `log::debug!` lines into the run's trace.
//!
//! The `log` crate has one logger per process, so which run and which server a line belongs to
//! is kept per thread, while a server's code is running. Where nobody reads log lines, nothing is
//! formatted.

use std::cell::RefCell;
use std::rc::Rc;

use log::{LevelFilter, Log, Metadata, Record};

use crate::base::Incarnation;
use crate::trace::{Event, Trace};

thread_local! {
    static SCOPES: RefCell<Vec<(Rc<Trace>, Incarnation)>> = const { RefCell::new(Vec::new()) };
}

struct TraceLogger;

static LOGGER: TraceLogger = TraceLogger;

impl Log for TraceLogger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        current().is_some()
    }

    fn log(&self, record: &Record<'_>) {
        if let Some((trace, server)) = current() {
            let (target, level, text) = (record.target(), record.level(), *record.args());
            trace.show(&Event::Log { server: Some(server), target, level, text });
        }
    }

    fn flush(&self) {}
}

/// Whose code is running in this thread; nobody's also while the thread ends.
fn current() -> Option<(Rc<Trace>, Incarnation)> {
    SCOPES.try_with(|scopes| scopes.borrow().last().cloned()).ok().flatten()
}

/// Makes `log::debug!` and its like write into traces, from now on and in all threads. Does
/// nothing if the process has a logger already.
pub fn install_logger() {
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
}

/// While this lives, log lines of this thread belong to one server of one run.
pub struct LogScope {
    entered: bool,
}

impl LogScope {
    /// Enters the scope, if `trace` wants log lines at all.
    pub fn enter(trace: &Rc<Trace>, server: Incarnation) -> LogScope {
        let entered = trace.wants_log_lines();
        if entered {
            SCOPES.with_borrow_mut(|scopes| scopes.push((trace.clone(), server)));
        }
        LogScope { entered }
    }
}

impl Drop for LogScope {
    fn drop(&mut self) {
        if self.entered {
            SCOPES.with_borrow_mut(Vec::pop);
        }
    }
}
