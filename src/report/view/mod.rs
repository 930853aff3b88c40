//! What is shown of a trace, and how: some of its lines, in colours, in columns.
//!
//! Works on lines of text, so that a trace looks the same while it is played and when it is read
//! from a file. A line that is not of a trace's form is shown as it is.

mod columns;
mod filter;
mod line;
mod palette;
mod topics;

pub use filter::Filter;
pub use topics::{UnknownTopic, topics_named};

use columns::Columns;
use line::Line;
use palette::Palette;

/// A way to look at a trace. It gets all lines in their order; a clone is for another trace.
#[derive(Clone, Debug)]
pub struct View {
    filter: Filter,
    columns: Option<Columns>,
    palette: Option<Palette>,
    /// Every line is shown, and as it is: then it need not even be read.
    is_plain: bool,
}

impl View {
    /// Shows what `filter` keeps; one column per server, if the `width` of all of them together is
    /// given; in colours, if wanted.
    pub fn new(filter: Filter, width: Option<usize>, coloured: bool) -> View {
        let columns = width.map(|width| Columns::new(width, filter.servers.clone()));
        let is_plain = filter.keeps_all() && columns.is_none() && !coloured;
        View { filter, columns, palette: coloured.then(Palette::new), is_plain }
    }

    /// Whether it shows every line as it is.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether lines stand in columns.
    pub fn has_columns(&self) -> bool {
        self.columns.is_some()
    }

    /// Takes note of the next line of the trace, and says whether it is shown.
    pub fn keeps(&mut self, line: &[u8]) -> bool {
        if self.is_plain {
            return true;
        }
        let Some(line) = Line::read(line) else { return true };
        self.columns.iter_mut().for_each(|columns| columns.learn(&line));
        self.filter.keeps(&line)
    }

    /// Appends what is shown of a line.
    pub fn draw(&self, line: &[u8], output: &mut Vec<u8>) {
        let is_changed = self.columns.is_some() || self.palette.is_some();
        let Some(read) = is_changed.then(|| Line::read(line)).flatten() else {
            output.extend_from_slice(line);
            return output.push(b'\n');
        };
        let rows = match &self.columns {
            Some(columns) => columns.rows(&read),
            None => vec![read.whole.to_owned()],
        };
        for row in rows {
            let (begin, end) = self.palette.as_ref().map_or(("", ""), |palette| palette.around(read.topic));
            [begin, &row, end, "\n"].into_iter().for_each(|part| output.extend_from_slice(part.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Topic;

    const TRACE: &str = "\
000.000000 TEST begin, servers: 3
000.508470 LEAD S1.1 T1 won term 1 with the votes of {S0, S1}
this is no line of a trace
000.550134 LOG2 S2.1 T1 <- S1 AppendEntries#6 answered term=1 ok
";

    fn shown(mut view: View) -> String {
        let mut output = Vec::new();
        for line in TRACE.lines().map(str::as_bytes) {
            if view.keeps(line) {
                view.draw(line, &mut output);
            }
        }
        String::from_utf8(output).expect("it is text")
    }

    #[test]
    fn a_plain_view_shows_everything_as_it_is() {
        let view = View::new(Filter::default(), None, false);
        assert!(view.is_plain());
        assert_eq!(shown(view), TRACE);
    }

    #[test]
    fn what_is_no_line_of_a_trace_stays_whatever_is_kept() {
        let filter = Filter { topics: [Topic::Lead].into(), ..Filter::default() };
        let lines: Vec<&str> = TRACE.lines().collect();
        assert_eq!(shown(View::new(filter.clone(), None, false)).lines().collect::<Vec<_>>(), lines[1..3]);
        assert!(shown(View::new(filter, Some(60), true)).contains("\nthis is no line of a trace\n"));
    }

    #[test]
    fn columns_know_of_servers_whose_lines_are_not_kept() {
        let filter = Filter { topics: [Topic::Log2].into(), ..Filter::default() };
        let text = shown(View::new(filter, Some(80), false));
        let expected = "\
this is no line of a trace
000.550134 LOG2                                             S2.1 T1 <- S1
                                                            AppendEntries#6
                                                            answered term=1 ok
";
        assert_eq!(text, expected);
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        for width in [None, Some(60)] {
            let coloured = shown(View::new(Filter::default(), width, true));
            assert!(coloured.contains("\x1b[0m"), "{coloured}");
            let plain = shown(View::new(Filter::default(), width, false));
            assert_eq!(strip_ansi_escapes::strip_str(coloured), plain);
        }
    }
}
