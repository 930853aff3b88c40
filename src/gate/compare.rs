//! The verdicts; `mod.rs` says how they come about.

use std::sync::Arc;

use super::baseline::{Baseline, Played};
use super::figure::Figure;
use super::pairing::{Failures, Incomparable, Paired, pair};
use super::stats::{holm, sign_test, signed_rank_test};
use super::thresholds::Thresholds;
use crate::base::Seed;
use crate::lab::TestInfo;

/// What has become of a figure, or of a whole campaign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Beyond chance, and by enough to matter.
    Better,
    /// Neither.
    Same,
    /// Beyond chance, and by enough to matter.
    Worse,
}

impl Verdict {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Same => "same",
            Verdict::Worse => "worse",
        }
    }
}

/// Two campaigns, side by side.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// What the campaigns are called, the baseline first.
    pub names: [String; 2],
    /// What should be known beside the verdicts.
    pub remarks: Vec<String>,
    /// By test.
    pub tests: Vec<TestComparison>,
    /// All tests together; empty if there is only one.
    pub overall: Vec<Row>,
    /// Runs that failed in one campaign or in both.
    pub failures: Failures,
}

/// One test in two campaigns.
#[derive(Clone, PartialEq, Debug)]
pub struct TestComparison {
    /// The test.
    pub test: Arc<TestInfo>,
    /// Runs that both campaigns have.
    pub pairs: u64,
    /// Pairs that are the same run.
    pub identical: u64,
    /// One for each figure.
    pub rows: Vec<Row>,
}

/// One figure in two campaigns.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Which one.
    pub figure: Figure,
    /// Mean of the baseline's runs; none where the means of several tests cannot be one.
    pub baseline: Option<f64>,
    /// Mean of the new runs.
    pub campaign: Option<f64>,
    /// The change, as a share of the baseline's; none if that is 0. Of several tests, the mean.
    pub change: Option<f64>,
    /// How likely chance alone would be to change anything so clearly; none if nothing has changed.
    pub chance: Option<f64>,
    /// None if the figure is only shown.
    pub verdict: Option<Verdict>,
    evidence: Evidence,
}

/// What speaks for worse and for better: small numbers do.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Evidence {
    worse: f64,
    better: f64,
    /// Pairs that say anything.
    pairs: u64,
    /// No chance is involved.
    is_proof: bool,
}

impl Comparison {
    /// Worse if anything is, or else better if anything is.
    pub fn verdict(&self) -> Verdict {
        let verdicts = || self.rows().filter_map(|(_, row)| row.verdict);
        match verdicts().max() {
            Some(Verdict::Worse) => Verdict::Worse,
            _ => verdicts().min().unwrap_or(Verdict::Same),
        }
    }

    /// All figures, those of all tests together first, which have no test.
    pub fn rows(&self) -> impl Iterator<Item = (Option<&TestComparison>, &Row)> {
        let tests = self.tests.iter().flat_map(|test| test.rows.iter().map(move |row| (Some(test), row)));
        self.overall.iter().map(|row| (None, row)).chain(tests)
    }

    /// Runs that both campaigns have.
    pub fn pairs(&self) -> u64 {
        self.tests.iter().map(|test| test.pairs).sum()
    }

    /// Pairs that are the same run.
    pub fn identical(&self) -> u64 {
        self.tests.iter().map(|test| test.identical).sum()
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.overall.iter_mut().chain(self.tests.iter_mut().flat_map(|test| &mut test.rows))
    }
}

/// Compares `campaign` with `baseline`, which are called `names`.
///
/// # Errors
/// If their runs are not the same runs.
pub fn compare(
    baseline: &Baseline,
    campaign: &Baseline,
    names: [&str; 2],
    thresholds: &Thresholds,
) -> Result<Comparison, Incomparable> {
    let (paired, remarks) = pair(baseline, campaign, names)?;
    let seed = baseline.manifest.seed.parse().unwrap_or(Seed(0));
    let failures = Failures::of(&paired, seed);
    let tests: Vec<TestComparison> = paired.iter().map(test).collect();
    let overall = if tests.len() > 1 { overall(&paired, &tests) } else { Vec::new() };
    let names = names.map(str::to_owned);
    let mut comparison = Comparison { names, remarks, tests, overall, failures };
    judge(&mut comparison, thresholds);
    Ok(comparison)
}

