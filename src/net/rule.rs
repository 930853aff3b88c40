//! A fault is a value: what a rule is, and what it can decide.

use std::time::Duration;

use super::{Message, Shelf};
use crate::base::{Party, Random, Seed, ServerId};

/// One direction between two servers, also from a server to itself; or from a client to a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Who calls.
    pub from: Party,
    /// Who is called.
    pub to: ServerId,
}

/// What will become of one call, decided when it is handed over. Rules add to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fate {
    /// From hand-over to arrival.
    pub request_delay: Duration,
    /// How long after its first arrival the request arrives again.
    pub request_again: Option<Duration>,
    /// The request is lost, and the caller told, when it would have arrived.
    pub request_lost: bool,
    /// The reply is lost, and the caller told, when the handler returns.
    pub reply_lost: bool,
    /// How long the reply travels.
    pub reply_delay: Duration,
    /// How long the reply is held back in addition. Nothing is looked at again when it ends.
    pub reply_hold: Option<Duration>,
}

/// Where a message goes.
#[derive(Clone)]
pub enum Course {
    /// On its way.
    On,
    /// Onto a shelf instead.
    Kept(Shelf),
    /// On its way, and a copy of it onto a shelf, if it is a request.
    Copied(Shelf),
}

impl Course {
    /// What becomes of a message that two rules send on these courses: to be kept counts more than
    /// to be copied, and of equals the first one.
    pub(super) fn or(self, other: Course) -> Course {
        match (&self, &other) {
            (Course::On, _) | (Course::Copied(_), Course::Kept(_)) => other,
            _ => self,
        }
    }
}

/// The network's random streams, one per concern.
#[derive(Debug)]
pub struct Dice {
    /// For how long messages travel.
    pub latency: Random,
    /// For delays and losses of the unreliable network.
    pub loss: Random,
    /// For replies held back.
    pub reorder: Random,
    /// For how long an unreachable server keeps its caller waiting.
    pub unreachable: Random,
    /// For requests that arrive twice.
    pub duplicate: Random,
    /// For requests held back.
    pub slow: Random,
}

impl Dice {
    /// The streams of the run with this seed.
    pub fn new(seed: Seed) -> Dice {
        Dice {
            latency: seed.stream("latency"),
            loss: seed.stream("loss"),
            reorder: seed.stream("reorder"),
            unreachable: seed.stream("unreachable"),
            duplicate: seed.stream("duplicate"),
            slow: seed.stream("slow"),
        }
    }
}

/// A rule over messages. The fabric asks all rules in the order of their installation.
pub trait Rule {
    /// Whether no message passes over `link` at present.
    fn cuts(&self, link: Link) -> bool {
        let _ = link;
        false
    }

    /// How long a call over `link` to an unreachable server waits before it fails. The rule
    /// installed last that has an answer is the one that counts.
    fn unreachable_for(&self, link: Link, dice: &mut Dice) -> Option<Duration> {
        let _ = (link, dice);
        None
    }

    /// Adds to the fate of a call over `link`, asked once, when the call is handed over.
    fn shape(&self, link: Link, fate: &mut Fate, dice: &mut Dice) {
        let _ = (link, fate, dice);
    }

    /// Told of each message that leaves and is not going to be lost; says where it goes.
    fn leaves(&self, message: &Message) -> Course {
        let _ = message;
        Course::On
    }
}
