//! What all of it comes to: how many bugs were caught, and how soon.

use super::header::Kind;
use super::play::Report;

/// The kinds that are summed up together.
const GROUPS: [(&str, [Kind; 2]); 2] =
    [("safety and durability", [Kind::Safety, Kind::Durability]), ("liveness and cost", [Kind::Liveness, Kind::Cost])];

/// In which iteration a bug was caught first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct First {
    pub(super) kind: Kind,
    /// In the course's parts alone.
    pub(super) course: Option<u64>,
    /// There or in the part beyond.
    pub(super) anywhere: Option<u64>,
}

impl From<&Report> for First {
    fn from(report: &Report) -> First {
        First {
            kind: report.header.kind,
            course: report.by_course().map(|caught| caught.iteration),
            anywhere: report.anywhere().map(|caught| caught.iteration),
        }
    }
}

/// One line of totals.
pub(super) struct Total {
    pub(super) group: &'static str,
    pub(super) bugs: usize,
    /// Caught in the course's parts alone.
    pub(super) course: Caught,
    /// Caught there or in the part beyond.
    pub(super) all: Caught,
}

/// How many were caught, and the median of the first iterations in which they were.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Caught {
    pub(super) bugs: usize,
    pub(super) median: Option<u64>,
}

pub(super) fn totals(bugs: &[First]) -> Vec<Total> {
    let total = |(group, kinds): (&'static str, [Kind; 2])| {
        let members: Vec<&First> = bugs.iter().filter(|bug| kinds.contains(&bug.kind)).collect();
        let course = members.iter().filter_map(|bug| bug.course).collect();
        let all = members.iter().filter_map(|bug| bug.anywhere).collect();
        Total { group, bugs: members.len(), course: caught(course), all: caught(all) }
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

    #[test]
    fn kinds_are_summed_up_together_and_what_is_legal_is_not() {
        let bug = |kind, course, anywhere| First { kind, course, anywhere };
        let bugs =
            [bug(Kind::Safety, None, Some(3)), bug(Kind::Durability, Some(1), Some(1)), bug(Kind::Legal, None, None)];
        let totals = totals(&bugs);
        assert_eq!(totals.len(), 1);
        assert_eq!((totals[0].bugs, totals[0].course.bugs, totals[0].all.bugs), (2, 1, 2));
    }
}
