//! What all of it comes to: how many bugs were caught, and how soon.

use super::header::Kind;
use super::play::Report;

/// The kinds that are summed up together.
const GROUPS: [(&str, [Kind; 2]); 2] =
    [("safety and durability", [Kind::Safety, Kind::Durability]), ("liveness and cost", [Kind::Liveness, Kind::Cost])];

/// One line of totals.
pub(super) struct Total {
    pub(super) group: &'static str,
    pub(super) bugs: usize,
    /// Caught in the course's parts alone.
    pub(super) course: Caught,
    /// Caught there or in part 2X.
    pub(super) all: Caught,
}

/// How many were caught, and the median of the first iterations in which they were.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Caught {
    pub(super) bugs: usize,
    pub(super) median: Option<u64>,
}

pub(super) fn totals(reports: &[Report]) -> Vec<Total> {
    let total = |(group, kinds): (&'static str, [Kind; 2])| {
        let members: Vec<&Report> = reports.iter().filter(|report| kinds.contains(&report.header.kind)).collect();
        let course = members.iter().filter_map(|report| report.by_course()).map(|caught| caught.iteration);
        let all = members.iter().filter_map(|report| report.anywhere()).map(|caught| caught.iteration);
        Total { group, bugs: members.len(), course: caught(course.collect()), all: caught(all.collect()) }
    };
    GROUPS.into_iter().map(total).filter(|total| total.bugs > 0).collect()
}

fn caught(mut iterations: Vec<u64>) -> Caught {
    iterations.sort_unstable();
    let median = iterations.get(iterations.len().saturating_sub(1) / 2).copied();
    Caught { bugs: iterations.len(), median }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(caught(vec![]), Caught { bugs: 0, median: None });
        assert_eq!(caught(vec![9, 1, 2]), Caught { bugs: 3, median: Some(2) });
        assert_eq!(caught(vec![9, 1, 2, 4]).median, Some(2));
    }
}
