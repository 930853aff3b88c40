//! Ranges that random values can be drawn from.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use crate::base::Random;

/// A range to draw from; see [`Ctx::random`](super::Ctx::random).
pub trait Draw {
    /// What is drawn.
    type Output;

    /// Draws one value, all being equally likely. Durations are whole microseconds.
    ///
    /// # Panics
    /// If the range is empty.
    fn draw(self, random: &mut Random) -> Self::Output;
}

impl Draw for RangeInclusive<u64> {
    type Output = u64;

    fn draw(self, random: &mut Random) -> u64 {
        random.between(self)
    }
}

impl Draw for Range<u64> {
    type Output = u64;

    fn draw(self, random: &mut Random) -> u64 {
        assert!(self.start < self.end, "the range {self:?} is empty");
        random.between(self.start..=self.end - 1)
    }
}

impl Draw for RangeInclusive<Duration> {
    type Output = Duration;

    fn draw(self, random: &mut Random) -> Duration {
        random.duration(self)
    }
}

impl Draw for Range<Duration> {
    type Output = Duration;

    fn draw(self, random: &mut Random) -> Duration {
        assert!(self.start < self.end, "the range {self:?} is empty");
        random.duration(self.start..=self.end - Duration::from_micros(1))
    }
}
