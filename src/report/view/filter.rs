//! Which lines of a trace are shown.

use std::collections::BTreeSet;

use super::line::Line;
use crate::base::{Instant, ServerId};
use crate::trace::Topic;

/// What is to be seen of a trace; everything, if nobody says anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    /// Lines of these topics.
    pub topics: BTreeSet<Topic>,
    /// Lines that concern any of these servers, or nobody in particular; of all servers, if it is
    /// empty.
    pub servers: BTreeSet<ServerId>,
    /// Lines from this instant on.
    pub from: Instant,
    /// Lines up to and with this instant.
    pub to: Instant,
}

impl Default for Filter {
    fn default() -> Filter {
        let to = Instant::from_micros(u64::MAX);
        Filter { topics: Topic::ALL.into(), servers: BTreeSet::new(), from: Instant::START, to }
    }
}

impl Filter {
    pub(super) fn keeps_all(&self) -> bool {
        *self == Filter::default()
    }

    pub(super) fn keeps(&self, line: &Line<'_>) -> bool {
        (self.from..=self.to).contains(&line.at) && self.topics.contains(&line.topic) && self.is_concerned(line)
    }

    fn is_concerned(&self, line: &Line<'_>) -> bool {
        if self.servers.is_empty() {
            return true;
        }
        let concerned = line.concerns();
        concerned.is_empty() || concerned.iter().any(|server| self.servers.contains(server))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 7] = [
        "000.000000 TEST begin, servers: 3",
        "000.000000 TEST start S2.1",
        "000.100000 VOTE S2.1 T1 -> S0 RequestVote#1 term=1",
        "000.100200 VOTE S0.1 T0 <- S2 RequestVote#1 delivered",
        "000.100200 LOG2 S1.1 T0 <- S2 AppendEntries#3 delivered",
        "000.100300 DROP S2.1 T1 -> S1 RequestVote#2 request lost",
        "000.200000 TEST crash S2.1",
    ];

    /// The places of the lines that are kept.
    fn kept(filter: &Filter) -> Vec<usize> {
        let lines = LINES.iter().map(|line| Line::read(line.as_bytes()).expect("it is a line"));
        lines.enumerate().filter(|(_, line)| filter.keeps(line)).map(|(place, _)| place).collect()
    }

    #[test]
    fn everything_is_kept_by_default() {
        assert!(Filter::default().keeps_all());
        assert_eq!(kept(&Filter::default()).len(), LINES.len());
    }

    #[test]
    fn topics_are_kept_alone() {
        assert_eq!(kept(&Filter { topics: [Topic::Vote, Topic::Log2].into(), ..Filter::default() }), [2, 3, 4]);
    }

    #[test]
    fn a_server_sees_its_lines_and_what_was_lost_on_the_way_to_it() {
        let of = |servers: &[usize]| {
            let servers = servers.iter().copied().map(ServerId::new).collect();
            kept(&Filter { servers, ..Filter::default() })
        };
        assert_eq!(of(&[0]), [0, 3]);
        assert_eq!(of(&[1]), [0, 4, 5]);
        assert_eq!(of(&[2]), [0, 1, 2, 5, 6]);
        assert_eq!(of(&[0, 1]), [0, 3, 4, 5]);
    }

    #[test]
    fn both_ends_of_a_time_belong_to_it() {
        let between = |from, to| {
            let (from, to) = (Instant::from_micros(from), Instant::from_micros(to));
            kept(&Filter { from, to, ..Filter::default() })
        };
        assert_eq!(between(100_000, 100_200), [2, 3, 4]);
        assert_eq!(between(100_201, 199_999), [5]);
    }
}
