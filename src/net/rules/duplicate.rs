//! Requests that arrive twice.

use super::super::{Dice, Fate, Link, Rule};

/// Lets some requests arrive a second time, up to 300 ms after the first. The handler runs again;
/// what it answers then goes nowhere, for the caller has its outcome already.
///
/// Not a fault of the course's network: there, nothing is ever duplicated.
#[derive(Clone, Copy, Debug)]
pub struct Duplicate {
    /// How many of a thousand requests arrive twice.
    pub per_thousand: u64,
}

/// How long after the first copy the second one may come, in ms.
const AFTER_MAX: u64 = 300;

impl Rule for Duplicate {
    fn shape(&self, _: Link, fate: &mut Fate, dice: &mut Dice) {
        if dice.duplicate.chance(self.per_thousand, 1_000) {
            fate.request_again = Some(dice.duplicate.millis(0..=AFTER_MAX));
        }
    }
}
