//! Servers whose tasks wait for each other, for ever.

use super::cluster::{Cluster, Running};
use crate::base::Incarnation;
use crate::sim::Standing;

impl Cluster {
    /// The servers that have tasks, and none that could go on by itself: none is ready, sleeps, or waits
    /// for a reply. Only a request or a call from outside could wake one; no election timer runs any
    /// more, so this is no state that a sound server is ever in. With the tasks that wait.
    pub fn deadlocked(&self) -> Vec<(Incarnation, Vec<Standing>)> {
        let tasks = self.sim.tasks();
        let running = self.servers().filter_map(|server| self.running(server));
        let dead = running.filter_map(|Running { life, .. }| {
            let (name, group) = (life.incarnation.to_string(), life.group);
            let own: Vec<Standing> = tasks.iter().filter(|task| *task.group == *name).cloned().collect();
            let goes_on = own.iter().any(|task| task.is_ready)
                || self.sim.sleeps(group)
                || self.network.is_awaited_by(group)
                || self.sim.is_paused(group);
            (!own.is_empty() && !goes_on).then_some((life.incarnation, own))
        });
        dead.collect()
    }
}
