//! The other servers, and how to call them.

use std::cell::RefCell;
use std::future::Future;
use std::ops::Index;
use std::rc::Rc;

use super::Rpc;
use crate::base::ServerId;
use crate::net::{Network, Outgoing, Service};

/// All servers of a cluster, seen from one of them. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    me: ServerId,
    peers: Rc<[Peer]>,
}

impl Peers {
    /// The `servers` servers of `network`, called from the incarnation that `service` answers for.
    pub(super) fn new(me: ServerId, servers: usize, network: &Network, service: &Rc<Service>) -> Peers {
        let caller = Rc::new(Caller { network: network.clone(), service: service.clone(), buffer: RefCell::default() });
        let peers = (0..servers).map(|number| Peer { id: ServerId::new(number), caller: caller.clone() }).collect();
        Peers { me, peers }
    }

    /// How many servers the cluster has, this one included.
    #[expect(clippy::len_without_is_empty, reason = "a cluster is never empty")]
    pub fn len(&self) -> usize {
        self.peers.len()
    }

    /// The smallest number of servers that is more than half of all.
    pub fn majority(&self) -> usize {
        self.peers.len() / 2 + 1
    }

    /// All servers but this one, in the order of their numbers.
    pub fn others(&self) -> impl Iterator<Item = ServerId> + use<> {
        let me = self.me;
        self.all().filter(move |peer| *peer != me)
    }

    /// All servers, in the order of their numbers.
    pub fn all(&self) -> impl Iterator<Item = ServerId> + use<> {
        (0..self.peers.len()).map(ServerId::new)
    }
}

impl Index<ServerId> for Peers {
    type Output = Peer;

    fn index(&self, peer: ServerId) -> &Peer {
        &self.peers[peer.number()]
    }
}

/// Who calls: one incarnation. All its calls are encoded in the same buffer.
struct Caller {
    network: Network,
    service: Rc<Service>,
    buffer: RefCell<Vec<u8>>,
}

/// One server, as seen from another.
#[derive(Clone)]
pub struct Peer {
    id: ServerId,
    caller: Rc<Caller>,
}

impl Peer {
    /// Sends a request; it is encoded and leaves at once. Await the reply, or drop the future if
    /// it does not matter.
    ///
    /// `None` covers everything that can go wrong: the request or the reply was lost, or the peer
    /// is crashed or cut off, which may take up to seven seconds to be known. There is no other
    /// time-out: use [`Ctx::timeout`](super::Ctx::timeout), or one task per call.
    ///
    /// # Panics
    /// If `args` or the reply cannot be encoded or decoded, as a custom serde implementation
    /// might cause.
    #[track_caller]
    pub fn call<R: Rpc>(&self, args: &R) -> impl Future<Output = Option<R::Reply>> + use<R> {
        let caller = &self.caller;
        let mut buffer = caller.buffer.borrow_mut();
        encode_into(&mut buffer, R::NAME, args);
        let request = Outgoing { name: R::NAME, description: &args.describe(), args, bytes: &buffer };
        let answer = caller.network.call(&caller.service, self.id, request);
        async move { answer.await.map(|reply| decode(R::NAME, &reply)) }
    }
}

/// Encodes `value` into an emptied `buffer`, which keeps its room for the next one.
pub(super) fn encode_into<T: serde::Serialize>(buffer: &mut Vec<u8>, name: &str, value: &T) {
    buffer.clear();
    match postcard::to_extend(value, std::mem::take(buffer)) {
        Ok(encoded) => *buffer = encoded,
        Err(error) => panic!("{name} cannot be encoded: {error}"),
    }
}

pub(super) fn decode<T: serde::de::DeserializeOwned>(name: &str, bytes: &[u8]) -> T {
    match postcard::from_bytes(bytes) {
        Ok(value) => value,
        Err(error) => panic!("{name} cannot be decoded from the {} bytes it was encoded to: {error}", bytes.len()),
    }
}
