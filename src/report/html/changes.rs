//! How much each test's figures have changed against the baseline: a bar per test, from nothing to the
//! left or to the right.

use super::plot::{LEFT, Tick, WIDTH, tenths};
use crate::gate::{Comparison, Figure, Row, TestComparison, Verdict};
use crate::report::side_by_side::{change, name};

/// How much of the width is for bars; the rest says the change in words.
const BARS: f64 = WIDTH - 130.0;
/// From one test to the next.
const STEP: f64 = 20.0;
/// Ticks of an axis, about.
const TICKS: f64 = 6.0;
/// The least change that an axis has place for: small ones are to look small.
const LEAST: f64 = 0.05;
/// A bar that is shorter would not be seen.
const SHORTEST: f64 = 2.0;

/// One figure.
pub(super) struct Changes {
    pub(super) title: &'static str,
    /// How many tests are better and worse, in words.
    pub(super) told: String,
    /// Whether any is.
    pub(super) is_open: bool,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where the axis is.
    pub(super) base: f64,
    /// Where nothing has changed.
    pub(super) zero: f64,
    pub(super) bars: Vec<Bar>,
    pub(super) ticks: Vec<Tick>,
}

/// One test.
pub(super) struct Bar {
    pub(super) label: String,
    /// The change and its verdict, in words.
    pub(super) told: String,
    /// The verdict's word, which decides the colour.
    pub(super) verdict: &'static str,
    pub(super) y: f64,
    pub(super) x: f64,
    pub(super) length: f64,
    pub(super) end: f64,
}

/// A figure of a test that was judged, and is not what it was.
struct Changed {
    label: String,
    told: String,
    /// As a share of what it was; none if that was nothing.
    change: Option<f64>,
    verdict: Verdict,
}

impl Changes {
    /// Every figure of which anything has changed.
    pub(super) fn of(comparison: &Comparison) -> Vec<Changes> {
        let mut figures: Vec<Figure> = comparison.rows().map(|(_, row)| row.figure).collect();
        figures.sort();
        figures.dedup();
        let all = figures.into_iter().map(|figure| {
            let rows = comparison.rows().filter(|(_, row)| row.figure == figure);
            Changes::drawn(figure.title(), rows.filter_map(|(test, row)| Changed::of(test, row)).collect())
        });
        all.flatten().collect()
    }

    /// None if nothing has changed.
    fn drawn(title: &'static str, changed: Vec<Changed>) -> Option<Changes> {
        if changed.is_empty() {
            return None;
        }
        let (told, is_open) = counted(&changed);
        let axis = Axis::over(changed.iter().filter_map(|changed| changed.change));
        let base = STEP * changed.len() as f64 + 4.0;
        let rows = (0u32..).map(|place| STEP * f64::from(place));
        let bars = rows.zip(changed).map(|(y, changed)| Bar::of(changed, y, &axis));
        Some(Changes {
            title,
            told,
            is_open,
            width: LEFT + WIDTH + 20.0,
            height: base + 24.0,
            base,
            zero: tenths(axis.x(0.0)),
            bars: bars.collect(),
            ticks: axis.ticks(),
        })
    }
}

/// How many there are of each verdict, in words, and whether any has changed.
fn counted(changed: &[Changed]) -> (String, bool) {
    let count = |verdict| changed.iter().filter(|changed| changed.verdict == verdict).count();
    let counts = [Verdict::Worse, Verdict::Better, Verdict::Same].map(|verdict| (count(verdict), verdict.name()));
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}"));
    (told.collect::<Vec<String>>().join(", "), counts[0].0 + counts[1].0 > 0)
}

impl Changed {
    fn of(test: Option<&TestComparison>, row: &Row) -> Option<Changed> {
        let verdict = row.verdict?;
        let is_the_same = row.change == Some(0.0) || (row.change.is_none() && row.campaign.is_none());
        let change = if row.change.is_some() { change(row) } else { "from nothing".to_owned() };
        let told = format!("{change}, {}", verdict.name());
        (!is_the_same).then(|| Changed { label: name(test), told, change: row.change, verdict })
    }
}

