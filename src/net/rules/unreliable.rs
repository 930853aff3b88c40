//! The lab's unreliable network.

use super::super::{Dice, Fate, Link, Rule};

/// Requests are delayed by 0 to 26 ms, one in ten is lost, and of the replies that remain one in
/// ten is lost (`lab-spec` §1.2, steps 5.1, 5.2 and 5.7). Replies are not delayed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unreliable;

/// Longest delay of a request, in ms.
const REQUEST_DELAY_MAX: u64 = 26;
/// Losses per thousand, of requests and of replies.
const LOST_PER_THOUSAND: u64 = 100;

impl Rule for Unreliable {
    fn shape(&self, _: Link, fate: &mut Fate, dice: &mut Dice) {
        fate.request_delay += dice.loss.millis(0..=REQUEST_DELAY_MAX);
        fate.request_lost |= dice.loss.chance(LOST_PER_THOUSAND, 1_000);
        fate.reply_lost |= dice.loss.chance(LOST_PER_THOUSAND, 1_000);
    }
}
