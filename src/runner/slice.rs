//! A part of a campaign, for one machine of several.

use std::fmt;
use std::str::FromStr;

/// Every `of`-th iteration of each test, from the `number`-th on, counted from 1. Written
/// `slice:2/8`. Which runs there are, and what they are, depends on no slice: all slices together
/// are the campaign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    number: u64,
    of: u64,
}

impl Slice {
    /// The whole campaign.
    pub const WHOLE: Slice = Slice { number: 1, of: 1 };

    /// The `number`-th of so many slices; none if there is no such slice.
    pub fn new(number: u64, of: u64) -> Option<Slice> {
        (1..=of).contains(&number).then_some(Slice { number, of })
    }

    /// How many slices there are.
    pub fn of(self) -> u64 {
        self.of
    }

    /// The iterations of a test that belong to it, of so many; without end if there is no number.
    pub fn iterations(self, total: Option<u64>) -> impl Iterator<Item = u64> + Send {
        let step = usize::try_from(self.of).unwrap_or(usize::MAX);
        (self.number..=total.unwrap_or(u64::MAX)).step_by(step)
    }

    /// Whether an iteration belongs to it.
    pub fn has(self, iteration: u64) -> bool {
        iteration % self.of == self.number % self.of
    }

    /// How many these are; none if they do not end.
    pub fn count(self, total: Option<u64>) -> Option<u64> {
        total.map(|total| if total < self.number { 0 } else { (total - self.number) / self.of + 1 })
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slice:{}/{}", self.number, self.of)
    }
}

impl FromStr for Slice {
    type Err = String;

    fn from_str(text: &str) -> Result<Slice, String> {
        let numbers = text.strip_prefix("slice:").unwrap_or(text).split_once('/');
        let slice = numbers.and_then(|(number, of)| Slice::new(number.parse().ok()?, of.parse().ok()?));
        slice.ok_or_else(|| "a slice is one of so many, counted from 1, like slice:2/8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_slices_together_are_the_campaign() {
        for (total, of) in [(10, 3), (1, 4), (100, 8), (7, 7), (0, 2)] {
            let slices = (1..=of).filter_map(|number| Slice::new(number, of));
            let mut all: Vec<u64> = slices.clone().flat_map(|slice| slice.iterations(Some(total))).collect();
            all.sort_unstable();
            assert_eq!(all, (1..=total).collect::<Vec<u64>>(), "{total} in {of}");
            for slice in slices {
                assert_eq!(slice.count(Some(total)), Some(slice.iterations(Some(total)).count() as u64));
                assert!((1..=total).filter(|iteration| slice.has(*iteration)).eq(slice.iterations(Some(total))));
            }
        }
    }

    #[test]
    fn iterations_may_go_on_without_end() {
        let slice = Slice::new(2, 3).expect("it is one of three");
        assert_eq!(slice.count(None), None);
        assert_eq!(slice.iterations(None).skip(1_000).take(2).collect::<Vec<u64>>(), [3_002, 3_005]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!("slice:2/8".parse::<Slice>().map(|slice| slice.to_string()).as_deref(), Ok("slice:2/8"));
        assert_eq!("1/1".parse(), Ok(Slice::WHOLE));
        for bad in ["", "slice:0/8", "slice:9/8", "slice:1/0", "2", "slice:-1/3", "slice:a/b"] {
            assert!(bad.parse::<Slice>().is_err(), "{bad}");
        }
    }
}
