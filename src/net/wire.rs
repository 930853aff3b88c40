//! One call on the wire, whoever makes it, and what is told of it.

use std::fmt;

use crate::base::{Incarnation, Instant, Party, ServerId};
use crate::trace::{Call, ClientCall, ClientMessage, Description, Event, Loss, ReplyDescription, Trace};

/// One call. What a client does is told by events of its own, because the rules of Raft are about
/// servers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wire {
    Server(Call),
    Client(ClientCall),
}

/// What happens to a call.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Sent { description: &'a Description, args: &'a dyn fmt::Debug, bytes: &'a [u8] },
    Delivered { server: Incarnation, description: &'a Description },
    Answered { server: Incarnation, description: &'a ReplyDescription, reply: &'a dyn fmt::Debug, bytes: &'a [u8] },
    Held(Instant),
    ReplyDelivered(&'a ReplyDescription),
    Lost(Loss),
    Failed,
}

impl Wire {
    pub(super) fn name(self) -> &'static str {
        match self {
            Wire::Server(call) => call.name,
            Wire::Client(call) => call.name,
        }
    }

    pub(super) fn number(self) -> u64 {
        match self {
            Wire::Server(call) => call.number,
            Wire::Client(call) => call.number,
        }
    }

    pub(super) fn from(self) -> Party {
        match self {
            Wire::Server(call) => Party::Server(call.from.server),
            Wire::Client(call) => Party::Client(call.from),
        }
    }

    pub(super) fn to(self) -> ServerId {
        match self {
            Wire::Server(call) => call.to,
            Wire::Client(call) => call.to,
        }
    }

    /// Tells what happens to it.
    pub(super) fn tell(self, trace: &Trace, step: Step<'_>) {
        match self {
            Wire::Server(call) => trace.emit(&of_server(call, step)),
            Wire::Client(call) => trace.emit(&Event::Client { call, message: of_client(step) }),
        }
    }
}

fn of_server(call: Call, step: Step<'_>) -> Event<'_> {
    match step {
        Step::Sent { description, args, bytes } => Event::RequestSent { call, description, args, bytes },
        Step::Delivered { server, description } => Event::RequestDelivered { call, server, description },
        Step::Answered { server, description, reply, bytes } => {
            Event::ReplySent { call, server, description, reply, bytes }
        }
        Step::Held(until) => Event::ReplyHeld { call, until },
        Step::ReplyDelivered(description) => Event::ReplyDelivered { call, description },
        Step::Lost(loss) => Event::Lost { call, loss },
        Step::Failed => Event::CallFailed { call },
    }
}

fn of_client(step: Step<'_>) -> ClientMessage<'_> {
    match step {
        Step::Sent { args, bytes, .. } => ClientMessage::Sent { args, bytes },
        Step::Delivered { server, .. } => ClientMessage::Delivered(server),
        Step::Answered { server, reply, bytes, .. } => ClientMessage::Answered { server, reply, bytes },
        Step::Held(until) => ClientMessage::Held(until),
        Step::ReplyDelivered(_) => ClientMessage::ReplyDelivered,
        Step::Lost(loss) => ClientMessage::Lost(loss),
        Step::Failed => ClientMessage::Failed,
    }
}
