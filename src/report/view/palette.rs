//! The colours of topics: those of dslogs, the log viewer that the course's students know.

use std::array;

use colored::Color;

use crate::trace::Topic;

/// Ends a colour.
const RESET: &str = "\x1b[0m";

/// For every topic, what begins its colour. Where a terminal does not have so many colours, it is the
/// nearest one.
#[derive(Clone, Debug)]
pub(super) struct Palette([String; Topic::ALL.len()]);

impl Palette {
    pub(super) fn new() -> Palette {
        Palette(array::from_fn(|place| match colour(Topic::ALL[place]) {
            Some(colour) => format!("\x1b[{}m", colour.to_fg_str()),
            None => String::new(),
        }))
    }

    /// What stands before and after a text of this topic.
    pub(super) fn around(&self, topic: Topic) -> (&str, &str) {
        let begin = &self.0[topic as usize];
        (begin, if begin.is_empty() { "" } else { RESET })
    }
}

/// None is the terminal's own: white, which dslogs has there, is not seen on white.
const fn colour(topic: Topic) -> Option<Color> {
    Some(match topic {
        Topic::Timr => rgb(0x9a9a99),
        Topic::Vote => rgb(0x67a0b2),
        Topic::Lead => rgb(0xd0b343),
        Topic::Term => rgb(0x70c43f),
        Topic::Log1 => rgb(0x4878bc),
        Topic::Log2 => rgb(0x398280),
        Topic::Cmit => rgb(0x98719f),
        Topic::Pers | Topic::Warn => rgb(0xd08341),
        Topic::Snap => rgb(0xfd971f),
        Topic::Drop => rgb(0xff615c),
        Topic::Clnt => rgb(0x00813c),
        Topic::Test => rgb(0xfe2c79),
        Topic::Info => return None,
        Topic::Erro | Topic::Trce => rgb(0xfe2626),
    })
}

const fn rgb(bits: u32) -> Color {
    let [_, r, g, b] = bits.to_be_bytes();
    Color::TrueColor { r, g, b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_its_own_place() {
        for (place, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(topic as usize, place);
        }
    }

    #[test]
    fn colours_end_where_they_begin() {
        let palette = Palette::new();
        assert_eq!(palette.around(Topic::Info), ("", ""));
        let (begin, end) = palette.around(Topic::Vote);
        assert!(begin.starts_with("\x1b[") && begin.ends_with('m'), "{begin:?}");
        assert_eq!(end, "\x1b[0m");
    }
}
