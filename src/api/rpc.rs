//! What a request is.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::trace::{Description, ReplyDescription};

/// A request that servers send each other, and its reply.
///
/// Both are encoded when they are sent and decoded when they arrive, so nothing is ever shared
/// between two servers, and every byte is counted.
pub trait Rpc: Serialize + DeserializeOwned + Debug + 'static {
    /// The request's name, for the trace and for finding its handler.
    const NAME: &'static str;

    /// What the handler answers.
    type Reply: Serialize + DeserializeOwned + Debug + 'static;

    /// The request in the paper's words. Optional; the rules about heartbeats are watched, and
    /// trace lines made readable, for requests that describe themselves.
    fn describe(&self) -> Description {
        Description::Other
    }

    /// A reply in the paper's words. As optional; the rules about votes and leaders are watched for
    /// replies that describe themselves.
    fn describe_reply(reply: &Self::Reply) -> ReplyDescription {
        let _ = reply;
        ReplyDescription::Other
    }
}
