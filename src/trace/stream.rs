//! The stream that events flow through.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{Digest, Event};
use crate::base::{Clock, Instant};

/// Someone who listens to a run's events.
pub trait Sink {
    /// Called once per event, in order. Must not emit events itself.
    fn event(&mut self, at: Instant, event: &Event<'_>);
}

/// One run's stream of events.
pub struct Trace {
    clock: Rc<Clock>,
    digest: Cell<Digest>,
    events: Cell<u64>,
    sinks: RefCell<Vec<Rc<RefCell<dyn Sink>>>>,
    wants: Wants,
}

/// What costs to make, and so is made only for somebody who reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// The implementation's own log lines.
    pub log_lines: bool,
    /// What servers show through their glass boxes.
    pub inspections: bool,
}

impl Trace {
    /// A stream that stamps events with `clock` and hands them to `sinks`, in their order.
    pub fn new(clock: Rc<Clock>, sinks: Vec<Rc<RefCell<dyn Sink>>>, wants: Wants) -> Rc<Trace> {
        let digest = Cell::new(Digest::EMPTY);
        Rc::new(Trace { clock, digest, events: Cell::new(0), sinks: RefCell::new(sinks), wants })
    }

    /// Records that `event` happens now.
    pub fn emit(&self, event: &Event<'_>) {
        let at = self.clock.now();
        let mut digest = self.digest.get();
        digest.word(at.as_micros());
        event.fold(&mut digest);
        self.digest.set(digest);
        self.events.set(self.events.get() + 1);
        self.tell(at, event);
    }

    /// Passes on what is no event of the run: a log line of the implementation, or what somebody saw
    /// who looked at it. Not counted, and not part of the digest.
    pub fn show(&self, event: &Event<'_>) {
        self.tell(self.clock.now(), event);
    }

    /// Whether anybody reads log lines.
    pub fn wants_log_lines(&self) -> bool {
        self.wants.log_lines
    }

    /// Whether anybody reads what servers show through their glass boxes.
    pub fn wants_inspections(&self) -> bool {
        self.wants.inspections
    }

    fn tell(&self, at: Instant, event: &Event<'_>) {
        for sink in self.sinks.borrow().iter() {
            // A payload's own Debug may write log lines while a sink is showing it; such a line
            // from within a line is left out.
            if let Ok(mut sink) = sink.try_borrow_mut() {
                sink.event(at, event);
            }
        }
    }

    /// The digest of everything so far.
    pub fn digest(&self) -> Digest {
        self.digest.get()
    }

    /// How many events there have been.
    pub fn events(&self) -> u64 {
        self.events.get()
    }
}
