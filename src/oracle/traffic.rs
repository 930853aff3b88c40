//! The two rules that count messages, and what both have to know: when a cluster is idle.
//!
//! No rule lives here.

use super::Violation;
use super::heartbeats::HeartbeatRate;
use super::idle::Idle;
use super::idle_traffic::IdleTraffic;
use crate::base::Instant;
use crate::trace::Event;

/// Watches the traffic.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    idle: Idle,
    heartbeats: HeartbeatRate,
    idle_traffic: IdleTraffic,
}

impl Traffic {
    pub(super) fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.idle_traffic.judge_suspect(&self.idle, at)?;
        self.idle.observe(at, event);
        self.heartbeats.observe(&self.idle, at, event)?;
        if let Event::RequestSent { call, .. } = *event {
            self.idle_traffic.sent(&self.idle, at, call);
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.idle_traffic.finish(&self.idle, at)
    }
}
