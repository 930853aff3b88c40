//! Virtual time: microseconds since the start of a run.

use std::cell::Cell;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;
use std::time::Duration;

/// A point in a run's virtual time, in microseconds since the run began.
///
/// Shown as seconds with six decimals, zero-padded (`003.104582`), the form that trace lines
/// begin with, so that an instant in a message can be searched for in the trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The start of the run.
    pub const START: Instant = Instant(0);

    /// The instant `micros` µs after the start of the run.
    pub const fn from_micros(micros: u64) -> Instant {
        Instant(micros)
    }

    /// The instant `millis` ms after the start of the run.
    pub const fn from_millis(millis: u64) -> Instant {
        Instant(millis * 1_000)
    }

    /// Microseconds since the start of the run.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long before `self` the instant `earlier` was; zero if it was not before.
    pub const fn since(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// Fractions of a microsecond are dropped; far beyond any run the sum saturates.
    fn add(self, duration: Duration) -> Instant {
        let micros = duration.as_secs().saturating_mul(1_000_000).saturating_add(u64::from(duration.subsec_micros()));
        Instant(self.0.saturating_add(micros))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says that a text is no instant, and what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an instant is in seconds of virtual time, six decimals at most, like 12.3 or 012.300000")]
pub struct ParseInstantError;

impl FromStr for Instant {
    type Err = ParseInstantError;

    /// Reads what [`Instant`]'s Display shows, and shorter forms of it.
    fn from_str(text: &str) -> Result<Instant, ParseInstantError> {
        let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(seconds) || !is_number(decimals) || decimals.len() > 6 {
            return Err(ParseInstantError);
        }
        let micros = format!("{seconds}{decimals:0<6}");
        micros.parse().map(Instant).map_err(|_| ParseInstantError)
    }
}

/// The clock of one run: read by whoever stamps an event, moved by the simulator alone.
#[derive(Debug, Default)]
pub struct Clock(Cell<Instant>);

impl Clock {
    /// The current virtual time.
    pub fn now(&self) -> Instant {
        self.0.get()
    }

    /// Moves the clock to `instant`, which must not lie in the past.
    pub fn advance(&self, instant: Instant) {
        assert!(instant >= self.0.get(), "virtual time ran backwards, a bug in raftlab");
        self.0.set(instant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_padded_seconds() {
        assert_eq!(Instant::from_micros(3_104_582).to_string(), "003.104582");
        assert_eq!(Instant::from_millis(120_000).to_string(), "120.000000");
    }

    #[test]
    fn reads_what_it_shows_and_shorter_forms() {
        for (text, micros) in [("003.104582", 3_104_582), ("12.3", 12_300_000), ("13", 13_000_000), ("0.000001", 1)] {
            assert_eq!(text.parse(), Ok(Instant(micros)), "{text}");
        }
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1.0000001", "1e3", "12s", "99999999999999"] {
            assert!(bad.parse::<Instant>().is_err(), "{bad}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Instant::from_millis(5) - Instant::from_millis(7), Duration::ZERO);
        assert_eq!(Instant::from_micros(1) + Duration::MAX, Instant::from_micros(u64::MAX));
    }
}
