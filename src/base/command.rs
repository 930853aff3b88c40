//! What clients ask Raft to agree on.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Longest text that is shown of a command; the rest is counted.
const SHOWN: usize = 16;

/// A client's command: bytes that Raft stores and delivers, and never looks into.
///
/// The lab's testers submit integers (eight bytes, little endian) and strings. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Command(Bytes);

impl Command {
    /// The command that stands for an integer.
    pub fn integer(value: u64) -> Command {
        Command(Bytes::copy_from_slice(&value.to_le_bytes()))
    }

    /// The integer that this command stands for; none if it is not eight bytes long.
    pub fn as_integer(&self) -> Option<u64> {
        self.0.as_ref().try_into().ok().map(u64::from_le_bytes)
    }

    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Bytes> for Command {
    fn from(bytes: Bytes) -> Command {
        Command(bytes)
    }
}

impl From<String> for Command {
    fn from(text: String) -> Command {
        Command(Bytes::from(text))
    }
}

impl From<&[u8]> for Command {
    fn from(bytes: &[u8]) -> Command {
        Command(Bytes::copy_from_slice(bytes))
    }
}

impl fmt::Display for Command {
    /// Integers in decimal, text in quotes, anything else as its length; long ones shortened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(integer) = self.as_integer() {
            return write!(f, "{integer}");
        }
        match std::str::from_utf8(&self.0) {
            Ok(text) if text.chars().count() > SHOWN => {
                let start: String = text.chars().take(SHOWN).collect();
                write!(f, "{start:?}…({} bytes)", self.0.len())
            }
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "({} bytes)", self.0.len()),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip_and_other_lengths_are_none() {
        assert_eq!(Command::integer(u64::MAX).as_integer(), Some(u64::MAX));
        assert_eq!(Command::from("abc".to_owned()).as_integer(), None);
    }

    #[test]
    fn long_text_is_shortened() {
        let shown = Command::from("x".repeat(5_000)).to_string();
        assert_eq!(shown, "\"xxxxxxxxxxxxxxxx\"…(5000 bytes)");
    }
}
