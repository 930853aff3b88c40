//! How likely chance alone would be to favour one side so much. All tests are one-sided: a small
//! number speaks for the first side.

use statrs::distribution::{Binomial, ContinuousCDF as _, DiscreteCDF as _, Normal};

/// With more differences than this, the normal distribution stands for the exact one. Its tails are
/// the heavier ones, so it never calls a difference surer than it is.
const EXACT: usize = 60;

/// The chance that of fair coin flips, so many together, at least `this` come up on this side.
/// McNemar's exact test, if these are the pairs that changed to this side and to the other.
pub(super) fn sign_test(this: u64, other: u64) -> f64 {
    let Some(fewer) = this.checked_sub(1) else { return 1.0 };
    Binomial::new(0.5, this + other).map_or(1.0, |flips| flips.sf(fewer))
}

/// Wilcoxon's signed-rank test: the chance that the positive differences outweigh the negative ones
/// at least so much. Zeros say nothing and are left out; equal sizes share their ranks.
pub(super) fn signed_rank_test(differences: &[f64]) -> f64 {
    let ranked = doubled_ranks(differences);
    let positive = ranked.iter().filter(|(is_positive, _)| *is_positive).map(|(_, rank)| rank).sum();
    let ranks: Vec<usize> = ranked.into_iter().map(|(_, rank)| rank).collect();
    if ranks.len() <= EXACT { exact_tail(&ranks, positive) } else { normal_tail(&ranks, positive) }
}

/// Whether each difference is positive, and twice the rank of its size: a shared rank may end in a
/// half.
fn doubled_ranks(differences: &[f64]) -> Vec<(bool, usize)> {
    let mut sorted: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    sorted.sort_by(|one, other| one.abs().total_cmp(&other.abs()));
    let mut ranked = Vec::with_capacity(sorted.len());
    for equal in sorted.chunk_by(|one, other| one.abs() == other.abs()) {
        let (first, last) = (ranked.len() + 1, ranked.len() + equal.len());
        ranked.extend(equal.iter().map(|difference| (*difference > 0.0, first + last)));
    }
    ranked
}

/// The chance that ranks, each taken with probability one half, add up to at least `sum`.
fn exact_tail(ranks: &[usize], sum: usize) -> f64 {
    let total: usize = ranks.iter().sum();
    // How likely each sum is, of the ranks so far.
    let mut chances = vec![0.0; total + 1];
    chances[0] = 1.0;
    for rank in ranks {
        for sum in (0..=total).rev() {
            let with = if sum >= *rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    chances[sum..].iter().sum::<f64>().min(1.0)
}

/// The same, for many ranks.
fn normal_tail(ranks: &[usize], sum: usize) -> f64 {
    let (mean, variance) = ranks.iter().fold((0.0, 0.0), |(mean, variance), rank| {
        let rank = *rank as f64;
        (mean + rank / 2.0, variance + rank * rank / 4.0)
    });
    // Doubled ranks go in steps of two, so half a step is one.
    Normal::standard().sf((sum as f64 - mean - 1.0) / f64::sqrt(variance))
}

/// Holm's correction: each chance as it is worth among all of them. Those of at most `x` are all
/// right together, except with probability `x`.
pub(super) fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|one, other| chances[*one].total_cmp(&chances[*other]));
    let mut corrected = vec![1.0; chances.len()];
    let mut largest: f64 = 0.0;
    for (place, which) in order.into_iter().enumerate() {
        largest = largest.max(chances[which] * (chances.len() - place) as f64).min(1.0);
        corrected[which] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    #[track_caller]
    fn is(value: f64, expected: f64, digits: i32) {
        assert!((value - expected).abs() < 0.5 * 10_f64.powi(-digits), "{value} is not {expected}");
    }

    /// Hollander & Wolfe (1973), p. 29: depression before and after a tranquilliser. R's manual has
    /// it as the example of `wilcox.test`, and gives p = 0.01953.
    #[test]
    #[expect(clippy::approx_constant, reason = "3.14 was measured")]
    fn a_published_example_of_the_signed_rank_test() {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let differences: Vec<f64> = before.iter().zip(after).map(|(before, after)| before - after).collect();
        is(signed_rank_test(&differences), 0.01953, 5);
    }

    /// The table of critical values: for ten pairs, ranks of at most 8 against, at a level of 0.025;
    /// for twenty, at most 52; for fifty, 434 (Wilcoxon & Wilcox, 1964). One more is too much.
    #[test]
    fn the_published_critical_values() {
        for (pairs, critical) in [(10, 8), (20, 52), (50, 434)] {
            let ranks: Vec<usize> = (1..=pairs).collect();
            let total: usize = ranks.iter().sum();
            assert!(exact_tail(&ranks, total - critical) <= 0.025, "{pairs}");
            assert!(exact_tail(&ranks, total - critical - 1) > 0.025, "{pairs}");
        }
    }

    #[test]
    fn zeros_say_nothing_and_ties_share_their_ranks() {
        assert_eq!(signed_rank_test(&[]), 1.0);
        assert_eq!(signed_rank_test(&[0.0, 0.0]), 1.0);
        is(signed_rank_test(&[1.0, 0.0, 2.0, 3.0]), 0.125, 9);
        // Ranks 1.5, 1.5 and 3: of eight sums, two are at least 4.5 and one is 6.
        is(signed_rank_test(&[-1.0, 1.0, 2.0]), 3.0 / 8.0, 9);
        is(signed_rank_test(&[1.0, 1.0, 2.0]), 1.0 / 8.0, 9);
    }

    #[test]
    fn the_normal_distribution_is_close_and_never_the_surer_one() {
        let ranks: Vec<usize> = (1..=EXACT).map(|rank| 2 * rank).collect();
        let total: usize = ranks.iter().sum();
        for sum in (total / 2..total).step_by(2) {
            let (exact, normal) = (exact_tail(&ranks, sum), normal_tail(&ranks, sum));
            assert!((exact - normal).abs() < 0.002, "{sum}: {exact} {normal}");
            assert!(exact > 0.01 || normal > exact, "{sum}: {exact} {normal}");
        }
    }

    /// Without a difference, one test in twenty says 0.05 or less.
    #[test]
    fn it_errs_as_often_as_it_says() {
        let mut random = Random::new(1);
        for pairs in [12, 40, 200] {
            let mut difference = || (random.below(2_001) as f64 - 1_000.0).powi(3);
            let mut wrong = || signed_rank_test(&(0..pairs).map(|_| difference()).collect::<Vec<f64>>()) <= 0.05;
            let share = (0..4_000).filter(|_| wrong()).count() as f64 / 4_000.0;
            assert!((0.038..0.060).contains(&share), "{pairs}: {share}");
        }
    }

    /// Eight of nine on one side: ten of 512.
    #[test]
    fn coins_that_are_fair() {
        is(sign_test(8, 1), 10.0 / 512.0, 12);
        is(sign_test(10, 0), 1.0 / 1024.0, 12);
        is(sign_test(0, 5), 1.0, 12);
        is(sign_test(0, 0), 1.0, 12);
        is(sign_test(30, 0) / 2_f64.powi(-30), 1.0, 6);
    }

    /// Hypotheses of Wikipedia's article on the method: 0.01, 0.04, 0.03, 0.005.
    #[test]
    fn a_published_example_of_holms_correction() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (value, expected) in corrected.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            is(value, expected, 12);
        }
        assert_eq!(holm(&[0.7, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
