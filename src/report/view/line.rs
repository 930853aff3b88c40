//! One line of a trace, read: `<time> <TOPIC> S<n>.<life> T<term> <text>`.

use crate::base::{Instant, ServerId};
use crate::trace::Topic;

/// A line of a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line<'l> {
    /// All of it.
    pub(super) whole: &'l str,
    /// When it happened.
    pub(super) at: Instant,
    /// What it is about.
    pub(super) topic: Topic,
    /// The server that it is told of, if it is a server's line.
    pub(super) server: Option<ServerId>,
    /// What follows the topic: server, life and term are part of it.
    pub(super) text: &'l str,
}

impl<'l> Line<'l> {
    /// Reads a line; none if it has another form.
    pub(super) fn read(line: &'l [u8]) -> Option<Line<'l>> {
        let whole = std::str::from_utf8(line).ok()?;
        let (time, rest) = whole.split_once(' ')?;
        let (topic, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let topic = Topic::named(topic)?;
        // Other tools have other times: in tenths of milliseconds, or of the day.
        let (_, micros) = time.split_once('.')?;
        let at = time.parse().ok().filter(|_| micros.len() == 6)?;
        // Viewers expect no server on lines of the tester, whatever their first word is.
        let server = if topic == Topic::Test { None } else { text.split(' ').next().and_then(server) };
        Some(Line { whole, at, topic, server, text })
    }

    /// Time and topic, as they are.
    pub(super) fn head(&self) -> &'l str {
        self.whole.strip_suffix(self.text).unwrap_or(self.whole).trim_end()
    }

    /// The servers that it concerns: its own; all that are named where it is nobody's, or tells of a
    /// message that its target knows nothing of. None if it concerns nobody in particular.
    pub(super) fn concerns(&self) -> Vec<ServerId> {
        match self.server {
            Some(server) if self.topic != Topic::Drop => vec![server],
            _ => self.text.split(|sign: char| !sign.is_alphanumeric() && sign != '.').filter_map(server).collect(),
        }
    }
}

/// `S2`, or `S2.1` with its life; a sentence may end with it.
fn server(word: &str) -> Option<ServerId> {
    let word = word.trim_end_matches('.');
    let (server, life) = word.split_once('.').unwrap_or((word, ""));
    life.bytes().all(|byte| byte.is_ascii_digit()).then(|| server.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Line<'_>> {
        Line::read(line.as_bytes())
    }

    /// The numbers of those whom a line concerns.
    fn concerned(line: &str) -> Vec<usize> {
        read(line).expect("it is a line").concerns().into_iter().map(ServerId::number).collect()
    }

    #[test]
    fn a_line_has_its_parts() {
        let line = read("003.104617 LOG1 S2.1 T7 -> S0 AppendEntries#412 term=7").expect("it is a line");
        assert_eq!((line.at, line.topic), (Instant::from_micros(3_104_617), Topic::Log1));
        assert_eq!((line.server, line.head()), (Some(ServerId::new(2)), "003.104617 LOG1"));
        assert_eq!(line.text, "S2.1 T7 -> S0 AppendEntries#412 term=7");
        let empty = read("003.104617 INFO ").expect("it is a line");
        assert_eq!((empty.server, empty.text, empty.head()), (None, "", "003.104617 INFO"));
    }

    #[test]
    fn what_has_another_form_is_no_line() {
        for other in ["", "x", "LEAD S1.1 T1 leads", "006742 VOTE S1 asks", "1.5 VOTE S1", "1.000000 vote S1"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(Line::read(b"000.000000 INFO S1.1 T0 \xff"), None);
    }

    #[test]
    fn lines_concern_their_server_or_those_they_name() {
        assert_eq!(concerned("000.550134 LOG2 S2.1 T1 <- S1 AppendEntries#6 delivered"), [2]);
        assert_eq!(concerned("000.550134 DROP S2.1 T1 -> S0 AppendEntries#6 request lost"), [2, 0]);
        assert_eq!(concerned("000.550134 TEST crash S2.1"), [2]);
        assert_eq!(concerned("000.550134 TEST S3 and {S0, S1} disagree with S4.2."), [3, 0, 1, 4]);
        assert_eq!(concerned("000.550134 TEST network unreliable, Start, S, SNAP, S1.x"), [0; 0]);
    }
}
