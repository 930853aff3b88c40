//! What answers requests for one incarnation of a server.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;

use super::fabric::{Fabric, Flight};
use crate::base::{Alive, Incarnation, ServerId};
use crate::sim::{GroupId, Place};
use crate::trace::ReplyDescription;

/// A request as it reaches a handler.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who calls.
    pub from: ServerId,
    /// The encoded arguments.
    pub args: Bytes,
}

/// Handles the requests of one name, in a task of the server's own, and answers by the
/// [`Responder`].
pub type Handler = Rc<dyn Fn(Request, Responder) -> Pin<Box<dyn Future<Output = ()>>>>;

/// The handlers of one incarnation. A restart makes a new one; the old one answers no more.
pub struct Service {
    incarnation: Incarnation,
    group: GroupId,
    alive: Alive,
    handlers: RefCell<Vec<Registered>>,
    received: Cell<u64>,
}

/// A handler, and where it was registered.
struct Registered {
    name: &'static str,
    handler: Handler,
    place: Place,
}

impl Service {
    /// A service without handlers for `incarnation`, whose tasks are those of `group`.
    pub fn new(incarnation: Incarnation, group: GroupId, alive: Alive) -> Rc<Service> {
        Rc::new(Service { incarnation, group, alive, handlers: RefCell::default(), received: Cell::new(0) })
    }

    /// Sets the handler for requests called `name`, in place of an earlier one.
    #[track_caller]
    pub fn handle(&self, name: &'static str, handler: Handler) {
        let mut handlers = self.handlers.borrow_mut();
        handlers.retain(|known| known.name != name);
        handlers.push(Registered { name, handler, place: Location::caller() });
    }

    /// Forgets all handlers, and with them what they hold.
    pub fn clear(&self) {
        let handlers = self.handlers.take();
        drop(handlers);
    }

    /// Whose service this is.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// How many requests reached a handler: the lab's incoming counter.
    pub fn received(&self) -> u64 {
        self.received.get()
    }

    pub(super) fn group(&self) -> GroupId {
        self.group
    }

    pub(super) fn is_alive(&self) -> bool {
        self.alive.get()
    }

    pub(super) fn alive(&self) -> Alive {
        self.alive.clone()
    }

    pub(super) fn count_request(&self) {
        self.received.set(self.received.get() + 1);
    }

    /// The handler for a name, and where it was registered.
    ///
    /// # Panics
    /// If there is none: a mistake of the implementation, which the run reports as its panic.
    pub(super) fn handler(&self, name: &str) -> (Handler, Place) {
        let handlers = self.handlers.borrow();
        let Some(Registered { handler, place, .. }) = handlers.iter().find(|known| known.name == name) else {
            panic!("{} has no handler for {name}: call `ctx.serve` for it before `make` returns", self.incarnation);
        };
        (handler.clone(), *place)
    }
}

/// A reply to be sent.
#[derive(Clone, Copy)]
pub struct OutgoingReply<'a> {
    /// What the reply says of itself.
    pub description: ReplyDescription,
    /// The reply, for the trace.
    pub reply: &'a dyn fmt::Debug,
    /// The encoded reply.
    pub bytes: &'a [u8],
}

/// Answers one request, once.
pub struct Responder {
    pub(super) fabric: Rc<Fabric>,
    pub(super) flight: Rc<Flight>,
}

impl Responder {
    /// Sends the reply.
    pub fn answer(self, reply: OutgoingReply<'_>) {
        self.fabric.answer(self.flight, reply);
    }
}
