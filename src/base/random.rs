//! A portable random stream.
//!
//! The generator is named (xoshiro256++) and the draws are our own few lines of integer
//! arithmetic, because libraries may change how they draw a range from one release to the next,
//! and a seed must keep its meaning. Golden tests pin the first draws.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// One stream of random draws; see [`Seed::stream`](super::Seed::stream) for where it comes from.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// A stream that starts at `seed`.
    pub fn new(seed: u64) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An integer in `0..bound`. The bias of multiplying instead of rejecting is below
    /// `bound`/2⁶⁴, too small for any number of runs to show.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below 0");
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// Puts items into a random order, all orders being equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place as u64 + 1) as usize);
        }
    }

    /// An integer in `range`, both ends included.
    ///
    /// # Panics
    /// If the range is empty.
    pub fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        assert!(low <= high, "the range {low}..={high} is empty");
        match (high - low).checked_add(1) {
            Some(width) => low + self.below(width),
            None => self.bits(),
        }
    }

    /// True with probability `numerator`/`denominator`.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// A duration in `range`, both ends included, in whole microseconds.
    pub fn duration(&mut self, range: RangeInclusive<Duration>) -> Duration {
        let (low, high) = range.into_inner();
        Duration::from_micros(self.between(low.as_micros() as u64..=high.as_micros() as u64))
    }

    /// A whole number of milliseconds in `range`, both ends included, as the lab's network draws.
    pub fn millis(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.between(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_draws_are_pinned() {
        let mut random = Random::new(0x5eed);
        let bits: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        let small: Vec<u64> = (0..8).map(|_| random.between(0..=26)).collect();
        assert_eq!(bits, [10_282_429_449_889_516_544, 18_289_893_575_130_937_175, 1_677_040_964_159_157_043]);
        assert_eq!(small, [11, 11, 10, 7, 19, 2, 21, 26]);
    }

    #[test]
    fn ranges_reach_both_ends_and_nothing_beyond() {
        let mut random = Random::new(1);
        let draws: Vec<u64> = (0..10_000).map(|_| random.between(3..=7)).collect();
        assert_eq!(draws.iter().min(), Some(&3));
        assert_eq!(draws.iter().max(), Some(&7));
        assert_eq!(random.between(9..=9), 9);
        random.between(0..=u64::MAX);
    }

    #[test]
    fn shuffled_items_are_the_same_ones_in_any_order_equally_often() {
        let mut random = Random::new(3);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..6_000 {
            let mut items = [1, 2, 3];
            random.shuffle(&mut items);
            *seen.entry(items).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
        assert!(seen.values().all(|count| (850..=1_150).contains(count)), "{seen:?}");
        assert!(seen.keys().all(|items| items.iter().sum::<i32>() == 6), "{seen:?}");
    }

    #[test]
    fn a_shuffle_is_pinned() {
        let mut items = [0, 1, 2, 3, 4];
        Random::new(0x5eed).shuffle(&mut items);
        assert_eq!(items, [1, 4, 0, 3, 2]);
        let mut nothing: [u8; 0] = [];
        Random::new(1).shuffle(&mut nothing);
    }

    #[test]
    fn chance_is_as_likely_as_it_says() {
        let mut random = Random::new(2);
        let hits = (0..100_000).filter(|_| random.chance(100, 1000)).count();
        assert!((9_500..=10_500).contains(&hits), "{hits} of 100000 at 10 %");
    }
}
