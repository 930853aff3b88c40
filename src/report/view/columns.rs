//! A column for every server: time and topic at the left, and the text in the column of its server.

use std::collections::BTreeSet;

use super::line::Line;
use crate::base::ServerId;

/// Room for time and topic, in characters.
const HEAD: usize = 16;
/// Between two columns.
const GAP: usize = 2;
/// A column is never narrower, however narrow the terminal is: a word such as `AppendEntries#412` is
/// hard enough to read in two pieces.
const NARROWEST: usize = 12;
/// What the tester says first, before the number of servers.
const BEGIN: &str = "begin, servers: ";

/// Where each server's column is.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// All columns together.
    width: usize,
    /// Servers that have a column; all, if it is empty.
    chosen: BTreeSet<ServerId>,
    /// How many servers are known of.
    servers: usize,
}

impl Columns {
    pub(super) fn new(width: usize, chosen: BTreeSet<ServerId>) -> Columns {
        Columns { width, chosen, servers: 1 }
    }

    /// Learns from a line how many servers there are.
    pub(super) fn learn(&mut self, line: &Line<'_>) {
        let told = line.text.strip_prefix(BEGIN).and_then(|number| number.parse().ok());
        let seen = line.server.map(|server| server.number() + 1);
        self.servers = [told, seen].into_iter().flatten().fold(self.servers, usize::max);
    }

    /// The rows that show a line: what is a server's wrapped in its column, everything else across all
    /// columns.
    pub(super) fn rows(&self, line: &Line<'_>) -> Vec<String> {
        let column = line.server.and_then(|_| line.concerns().into_iter().find_map(|server| self.place(server)));
        let all = self.width.saturating_sub(HEAD).max(NARROWEST);
        let (indent, width) = match column {
            Some(column) => (column * (self.column_width() + GAP), self.column_width()),
            None => (0, all),
        };
        let heads = std::iter::once(line.head()).chain(std::iter::repeat(""));
        let pieces = textwrap::wrap(line.text, width);
        let rows = heads.zip(pieces).map(|(head, piece)| format!("{head:HEAD$}{:indent$}{piece}", ""));
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    /// Which column a server has; none if it has none.
    fn place(&self, server: ServerId) -> Option<usize> {
        if self.chosen.is_empty() {
            return Some(server.number());
        }
        self.chosen.iter().position(|chosen| *chosen == server)
    }

    fn column_width(&self) -> usize {
        let columns = if self.chosen.is_empty() { self.servers } else { self.chosen.len() };
        let room = self.width.saturating_sub(HEAD + (columns - 1) * GAP);
        (room / columns).max(NARROWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of a trace with columns for these servers.
    fn rows(width: usize, chosen: &[usize], lines: &[&str]) -> Vec<String> {
        let mut columns = Columns::new(width, chosen.iter().copied().map(ServerId::new).collect());
        let lines: Vec<Line<'_>> = lines.iter().filter_map(|line| Line::read(line.as_bytes())).collect();
        let show = |line| {
            columns.learn(line);
            columns.rows(line)
        };
        lines.iter().flat_map(show).collect()
    }

    #[test]
    fn each_server_has_its_column_and_the_tester_all() {
        let lines = [
            "000.000000 TEST begin, servers: 3",
            "000.508470 LEAD S1.1 T1 leads",
            "000.550000 LOG1 S0.2 T1 -> S2 AppendEntries#6 term=1",
            "000.600000 TEST the tester says something that is as long as all the columns",
            "000.700000 INFO S2.1 T0 ",
        ];
        let expected = [
            "000.000000 TEST begin, servers: 3",
            "000.508470 LEAD                 S1.1 T1 leads",
            "000.550000 LOG1 S0.2 T1 -> S2",
            "                AppendEntries#",
            "                6 term=1",
            "000.600000 TEST the tester says something that is as long as",
            "                all the columns",
            "000.700000 INFO                                 S2.1 T0",
        ];
        assert_eq!(rows(62, &[], &lines), expected);
    }

    #[test]
    fn chosen_servers_share_the_width() {
        let lines = [
            "000.000000 TEST begin, servers: 5",
            "000.100000 LEAD S3.1 T1 leads",
            "000.200000 DROP S0.1 T1 -> S3 AppendEntries#6 lost",
            "000.300000 LEAD S1.1 T2 leads",
        ];
        let expected = [
            "000.000000 TEST begin, servers: 5",
            "000.100000 LEAD                             S3.1 T1 leads",
            "000.200000 DROP                             S0.1 T1 -> S3",
            "                                            AppendEntries#6 lost",
            "000.300000 LEAD S1.1 T2 leads",
        ];
        assert_eq!(rows(70, &[1, 3], &lines), expected);
    }

    #[test]
    fn no_column_is_too_narrow_to_be_read() {
        let lines = ["000.100000 LEAD S6.1 T1 leads", "000.100000 TEST a sentence"];
        let expected = [
            format!("000.100000 LEAD {:84}S6.1 T1", ""),
            format!("{:100}leads", ""),
            "000.100000 TEST a sentence".to_owned(),
        ];
        assert_eq!(rows(40, &[], &lines), expected);
    }
}
