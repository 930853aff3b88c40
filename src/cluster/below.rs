//! What stands between a server of a key/value service and its Raft: the tester, who sees what passes.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::{Rc, Weak};

use bytes::Bytes;

use super::cluster::Cluster;
use super::sampler::Sampler;
use crate::api::{ApplyMsg, ApplyReceiver, Inspect, Raft, ServerState, Started};
use crate::base::{Command, Incarnation, Index};
use crate::sim::Taker;
use crate::trace::{Event, Trace};

/// The snapshot with which a server came up.
pub(super) struct Restored {
    pub(super) snapshot: Bytes,
    /// Through which of these it goes is not known before its Raft applies something.
    pub(super) indices: BTreeSet<Index>,
    /// What was told.
    pub(super) index: Index,
}

/// The Raft that `sampler` watches, and what it gives through `channel`, as the service sees them.
pub(super) fn place(
    cluster: &Rc<Cluster>,
    server: Incarnation,
    sampler: Rc<Sampler>,
    channel: Taker<ApplyMsg>,
    restored: Option<Restored>,
) -> (Rc<dyn Raft>, ApplyReceiver) {
    let trace = cluster.trace.clone();
    let above = Above { server, trace: trace.clone(), restored: RefCell::new(restored) };
    let below = Below { server, cluster: Rc::downgrade(cluster), trace, sampler };
    (Rc::new(below), ApplyReceiver::new(channel, move |message| above.applied(message)))
}

impl Restored {
    /// Through which index it goes after all, now that this is the first message; none if what was told
    /// is right, or nothing fits.
    fn correction(&self, first: &ApplyMsg) -> Option<Index> {
        let index = match first {
            ApplyMsg::Command { index, .. } => index.checked_sub(1)?,
            ApplyMsg::Snapshot { index, .. } => *index,
        };
        (index != self.index && self.indices.contains(&index)).then_some(index)
    }
}

/// Hears of everything that the service takes.
struct Above {
    server: Incarnation,
    trace: Rc<Trace>,
    /// The snapshot with which it came up, until something is applied.
    restored: RefCell<Option<Restored>>,
}

impl Above {
    fn applied(&self, message: &ApplyMsg) {
        let server = self.server;
        if let Some(restored) = self.restored.take()
            && let Some(index) = restored.correction(message)
        {
            self.trace.emit(&Event::SnapshotRestored { server, index, snapshot: &restored.snapshot });
        }
        match message {
            ApplyMsg::Command { index, command } => {
                self.trace.emit(&Event::Applied { server, index: *index, command });
            }
            ApplyMsg::Snapshot { index, term, snapshot } => {
                self.trace.emit(&Event::SnapshotApplied { server, index: *index, term: *term, snapshot });
            }
        }
    }
}

/// A Raft as the service sees it. As wherever a call comes from outside, what it did is seen before
/// anything is told of it.
struct Below {
    server: Incarnation,
    /// Weak: the cluster owns the servers, which own this.
    cluster: Weak<Cluster>,
    trace: Rc<Trace>,
    sampler: Rc<Sampler>,
}

impl Raft for Below {
    fn start(&self, command: Command) -> Option<Started> {
        let started = self.sampler.raft().start(command.clone());
        self.sampler.sample();
        if let Some(Started { index, term }) = started {
            self.trace.emit(&Event::CommandAccepted { server: self.server, index, term, command: &command });
        }
        started
    }

    fn state(&self) -> ServerState {
        self.sampler.raft().state()
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.trace.emit(&Event::SnapshotTaken { server: self.server, index, snapshot: &snapshot });
        if let Some(cluster) = self.cluster.upgrade() {
            cluster.kv().took(&snapshot, index);
        }
        self.sampler.raft().snapshot(index, snapshot);
        self.sampler.sample();
    }

    fn kill(&self) {
        self.sampler.raft().kill();
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        self.sampler.raft().inspect()
    }
}
