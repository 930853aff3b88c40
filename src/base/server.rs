//! Who acts: servers, their lives, and the two numbers of the Raft paper that everybody speaks of.

use std::fmt;
use std::str::FromStr;

/// A term of the Raft paper (§5.1); 0 before the first election.
pub type Term = u64;

/// A position in Raft's log; the first entry ever has index 1.
pub type Index = u64;

/// One Raft server, numbered from 0 and shown as `S0`, `S1`, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ServerId(u8);

impl ServerId {
    /// The server with this number.
    ///
    /// # Panics
    /// If `number` is above 255: no lab has so many servers.
    pub fn new(number: usize) -> ServerId {
        ServerId(u8::try_from(number).expect("a cluster has at most 256 servers"))
    }

    /// The server with this number, for constants.
    pub const fn new_const(number: u8) -> ServerId {
        ServerId(number)
    }

    /// The server's number, for use as an index.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

impl fmt::Debug for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says that a text is no server, and what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a server is S and its number, like S0")]
pub struct ParseServerError;

impl FromStr for ServerId {
    type Err = ParseServerError;

    fn from_str(text: &str) -> Result<ServerId, ParseServerError> {
        let number = text.strip_prefix('S').filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        number.and_then(|number| number.parse().ok()).map(ServerId).ok_or(ParseServerError)
    }
}

/// A client of the service above Raft, numbered from 0 in the order in which a run makes them, and shown
/// as `C0`, `C1`, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u32);

impl ClientId {
    /// The client with this number.
    pub const fn new(number: u32) -> ClientId {
        ClientId(number)
    }

    /// The client's number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Who can call a server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Party {
    /// Another server, or itself.
    Server(ServerId),
    /// A client.
    Client(ClientId),
}

impl From<ServerId> for Party {
    fn from(server: ServerId) -> Party {
        Party::Server(server)
    }
}

impl From<ClientId> for Party {
    fn from(client: ClientId) -> Party {
        Party::Client(client)
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Server(server) => server.fmt(f),
            Party::Client(client) => client.fmt(f),
        }
    }
}

/// One life of a server, from its start to its crash; shown as `S2.1` (server 2, first life).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation {
    /// The server that lives.
    pub server: ServerId,
    /// Which of its lives this is, counted from 1.
    pub life: u32,
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.server, self.life)
    }
}

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_as_they_are_shown() {
        for number in [0, 7, 255] {
            assert_eq!(ServerId::new(number).to_string().parse(), Ok(ServerId::new(number)));
        }
        for bad in ["", "S", "1", "S256", "S+1", "S1.1", "s1"] {
            assert!(bad.parse::<ServerId>().is_err(), "{bad}");
        }
    }
}
