//! What was going on when a run failed: enough to tell failures of different causes apart.

use std::fmt;

use super::cluster::{Cluster, Running};
use crate::base::ServerId;
use crate::trace::Role;

/// How far the tester's faults had gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Nobody has led yet, and nothing has gone wrong.
    Start,
    /// Nothing has gone wrong so far.
    Calm,
    /// A server is down, paused or cut off, or the network is unreliable.
    Faults,
    /// There were faults, and there are none at present.
    Aftermath,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 4] = [Phase::Start, Phase::Calm, Phase::Faults, Phase::Aftermath];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Start => "before the first leader",
            Phase::Calm => "before any fault",
            Phase::Faults => "during faults",
            Phase::Aftermath => "after faults",
        })
    }
}

/// What was going on at some instant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Circumstances {
    /// How far the faults had gone.
    pub phase: Phase,
    /// What the servers in question were, such as `restarted follower`; each only once, in order.
    pub roles: Vec<String>,
}

impl Cluster {
    /// What is going on now, as it matters to these servers.
    pub fn circumstances(&self, servers: &[ServerId]) -> Circumstances {
        let mut roles: Vec<String> = servers.iter().map(|server| self.role(*server)).collect();
        roles.sort();
        roles.dedup();
        Circumstances { phase: self.phase(), roles }
    }

    fn phase(&self) -> Phase {
        let is_whole = |server: ServerId| {
            self.is_connected(server)
                && self.running(server).is_some_and(|running| !self.sim.is_paused(running.life.group))
        };
        let has_led = |server| self.running(server).is_some_and(|running| running.raft.has_led());
        if self.is_disturbed() || !self.servers().all(is_whole) {
            Phase::Faults
        } else if self.was_disturbed.get() {
            Phase::Aftermath
        } else if self.servers().any(has_led) {
            Phase::Calm
        } else {
            Phase::Start
        }
    }

    fn role(&self, server: ServerId) -> String {
        let Some(Running { life, raft, .. }) = self.running(server) else { return "crashed server".to_owned() };
        let paused = if self.sim.is_paused(life.group) { "paused " } else { "" };
        let restarted = if life.incarnation.life > 1 { "restarted " } else { "" };
        let role = match raft.role() {
            Role::Leader => "leader",
            Role::Candidate => "candidate",
            Role::Follower => "follower",
        };
        format!("{paused}{restarted}{role}")
    }
}
