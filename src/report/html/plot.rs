//! Where the lines of the page's plots are. Lengths are in pixels before the page scales them.

use std::fmt::Write as _;

use crate::report::units::{count, percent};
use crate::runner::TestSummary;

/// Where a plot begins, to the right of its labels.
pub(super) const LEFT: f64 = 190.0;
/// How wide it is.
pub(super) const WIDTH: f64 = 520.0;
/// From one test to the next.
const STEP: f64 = 34.0;
/// How high a ridge is.
const HEIGHT: f64 = 26.0;
/// Ticks of an axis, at most.
const TICKS: usize = 9;

/// Numbers with how often each was seen, in order.
pub(super) type Counts = Vec<(u64, u64)>;

/// How something is spread in each test: a histogram per test, all over one logarithmic axis.
pub(super) struct Ridges {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where the axis is.
    pub(super) base: f64,
    pub(super) ridges: Vec<Ridge>,
    pub(super) ticks: Vec<Tick>,
}

/// One test.
pub(super) struct Ridge {
    pub(super) label: String,
    /// Its numbers, in words.
    pub(super) told: String,
    pub(super) y: f64,
    pub(super) path: String,
    pub(super) median: f64,
}

/// A number on an axis.
pub(super) struct Tick {
    pub(super) x: f64,
    pub(super) label: String,
}

impl Ridges {
    /// None if there are no numbers at all.
    pub(super) fn of(title: &'static str, unit: &'static str, tests: Vec<(String, Counts)>) -> Option<Ridges> {
        let tests: Vec<(String, Counts)> = tests.into_iter().filter(|(_, counts)| !counts.is_empty()).collect();
        let axis = Axis::over(tests.iter().flat_map(|(_, counts)| counts.iter().map(|(number, _)| *number)))?;
        let base = STEP * tests.len() as f64 + 6.0;
        let rows = (1..).map(|place: u32| STEP * f64::from(place));
        let ridges = rows.zip(tests).map(|(y, (label, counts))| Ridge::of(label, unit, &counts, y, &axis));
        Some(Ridges {
            title,
            unit,
            width: LEFT + WIDTH + 20.0,
            height: base + 24.0,
            base,
            ridges: ridges.collect(),
            ticks: axis.ticks(),
        })
    }
}

impl Ridge {
    fn of(label: String, unit: &str, counts: &Counts, y: f64, axis: &Axis) -> Ridge {
        let median = quantile(counts, 0.5);
        let (least, most) = (quantile(counts, 0.0), quantile(counts, 1.0));
        Ridge {
            told: format!("{label}: median {median}, from {least} to {most} {unit}"),
            path: outline(&axis.bins(counts), y),
            median: tenths(axis.x(median)),
            label,
            y,
        }
    }
}

/// The outline of a histogram that stands on `y`.
fn outline(bins: &[u64], y: f64) -> String {
    let highest = bins.iter().copied().max().unwrap_or(0).max(1) as f64;
    let width = WIDTH / bins.len() as f64;
    let mut path = format!("M{LEFT:.1} {y:.1}");
    for (number, count) in (1u32..).zip(bins) {
        let top = y - HEIGHT * *count as f64 / highest;
        let _ = write!(path, "V{top:.1}H{:.1}", LEFT + width * f64::from(number));
    }
    let _ = write!(path, "V{y:.1}Z");
    path
}

/// The number that such a share of all does not exceed.
fn quantile(counts: &Counts, share: f64) -> u64 {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let rank = (total as f64 * share).ceil().max(1.0) as u64;
    let mut seen = 0;
    let found = counts.iter().find(|(_, count)| {
        seen += count;
        seen >= rank
    });
    found.map_or(0, |(number, _)| *number)
}

/// A logarithmic axis. 0 is shown where 1 is.
struct Axis {
    /// The binary logarithms of its ends.
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis with place for all numbers; none if there are none.
    fn over(numbers: impl Iterator<Item = u64>) -> Option<Axis> {
        let mut axis: Option<Axis> = None;
        for number in numbers.map(logarithm) {
            let Axis { from, to } = axis.unwrap_or(Axis { from: number, to: number });
            axis = Some(Axis { from: from.min(number), to: to.max(number) });
        }
        // Numbers that hardly differ are not to fill it.
        axis.map(|Axis { from, to }| {
            let margin = ((1.0 - (to - from)) / 2.0).max(0.05);
            Axis { from: from - margin, to: to + margin }
        })
    }

    fn x(&self, number: u64) -> f64 {
        LEFT + WIDTH * (logarithm(number) - self.from) / (self.to - self.from)
    }

