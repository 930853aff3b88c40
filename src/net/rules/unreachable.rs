//! How long a call to an unreachable server takes to fail.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::super::{Dice, Link, Rule};

/// Lets calls to servers that are cut off or down fail after a random whole number of
/// milliseconds in this range (`lab-spec` §1.2, step 4).
#[derive(Clone, Debug)]
pub struct Unreachable(pub RangeInclusive<u64>);

impl Unreachable {
    /// 0 to 99 ms: the network's own default.
    pub const SHORT: Unreachable = Unreachable(0..=99);
    /// 0 to 6999 ms: the `longDelays` of the Raft labs, on in every test.
    pub const LONG: Unreachable = Unreachable(0..=6_999);
}

impl Rule for Unreachable {
    fn unreachable_for(&self, _: Link, dice: &mut Dice) -> Option<Duration> {
        Some(dice.unreachable.millis(self.0.clone()))
    }
}
