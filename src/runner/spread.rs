//! How numbers of any size are spread, in little space.

use std::collections::BTreeMap;

/// Numbers, counted in steps that grow with them: exact up to 64, then to one part in 32. So a
/// million runs take no more space than a few hundred different numbers.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Spread(BTreeMap<u64, u64>);

impl Spread {
    /// Adds a number.
    pub fn add(&mut self, number: u64) {
        *self.0.entry(step(number)).or_default() += 1;
    }

    /// The steps with numbers in them, by their least number, and how many.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(least, count)| (*least, *count))
    }
}

/// The least number of the step that `number` is in: its six leading bits.
fn step(number: u64) -> u64 {
    let rest = (u64::BITS - number.leading_zeros()).saturating_sub(6);
    number >> rest << rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_exact_and_great_ones_nearly() {
        let mut spread = Spread::default();
        [0, 63, 64, 65, 66, 1_000_000, 1_000_001, u64::MAX].into_iter().for_each(|number| spread.add(number));
        let counts: Vec<(u64, u64)> = spread.counts().collect();
        assert_eq!(counts, [(0, 1), (63, 1), (64, 2), (66, 1), (999_424, 2), (63 << 58, 1)]);
        for number in [70, 12_345, 1 << 40, u64::MAX] {
            assert!(step(number) <= number && number - step(number) <= number / 32, "{number}");
        }
    }
}