    /// The counts, gathered in steps of the axis, which are not finer than the numbers are.
    fn bins(&self, counts: &Counts) -> Vec<u64> {
        let number = ((self.to - self.from) * 16.0).ceil().clamp(8.0, 130.0);
        let mut bins = vec![0; number as usize];
        for (value, count) in counts {
            let bin = (self.x(*value) - LEFT) / WIDTH * number;
            let last = bins.len() - 1;
            bins[(bin as usize).min(last)] += count;
        }
        bins
    }

    /// Round numbers on it: 1, 2 and 5 times powers of ten, or only these where there are too many.
    fn ticks(&self) -> Vec<Tick> {
        let among = |leading: &[u64]| -> Vec<Tick> {
            let powers = (0..19).map(|exponent| 10u64.pow(exponent));
            let round = powers.flat_map(|power| leading.iter().map(move |digit| digit.saturating_mul(power)));
            let inside = round.filter(|number| (self.from..=self.to).contains(&logarithm(*number)));
            inside.map(|number| Tick { x: tenths(self.x(number)), label: short(number) }).collect()
        };
        let fine = among(&[1, 2, 5]);
        if fine.len() > TICKS { among(&[1]) } else { fine }
    }
}

/// More digits would only make the page longer.
pub(super) fn tenths(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

fn logarithm(number: u64) -> f64 {
    (number.max(1) as f64).log2()
}

/// `20k` for 20000.
fn short(number: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let unit = UNITS.iter().find(|(size, _)| number >= *size);
    unit.map_or_else(|| number.to_string(), |(size, unit)| format!("{}{unit}", number / size))
}

/// Which share of each test's runs passed.
pub(super) struct Shares {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) bars: Vec<Bar>,
}

/// One test.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) told: String,
    pub(super) y: f64,
    pub(super) x: f64,
    pub(super) passed: f64,
    /// Where what failed begins, and how long it is.
    pub(super) split: f64,
    pub(super) failed: f64,
    pub(super) end: f64,
}

impl Shares {
    pub(super) fn of(tests: &[TestSummary]) -> Shares {
        let rows = (0u32..).map(|place| 24.0 * f64::from(place));
        let played = tests.iter().filter(|test| test.played > 0);
        let bars: Vec<Bar> = rows.zip(played).map(|(y, test)| Bar::of(test, y)).collect();
        Shares { width: LEFT + WIDTH + 20.0, height: 24.0 * bars.len() as f64, bars }
    }
}

impl Bar {
    fn of(test: &TestSummary, y: f64) -> Bar {
        let width = WIDTH - 130.0;
        let share = test.failed() as f64 / test.played as f64;
        // One failure of thousands is to be seen, too.
        let failed = if test.failed() > 0 { (width * share).max(3.0) } else { 0.0 };
        Bar {
            label: test.test.path(),
            told: format!("{} of {}", percent(test.passed as f64 / test.played as f64), count(test.played, "run")),
            y,
            x: LEFT,
            passed: tenths(width - failed),
            split: tenths(LEFT + width - failed),
            failed: tenths(failed),
            end: LEFT + width + 8.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_as_high_as_it_may_be_and_ends_where_it_began() {
        assert_eq!(outline(&[1, 2, 0], 40.0), "M190.0 40.0V27.0H363.3V14.0H536.7V40.0H710.0V40.0Z");
    }

    #[test]
    fn every_number_has_its_place_on_the_axis() {
        let counts = vec![(0, 3), (7, 1), (1_000_000, 2)];
        let axis = Axis::over(counts.iter().map(|(number, _)| *number)).expect("there are numbers");
        let bins = axis.bins(&counts);
        assert_eq!((bins.iter().sum::<u64>(), bins.len()), (6, 130));
        assert!(counts.iter().all(|(number, _)| (LEFT..=LEFT + WIDTH).contains(&axis.x(*number))));
        let labels: Vec<String> = axis.ticks().into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["1", "10", "100", "1k", "10k", "100k", "1M"]);
    }

    #[test]
    fn numbers_that_are_all_the_same_have_an_axis_too() {
        let axis = Axis::over([80, 80].into_iter()).expect("there are numbers");
        assert!((axis.x(80) - (LEFT + WIDTH / 2.0)).abs() < 1e-9);
        assert_eq!(axis.ticks().len(), 1, "100");
        assert!(Axis::over([].into_iter()).is_none());
    }

    #[test]
    fn quantiles_are_numbers_that_were_seen() {
        let counts = vec![(5, 1), (6, 8), (100, 1)];
        assert_eq!([0.0, 0.5, 0.95, 1.0].map(|share| quantile(&counts, share)), [5, 6, 100, 100]);
    }
}
