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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ClientId;

    const S: [ServerId; 4] =
        [ServerId::new_const(0), ServerId::new_const(1), ServerId::new_const(2), ServerId::new_const(3)];

    #[test]
    fn servers_reach_their_own_side_and_whoever_is_on_none_reaches_everybody() {
        let partition = Partition::new(&[&[S[0], S[2]], &[S[1]]]);
        let cuts = |from: ServerId, to: ServerId| partition.cuts(Link { from: Party::Server(from), to });
        assert!(!cuts(S[0], S[2]) && !cuts(S[2], S[0]) && !cuts(S[1], S[1]));
        assert!(cuts(S[0], S[1]) && cuts(S[1], S[0]) && cuts(S[2], S[1]));
        assert!(!cuts(S[3], S[0]) && !cuts(S[1], S[3]));
    }

    #[test]
    fn a_side_may_be_empty_and_clients_reach_both() {
        let partition = Partition::new(&[&[], &[S[1]], &[S[2]]]);
        let client = Party::Client(ClientId::new(0));
        assert!(!partition.cuts(Link { from: client, to: S[1] }) && !partition.cuts(Link { from: client, to: S[2] }));
        assert!(partition.cuts(Link { from: Party::Server(S[1]), to: S[2] }));
    }
}