fn is_identical((one, other): &(&Played, &Played)) -> bool {
    one.digest == other.digest && one.failure.is_some() == other.failure.is_some()
}

fn test(paired: &Paired<'_>) -> TestComparison {
    let identical = paired.runs.iter().filter(|pair| is_identical(pair)).count() as u64;
    let mut rows = vec![passed(&paired.runs)];
    rows.extend(Figure::MEASURED.map(|figure| measured(figure, &paired.runs)));
    rows.push(Row::new(Figure::Cpu, Some(paired.cpu_us), Evidence::NONE));
    TestComparison { test: paired.test.clone(), pairs: paired.runs.len() as u64, identical, rows }
}

/// All tests together. Their means have nothing in common, but the changes of these have.
fn overall(paired: &[Paired<'_>], tests: &[TestComparison]) -> Vec<Row> {
    let all: Vec<(&Played, &Played)> = paired.iter().flat_map(|test| test.runs.iter().copied()).collect();
    let mut rows = vec![passed(&all)];
    // What one test proves, it proves alone.
    rows[0].evidence.is_proof = false;
    rows.extend(Figure::MEASURED.map(|figure| {
        let own = tests.iter().flat_map(|test| &test.rows).filter(|row| row.figure == figure);
        let changes: Vec<f64> = own.filter_map(|row| row.change).collect();
        let change = (!changes.is_empty()).then(|| changes.iter().sum::<f64>() / changes.len() as f64);
        Row { change, ..Row::new(figure, None, measured(figure, &all).evidence) }
    }));
    let runs = all.len() as f64;
    let cpu = paired.iter().map(|test| (test.cpu_us, test.runs.len() as f64 / runs));
    let cpu = cpu.fold((0.0, 0.0), |sum, (cpu, share)| (sum.0 + cpu.0 * share, sum.1 + cpu.1 * share));
    rows.push(Row::new(Figure::Cpu, Some(cpu), Evidence::NONE));
    rows
}

fn passed(runs: &[(&Played, &Played)]) -> Row {
    let count = |of: fn(&(&Played, &Played)) -> bool| runs.iter().filter(|pair| of(pair)).count() as u64;
    let fails_now = count(|(one, other)| one.failure.is_none() && other.failure.is_some());
    let passes_now = count(|(one, other)| one.failure.is_some() && other.failure.is_none());
    let failed_before = count(|(one, _)| one.failure.is_some());
    let evidence = Evidence {
        worse: sign_test(fails_now, passes_now),
        better: sign_test(passes_now, fails_now),
        pairs: fails_now + passes_now,
        is_proof: failed_before == 0 && fails_now > 0,
    };
    let total = runs.len() as f64;
    let (before, now) = (failed_before as f64, (failed_before + fails_now - passes_now) as f64);
    Row::new(Figure::Passed, (total > 0.0).then(|| ((total - before) / total, (total - now) / total)), evidence)
}

/// A run that failed ended somewhere, so its figures mean nothing.
fn measured(figure: Figure, runs: &[(&Played, &Played)]) -> Row {
    let (mut before, mut now, mut differences) = (Vec::new(), Vec::new(), Vec::new());
    for pair @ (one, other) in runs.iter().filter(|(one, other)| one.failure.is_none() && other.failure.is_none()) {
        let (Some(old), Some(new)) = (figure.of(one), figure.of(other)) else { continue };
        before.push(old);
        now.push(new);
        if !is_identical(pair) && old != new {
            // Relative, and the same number with the other sign if both are swapped.
            differences.push((new - old) / (new + old));
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means = (!before.is_empty()).then(|| (mean(&before), mean(&now)));
    let opposite: Vec<f64> = differences.iter().map(|difference| -difference).collect();
    let (more, fewer) = (signed_rank_test(&differences), signed_rank_test(&opposite));
    let (worse, better) = if figure.more_is_better() { (fewer, more) } else { (more, fewer) };
    Row::new(figure, means, Evidence { worse, better, pairs: differences.len() as u64, is_proof: false })
}

impl Evidence {
    const NONE: Evidence = Evidence { worse: 1.0, better: 1.0, pairs: 0, is_proof: false };
}

impl Row {
    fn new(figure: Figure, means: Option<(f64, f64)>, evidence: Evidence) -> Row {
        let (baseline, campaign) = means.unzip();
        let change = means.and_then(|(before, now)| match (before == now, before == 0.0) {
            (true, _) => Some(0.0),
            (false, true) => None,
            (false, false) => Some(now / before - 1.0),
        });
        Row { figure, baseline, campaign, change, chance: None, verdict: None, evidence }
    }

    /// Whether the mean has moved by enough to matter, and to this side.
    fn has_moved(&self, to: Verdict, thresholds: &Thresholds) -> bool {
        let more_is = if self.figure.more_is_better() { Verdict::Better } else { Verdict::Worse };
        // From nothing to something.
        let Some(change) = self.change else { return self.campaign.is_some() && more_is == to };
        let change = if more_is == to { change } else { -change };
        change > 0.0 && change >= thresholds.least_change(self.figure)
    }
}

/// Gives every figure its verdict.
fn judge(comparison: &mut Comparison, thresholds: &Thresholds) {
    let questions: Vec<Evidence> =
        comparison.rows().map(|(_, row)| row.evidence).filter(|evidence| evidence.pairs > 0).collect();
    let [worse, better] = [|evidence: &Evidence| evidence.worse, |evidence: &Evidence| evidence.better]
        .map(|of| holm(&questions.iter().map(of).collect::<Vec<f64>>()));
    let mut corrected = worse.into_iter().zip(better);
    for row in comparison.rows_mut().filter(|row| row.figure != Figure::Cpu) {
        if row.evidence.pairs == 0 {
            row.verdict = Some(Verdict::Same);
            continue;
        }
        let (worse, better) = corrected.next().unwrap_or((1.0, 1.0));
        row.chance = Some(worse.min(better));
        let is_sure = |chance: f64| chance <= thresholds.false_alarms;
        row.verdict = Some(if row.evidence.is_proof || is_sure(worse) && row.has_moved(Verdict::Worse, thresholds) {
            Verdict::Worse
        } else if is_sure(better) && row.has_moved(Verdict::Better, thresholds) {
            Verdict::Better
        } else {
            Verdict::Same
        });
    }
    judge_cpu(comparison, thresholds);
    remark_on_certainty(comparison, &questions, thresholds);
}

/// Computing time is judged once, over all runs, and only where somebody has asked for it.
fn judge_cpu(comparison: &mut Comparison, thresholds: &Thresholds) {
    if thresholds.cpu_ratio.is_none() {
        return;
    }
    let single = comparison.tests.first_mut().map(|test| &mut test.rows).filter(|_| comparison.overall.is_empty());
    let rows = single.unwrap_or(&mut comparison.overall);
    for row in rows.iter_mut().filter(|row| row.figure == Figure::Cpu) {
        let is_worse = row.has_moved(Verdict::Worse, thresholds);
        row.verdict = Some(if is_worse { Verdict::Worse } else { Verdict::Same });
    }
}

/// Says so if there are so few pairs that no figure could have become worse, whatever had happened.
fn remark_on_certainty(comparison: &mut Comparison, questions: &[Evidence], thresholds: &Thresholds) {
    let Some(most) = questions.iter().map(|evidence| evidence.pairs).max() else { return };
    let surest = f64::powf(0.5, most as f64) * questions.len() as f64;
    if surest > thresholds.false_alarms {
        comparison.remarks.push(format!(
            "too few runs differ for any figure to be called better or worse ({most} at most): more --iterations would \
             tell"
        ));
    }
}