impl Bar {
    fn of(changed: Changed, y: f64, axis: &Axis) -> Bar {
        let Changed { label, told, change, verdict } = changed;
        let (zero, tip) = (axis.x(0.0), axis.x(change.unwrap_or(0.0)));
        let length = if change.is_some() { (tip - zero).abs().max(SHORTEST) } else { 0.0 };
        Bar {
            label,
            told,
            verdict: verdict.name(),
            y,
            x: tenths(if tip < zero { zero - length } else { zero }),
            length: tenths(length),
            end: LEFT + BARS + 8.0,
        }
    }
}

/// A linear axis with nothing somewhere on it.
struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis with place for all changes.
    fn over(changes: impl Iterator<Item = f64>) -> Axis {
        let narrow = Axis { from: -LEAST, to: LEAST };
        changes.fold(narrow, |axis, change| Axis { from: axis.from.min(change), to: axis.to.max(change) })
    }

    fn x(&self, change: f64) -> f64 {
        LEFT + BARS * (change - self.from) / (self.to - self.from)
    }

    /// Round shares on it: multiples of 1, 2 or 5 times a power of ten.
    fn ticks(&self) -> Vec<Tick> {
        let wanted = (self.to - self.from) / TICKS;
        let power = 10f64.powf(wanted.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= wanted);
        let step = step.unwrap_or(wanted);
        let numbers = (self.from / step).ceil() as i64..=(self.to / step).floor() as i64;
        let shares = numbers.map(|number| number as f64 * step);
        shares.map(|share| Tick { x: tenths(self.x(share)), label: percent(share) }).collect()
    }
}

/// A change in whole percent.
fn percent(share: f64) -> String {
    if share == 0.0 { "0".to_owned() } else { format!("{:+.0} %", share * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: Option<f64>, verdict: Verdict) -> Changed {
        Changed { label: "2A/x".to_owned(), told: "told".to_owned(), change, verdict }
    }

    fn labels(changes: &[f64]) -> Vec<String> {
        Axis::over(changes.iter().copied()).ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn bars_go_from_nothing_to_the_change_and_stay_on_the_axis() {
        let all = [(Some(3.0), Verdict::Worse), (Some(-1.0), Verdict::Better), (Some(1e-9), Verdict::Same)];
        let all = all.into_iter().chain([(None, Verdict::Worse)]).map(|(share, verdict)| changed(share, verdict));
        let plot = Changes::drawn("figure", all.collect()).expect("something has changed");
        assert_eq!((&*plot.told, plot.is_open, plot.zero), ("2 worse, 1 better, 1 same", true, LEFT + BARS / 4.0));
        let bars: Vec<(f64, f64)> = plot.bars.iter().map(|bar| (bar.x, bar.length)).collect();
        let quarter = BARS / 4.0;
        let expected = [(plot.zero, 3.0 * quarter), (LEFT, quarter), (plot.zero, SHORTEST), (plot.zero, 0.0)];
        assert_eq!(bars, expected);
    }

    #[test]
    fn what_has_not_changed_is_not_drawn_and_what_is_the_same_is_folded_away() {
        assert!(Changes::drawn("figure", Vec::new()).is_none());
        let same = Changes::drawn("figure", vec![changed(Some(0.01), Verdict::Same)]).expect("it has changed");
        assert_eq!((&*same.told, same.is_open), ("1 same", false));
    }

    #[test]
    fn an_axis_has_round_numbers_and_nothing_among_them() {
        assert_eq!(labels(&[0.001]), ["-4 %", "-2 %", "0", "+2 %", "+4 %"]);
        assert_eq!(labels(&[-0.5, 0.2]), ["-40 %", "-20 %", "0", "+20 %"]);
        assert_eq!(labels(&[9.0]), ["0", "+200 %", "+400 %", "+600 %", "+800 %"]);
    }
}
