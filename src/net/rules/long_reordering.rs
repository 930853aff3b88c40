//! The lab's long reordering.

use std::time::Duration;

use super::super::{Dice, Fate, Link, Rule};

/// Two thirds of the replies are held back for 200 to 2199 ms, mostly short: 200 ms plus a
/// number below a random bound (`lab-spec` §1.2, step 5.8). Works with either kind of network.
#[derive(Clone, Copy, Debug, Default)]
pub struct LongReordering;

/// Held back: 600 of 900.
const HELD: (u64, u64) = (600, 900);
/// The shortest hold, in ms.
const HOLD_MIN: u64 = 200;
/// The largest bound of what is added, in ms.
const HOLD_EXTRA_MAX: u64 = 1_999;

impl Rule for LongReordering {
    fn shape(&self, _: Link, fate: &mut Fate, dice: &mut Dice) {
        if !dice.reorder.chance(HELD.0, HELD.1) {
            return;
        }
        let bound = dice.reorder.between(0..=HOLD_EXTRA_MAX);
        let hold = dice.reorder.millis(HOLD_MIN..=HOLD_MIN + bound);
        fate.reply_hold = Some(fate.reply_hold.unwrap_or(Duration::ZERO) + hold);
    }
}
