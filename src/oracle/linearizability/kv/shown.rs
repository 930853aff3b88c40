//! Operations, keys and values as a contradiction shows them.

use std::fmt;

use super::{KvInput, KvOperation};

/// Longest text that is shown whole, in characters.
const SHOWN: usize = 40;
/// Of a longer one, so much of its beginning and of its end.
const SHOWN_ENDS: usize = 16;

/// A Get that returned.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) number: usize,
    pub(super) operation: &'a KvOperation<'a>,
    pub(super) value: &'a str,
}

/// Who asked for what, such as `C1's Append(4, "x 1 0 y")`.
pub(super) struct Call<'a>(pub(super) &'a KvOperation<'a>);

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let client = self.0.client;
        match self.0.input {
            KvInput::Get { key } => write!(f, "C{client}'s Get({})", name(key)),
            KvInput::Put { key, value } => write!(f, "C{client}'s Put({}, {})", name(key), shown(value)),
            KvInput::Append { key, value } => write!(f, "C{client}'s Append({}, {})", name(key), shown(value)),
        }
    }
}

/// When an operation was.
pub(super) struct Interval<'a>(pub(super) &'a KvOperation<'a>);

impl fmt::Display for Interval<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.returned_at() {
            Some(at) => write!(f, "from {} to {at}", self.0.called),
            None => write!(f, "called at {}, which never returned", self.0.called),
        }
    }
}

/// When an operation returned.
pub(super) struct Returned<'a>(pub(super) &'a KvOperation<'a>);

impl fmt::Display for Returned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.returned_at() {
            Some(at) => write!(f, "at {at}"),
            None => write!(f, "never"),
        }
    }
}

impl fmt::Display for Read<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Read { operation, value, .. } = self;
        let (client, key) = (operation.client, name(operation.input.key()));
        write!(f, "C{client} read key {key} {} and got {}", Interval(operation), shown(value))
    }
}

/// A key: as it is, or in quotes if one could overlook some of it.
fn name(key: &str) -> String {
    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c));
    if is_plain { key.to_owned() } else { shown(key) }
}

/// A text in quotes; a long one with its beginning, its end and its length.
pub(super) fn shown(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(SHOWN_ENDS).collect();
    let end: String = text.chars().skip(count - SHOWN_ENDS).collect();
    format!("{start:?}…{end:?} ({count} characters)")
}
