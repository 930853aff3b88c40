//! A server's surroundings: time, tasks, random numbers, RPC handlers.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use super::peers::{decode, encode_into};
use super::{Draw, Rpc};
use crate::base::{Incarnation, Instant, Random, ServerId};
use crate::net::{OutgoingReply, Request, Responder, Service};
use crate::sim::{self, GroupId, JoinHandle, Sim, Sleep};

/// What an incarnation lives in. Cheap to clone; ends with the incarnation's crash.
#[derive(Clone)]
pub struct Ctx {
    sim: Sim,
    group: GroupId,
    service: Rc<Service>,
    random: Rc<RefCell<Random>>,
}

impl Ctx {
    pub(super) fn new(sim: Sim, group: GroupId, service: Rc<Service>, random: Rc<RefCell<Random>>) -> Ctx {
        Ctx { sim, group, service, random }
    }

    /// Handles every request of type `R` from now on: `handler` gets who asks and what, and its
    /// result is sent back. Each request is handled in a task of its own, so a handler may wait.
    #[track_caller]
    pub fn serve<R, H, F>(&self, handler: H)
    where
        R: Rpc,
        H: Fn(ServerId, R) -> F + 'static,
        F: Future<Output = R::Reply> + 'static,
    {
        // All replies are encoded in the same buffer.
        let shared = Rc::new((handler, RefCell::new(Vec::new())));
        let (sim, group) = (self.sim.clone(), self.group);
        let handle = move |request: Request, responder: Responder| {
            let (shared, sim) = (shared.clone(), sim.clone());
            let task = async move {
                let (handler, buffer) = &*shared;
                let reply = handler(request.from, decode(R::NAME, &request.args)).await;
                sim.before_answer(group);
                let mut buffer = buffer.borrow_mut();
                encode_into(&mut buffer, R::NAME, &reply);
                let description = R::describe_reply(&reply);
                responder.answer(OutgoingReply { description, reply: &reply, bytes: &buffer });
            };
            Box::pin(task) as _
        };
        self.service.handle(R::NAME, Rc::new(handle));
    }

    /// The current virtual time.
    pub fn now(&self) -> Instant {
        self.sim.now()
    }

    /// Waits for `duration` of virtual time.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sim.sleep(duration)
    }

    /// Waits until `instant`; not at all if it has passed.
    #[track_caller]
    pub fn sleep_until(&self, instant: Instant) -> Sleep {
        self.sim.sleep_until(instant)
    }

    /// Waits for `future`, but no longer than `duration`; none if time ran out first.
    #[track_caller]
    pub fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + use<F> {
        sim::timeout(self.sim.clone(), duration, future)
    }

    /// Starts a task beside this one. Its result can be awaited; dropping the handle lets the
    /// task go on. A crash drops it wherever it waits.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        self.sim.spawn(self.group, task)
    }

    /// Draws a random value, such as `ctx.random(300..=600)` or, from a range of durations, an
    /// election timeout. Each server has a stream of its own.
    pub fn random<R: Draw>(&self, range: R) -> R::Output {
        range.draw(&mut self.random.borrow_mut())
    }

    /// Which life of which server this is.
    pub fn incarnation(&self) -> Incarnation {
        self.service.incarnation()
    }
}
