//! The one number that a run is made of.

use std::fmt;
use std::str::FromStr;

use super::Random;

/// A seed: a campaign's, or one run's. Shown and read as `0x` and 16 hexadecimal digits;
/// decimal is read too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of one run: iteration `iteration` (counted from 1) of the test called `test` in a
    /// campaign with this seed. Depends on nothing else, so that selecting other tests, or more
    /// iterations, moves no run.
    pub fn of_run(self, test: &str, iteration: u64) -> Seed {
        Seed(mix(self.0 ^ mix(name_hash(test) ^ mix(iteration))))
    }

    /// The random stream called `name` of the run with this seed. One stream per concern: one
    /// more draw in one of them moves no other.
    pub fn stream(self, name: &str) -> Random {
        self.numbered_stream(name, 0)
    }

    /// The stream called `name` that belongs to the `number`-th of several alike, such as servers.
    pub fn numbered_stream(self, name: &str, number: u64) -> Random {
        Random::new(mix(self.0 ^ mix(name_hash(name).wrapping_add(number))))
    }
}

/// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// FNV-1a.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says that a text is no seed, and what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a seed is a number below 2^64, like 24301 or 0x5eed")]
pub struct ParseSeedError;

impl FromStr for Seed {
    type Err = ParseSeedError;

    fn from_str(text: &str) -> Result<Seed, ParseSeedError> {
        let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16),
            Some(_) => return Err(ParseSeedError),
            None => text.parse(),
        };
        number.map(Seed).map_err(|_| ParseSeedError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        assert_eq!("0x5eed".parse(), Ok(Seed(0x5eed)));
        assert_eq!("24301".parse(), Ok(Seed(0x5eed)));
        assert_eq!(Seed(0x5eed).to_string().parse(), Ok(Seed(0x5eed)));
        for bad in ["", "0x", "seed", "-1", "0x+1", "99999999999999999999"] {
            assert_eq!(bad.parse::<Seed>(), Err(ParseSeedError), "{bad}");
        }
    }

    #[test]
    fn a_seed_keeps_its_meaning() {
        assert_eq!(Seed(1).of_run("figure8-unreliable", 300), Seed(0xcd19_f859_dca0_65f8));
        assert_eq!(Seed(1).stream("latency").bits(), 6_193_463_631_197_134_025);
        assert_eq!(Seed(1).numbered_stream("server", 2).bits(), 12934934908662282072);
    }

    #[test]
    fn streams_differ_by_name_number_and_seed() {
        let first = |mut random: Random| random.bits();
        let draws = [
            first(Seed(1).stream("loss")),
            first(Seed(1).stream("latency")),
            first(Seed(2).stream("loss")),
            first(Seed(1).numbered_stream("server", 0)),
            first(Seed(1).numbered_stream("server", 1)),
        ];
        let distinct: std::collections::BTreeSet<u64> = draws.into_iter().collect();
        assert_eq!(distinct.len(), draws.len());
    }
}
