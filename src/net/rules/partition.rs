//! A network that has fallen apart.

use super::super::{Link, Rule};
use crate::base::{Party, ServerId};

/// Lets servers reach only those of their own side; who is on no side reaches everybody. Clients are on
/// no side (`lab-spec/kv.md` §3.4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition(Vec<Vec<ServerId>>);

impl Partition {
    /// A network of these sides.
    pub fn new(sides: &[&[ServerId]]) -> Partition {
        Partition(sides.iter().map(|side| side.to_vec()).collect())
    }

    fn side_of(&self, server: ServerId) -> Option<usize> {
        self.0.iter().position(|side| side.contains(&server))
    }
}

impl Rule for Partition {
    fn cuts(&self, link: Link) -> bool {
        let Party::Server(from) = link.from else { return false };
        let (from, to) = (self.side_of(from), self.side_of(link.to));
        from.is_some() && to.is_some() && from != to
    }
}
