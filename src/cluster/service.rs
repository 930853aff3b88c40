//! The service above each Raft: takes what is applied, checks it, and takes snapshots.

use std::rc::{Rc, Weak};
use std::time::Duration;

use super::cluster::Cluster;
use super::record::ApplyError;
use super::sampler::Sampler;
use crate::api::ApplyMsg;
use crate::base::{Command, Incarnation, Index};
use crate::sim::Taker;
use crate::trace::Event;

/// A snapshot is taken after every tenth command (`SnapShotInterval`, `lab-spec` §2.9).
const SNAPSHOT_INTERVAL: Index = 10;

/// The service of one incarnation.
pub(super) struct Service {
    /// Weak: the cluster owns the simulation's tasks, and this is part of one.
    pub(super) cluster: Weak<Cluster>,
    pub(super) incarnation: Incarnation,
    pub(super) raft: Rc<Sampler>,
}

/// Takes messages as they come, for as long as the incarnation lives.
pub(super) async fn take_all(service: Service, mut channel: Taker<ApplyMsg>) {
    loop {
        let message = channel.take().await;
        let Some(cluster) = service.cluster.upgrade() else { return };
        if let Err((text, servers)) = service.take(&cluster, message) {
            cluster.abort_apply(text, servers);
        }
        if let Some(time) = cluster.service_time() {
            let pause = cluster.sim.sleep(time);
            drop(cluster);
            pause.await;
        }
    }
}

impl Cluster {
    /// Lets every service take up to `most` for each message from now on, so that Raft has to wait for
    /// it. At first they take no time.
    pub fn slow_services(&self, most: Duration) {
        self.service_time.borrow_mut().0 = most;
    }

    /// How long a service takes for the message that it has just got; none if no time at all.
    fn service_time(&self) -> Option<Duration> {
        let (most, random) = &mut *self.service_time.borrow_mut();
        let micros = most.as_micros() as u64;
        (micros > 0).then(|| Duration::from_micros(random.between(0..=micros)))
    }
}

impl Service {
    fn take(&self, cluster: &Cluster, message: ApplyMsg) -> Result<(), ApplyError> {
        match message {
            ApplyMsg::Command { index, command } => self.apply(cluster, index, &command),
            // As the course's plain applier does: without snapshots, such messages mean nothing.
            ApplyMsg::Snapshot { .. } if !cluster.setup.snapshots => Ok(()),
            ApplyMsg::Snapshot { index, term, snapshot } => {
                let server = self.incarnation;
                cluster.trace.emit(&Event::SnapshotApplied { server, index, term, snapshot: &snapshot });
                cluster.record.borrow_mut().ingest(server.server, &snapshot, Some(index)).map(|_| ())
            }
        }
    }

    fn apply(&self, cluster: &Cluster, index: Index, command: &Command) -> Result<(), ApplyError> {
        let server = self.incarnation;
        cluster.trace.emit(&Event::Applied { server, index, command });
        let mut record = cluster.record.borrow_mut();
        if index == 0 || index > MAX_INDEX {
            return Err((format!("{} applied index {index}, which no log has", server.server), vec![server.server]));
        }
        if !cluster.setup.snapshots {
            return record.apply(server.server, index, command);
        }
        record.apply_in_order(server.server, index, command)?;
        if (index + 1).is_multiple_of(SNAPSHOT_INTERVAL) {
            let snapshot = record.snapshot(server.server, index);
            drop(record);
            cluster.trace.emit(&Event::SnapshotTaken { server, index, snapshot: &snapshot });
            self.raft.call(|raft| raft.snapshot(index, snapshot));
        }
        Ok(())
    }
}

/// No test comes near it; a wild index must not make the record fill the memory.
const MAX_INDEX: Index = 1 << 24;
