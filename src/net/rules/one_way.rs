//! Cuts in one direction.

use super::super::{Link, Rule};
use crate::base::{Party, ServerId};

/// Lets no request pass to a server, or none out of it, while calls the other way, and the replies
/// to them, go on as ever.
///
/// Not a fault of the course's network: there, every cut is two-way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OneWay {
    /// Requests to this server do not arrive.
    Into(ServerId),
    /// Requests of this server do not leave.
    OutOf(ServerId),
}

impl Rule for OneWay {
    fn cuts(&self, link: Link) -> bool {
        match *self {
            OneWay::Into(server) => link.to == server && matches!(link.from, Party::Server(_)),
            OneWay::OutOf(server) => link.from == Party::Server(server),
        }
    }
}
