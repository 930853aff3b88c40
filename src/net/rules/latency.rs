//! How long messages travel.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::super::{Dice, Fate, Link, Rule};

/// Delays every request and every reply by a random time, drawn for each.
///
/// The course's network has no latency of its own, only that of the machine. A small seeded one
/// stands for it, so that messages and timers meet differently from seed to seed.
#[derive(Clone, Debug)]
pub struct Latency(pub RangeInclusive<Duration>);

impl Default for Latency {
    /// 50 to 500 µs.
    fn default() -> Latency {
        Latency(Duration::from_micros(50)..=Duration::from_micros(500))
    }
}

impl Rule for Latency {
    fn shape(&self, _: Link, fate: &mut Fate, dice: &mut Dice) {
        fate.request_delay += dice.latency.duration(self.0.clone());
        fate.reply_delay += dice.latency.duration(self.0.clone());
    }
}
