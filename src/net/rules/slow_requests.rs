//! Requests that arrive when nobody expects them any more.

use super::super::{Dice, Fate, Link, Rule};

/// Holds some requests back for 200 to 3000 ms: longer than an election takes, so that requests of
/// earlier terms arrive in later ones. Their callers wait as long.
///
/// Not a fault of the course's network: there, a request is late by 26 ms at most.
#[derive(Clone, Copy, Debug)]
pub struct SlowRequests {
    /// How many of a thousand requests are held back.
    pub per_thousand: u64,
}

/// The shortest and the longest hold, in ms.
const HOLD: std::ops::RangeInclusive<u64> = 200..=3_000;

impl Rule for SlowRequests {
    fn shape(&self, _: Link, fate: &mut Fate, dice: &mut Dice) {
        if dice.slow.chance(self.per_thousand, 1_000) {
            fate.request_delay += dice.slow.millis(HOLD);
        }
    }
}
