//! How often something may still happen that was seen so many times.

/// With 95 % confidence, the rate of failures is not above this, after `failed` of `played`
/// independent runs; none if nothing was played.
///
/// The one-sided bound of Clopper and Pearson: the rate at which so few failures, or fewer, would be
/// seen in one of twenty campaigns. It is exact, so it also holds where few runs or no failures make
/// approximations wrong.
pub fn failure_rate_upper_95(failed: u64, played: u64) -> Option<f64> {
    if played == 0 {
        return None;
    }
    if failed >= played {
        return Some(1.0);
    }
    let (mut low, mut high) = (failed as f64 / played as f64, 1.0);
    // Each step halves the interval, until a float has nothing in between.
    for _ in 0..64 {
        let rate = f64::midpoint(low, high);
        if at_most(failed, played, rate) > 0.05 { low = rate } else { high = rate }
    }
    Some(high)
}

/// How probable at most `failed` failures in `played` runs are, at this rate. In logarithms: the
/// factors of long campaigns are too small for floats.
fn at_most(failed: u64, played: u64, rate: f64) -> f64 {
    if rate >= 1.0 {
        return 0.0;
    }
    let odds = rate.ln() - (-rate).ln_1p();
    let mut term = played as f64 * (-rate).ln_1p();
    let mut sum = term.exp();
    for seen in 0..failed {
        term += ((played - seen) as f64 / (seen + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(failed: u64, played: u64, expected: f64) {
        let bound = failure_rate_upper_95(failed, played).expect("runs were played");
        assert!((bound - expected).abs() < 2e-6, "{failed} of {played}: {bound}, not {expected}");
    }

    /// Without a failure the bound has a closed form: the rate at which 0.95 of campaigns see one.
    #[test]
    fn without_a_failure_it_is_the_rule_of_three_made_exact() {
        for played in [1, 10, 100, 500, 4_000, 1_000_000] {
            is(0, played, 1.0 - 0.05f64.powf(1.0 / played as f64));
        }
        is(0, 500, 0.005_974);
    }

    /// From the NIST/SEMATECH handbook of statistical methods, 7.2.4.1, and from common tables.
    #[test]
    fn it_is_what_others_have_published() {
        is(4, 20, 0.401_029);
        is(1, 10, 0.394_163);
        is(2, 10, 0.506_901);
        is(5, 100, 0.102_253);
    }

    #[test]
    fn nothing_played_says_nothing_and_everything_failed_excludes_nothing() {
        assert_eq!(failure_rate_upper_95(0, 0), None);
        assert_eq!(failure_rate_upper_95(7, 7), Some(1.0));
    }

    #[test]
    fn long_campaigns_with_many_failures_are_no_trouble() {
        let bound = failure_rate_upper_95(50_000, 100_000).expect("runs were played");
        // Here the normal approximation is good: a half, and 1.645 standard deviations.
        assert!((bound - (0.5 + 1.645 * 0.5 / 100_000f64.sqrt())).abs() < 1e-4, "{bound}");
    }
}
