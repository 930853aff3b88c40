//! What clients ask Raft to agree on.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest text that is shown of a command; the rest is counted.
const SHOWN: usize = 16;

/// A client's command: bytes that Raft stores and delivers, and never looks into.
///
/// The lab's testers submit integers (eight bytes, little endian) and strings. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Command(Repr);

/// Nearly all commands are integers, so these are kept without allocating.
/// Invariant: eight bytes are always an `Integer`, so that equal commands look the same.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Integer([u8; 8]),
    Bytes(Bytes),
}

impl Command {
    /// The command that stands for an integer.
    pub fn integer(value: u64) -> Command {
        Command(Repr::Integer(value.to_le_bytes()))
    }

    /// The integer that this command stands for; none if it is not eight bytes long.
    pub fn as_integer(&self) -> Option<u64> {
        match self.0 {
            Repr::Integer(bytes) => Some(u64::from_le_bytes(bytes)),
            Repr::Bytes(_) => None,
        }
    }

    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Integer(bytes) => bytes,
            Repr::Bytes(bytes) => bytes,
        }
    }
}

impl Default for Command {
    fn default() -> Command {
        Command(Repr::Bytes(Bytes::new()))
    }
}

impl From<Bytes> for Command {
    fn from(bytes: Bytes) -> Command {
        match bytes.as_ref().try_into() {
            Ok(integer) => Command(Repr::Integer(integer)),
            Err(_) => Command(Repr::Bytes(bytes)),
        }
    }
}

impl From<String> for Command {
    fn from(text: String) -> Command {
        Command::from(Bytes::from(text))
    }
}

impl From<&[u8]> for Command {
    fn from(bytes: &[u8]) -> Command {
        match bytes.try_into() {
            Ok(integer) => Command(Repr::Integer(integer)),
            Err(_) => Command(Repr::Bytes(Bytes::copy_from_slice(bytes))),
        }
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Command, D::Error> {
        Bytes::deserialize(deserializer).map(Command::from)
    }
}

impl fmt::Display for Command {
    /// Integers in decimal, text in quotes, anything else as its length; long ones shortened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(integer) = self.as_integer() {
            return write!(f, "{integer}");
        }
        match std::str::from_utf8(self.as_bytes()) {
            Ok(text) if text.chars().count() > SHOWN => {
                let start: String = text.chars().take(SHOWN).collect();
                write!(f, "{start:?}…({} bytes)", self.as_bytes().len())
            }
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "({} bytes)", self.as_bytes().len()),
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
    fn eight_bytes_are_the_same_command_wherever_they_come_from() {
        let integer = Command::integer(u64::from_le_bytes(*b"8 bytes!"));
        assert_eq!(Command::from("8 bytes!".to_owned()), integer);
        assert_eq!(Command::from(Bytes::from_static(b"8 bytes!")), integer);
        assert_eq!(Command::from(b"8 bytes!".as_slice()), integer);
    }

    #[test]
    fn commands_are_encoded_as_their_bytes() {
        for command in [Command::integer(7), Command::from("abc".to_owned()), Command::default()] {
            let encoded = postcard::to_extend(&command, Vec::new()).expect("bytes can be encoded");
            assert_eq!(encoded[1..], *command.as_bytes());
            assert_eq!(postcard::from_bytes(&encoded), Ok(command));
        }
    }

    #[test]
    fn long_text_is_shortened() {
        let shown = Command::from("x".repeat(5_000)).to_string();
        assert_eq!(shown, "\"xxxxxxxxxxxxxxxx\"…(5000 bytes)");
    }
}
