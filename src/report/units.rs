//! Numbers as people read them.

use std::time::Duration;

/// A size such as `1.4 MiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// Seconds with one decimal.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

/// Whole milliseconds, or a dash.
pub(super) fn millis(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "-".to_owned(), |duration| duration.as_millis().to_string())
}

/// A share of all, such as `0.6 %`; two digits at least, for small ones matter.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = if percent == 0.0 || percent >= 0.1 { 1 } else { (-percent.log10()).ceil() as usize + 1 };
    format!("{percent:.decimals$} %")
}

/// `1 run`, `2 runs`.
pub fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(3 << 30), "3.0 GiB");
    }

    #[test]
    fn shares_keep_the_digits_that_matter() {
        let shares = [0.0, 1.0, 0.005_974, 0.123_45, 0.000_748, 0.000_003];
        assert_eq!(shares.map(percent), ["0.0 %", "100.0 %", "0.6 %", "12.3 %", "0.075 %", "0.00030 %"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([count(0, "run"), count(1, "run"), count(2, "run")], ["0 runs", "1 run", "2 runs"]);
    }
}
