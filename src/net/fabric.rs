//! The life of one call, from hand-over to outcome.
//!
//! The steps are those of `lab-spec` §1.2; its numbers stand in the comments. Two differences to
//! the original, both for virtual time: messages take the small latency of a rule instead of the
//! machine's, and a crashed server runs no handler to its end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use slab::Slab;

use super::answer::{Answer, Pending};
use super::caller::Caller;
use super::service::{OutgoingReply, Request, Responder, Service};
use super::wire::{Step, Wire};
use super::{Course, Dice, Fate, Link, Message, Rule, Shelf, rules};
use crate::base::{Alive, Instant, ServerId};
use crate::sim::{GroupId, Limit, Place, Sim};
use crate::trace::{Description, Event, Loss, ReplyDescription, Trace};

/// How often a waiting call looks whether its target still answers (step 5.4).
const PATIENCE: Duration = Duration::from_millis(100);

/// A request to be sent.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The name of the request's type, by which the target finds its handler.
    pub name: &'static str,
    /// What the request says of itself.
    pub description: &'a Description,
    /// The arguments, for the trace.
    pub args: &'a dyn fmt::Debug,
    /// The encoded arguments.
    pub bytes: &'a [u8],
}

/// The simulated network between servers `0..n`. Clones are handles on the same network.
#[derive(Clone)]
pub struct Network(Rc<Fabric>);

/// Removes a rule from the network when dropped.
#[must_use = "the rule is removed when this is dropped"]
pub struct RuleGuard {
    fabric: Rc<Fabric>,
    id: u64,
}

impl Drop for RuleGuard {
    fn drop(&mut self) {
        self.fabric.rules.borrow_mut().retain(|(id, _)| *id != self.id);
    }
}

impl Network {
    /// A reliable network without latency for `servers` servers, none of which is there yet.
    /// Calls to them fail after 0 to 99 ms.
    pub fn new(sim: Sim, trace: Rc<Trace>, dice: Dice, servers: usize) -> Network {
        let unreachable: Rc<dyn Rule> = Rc::new(rules::Unreachable::SHORT);
        Network(Rc::new(Fabric {
            sim,
            trace,
            dice: RefCell::new(dice),
            rules: RefCell::new(vec![(0, unreachable)]),
            rules_installed: Cell::new(0),
            services: RefCell::new(vec![None; servers]),
            calls: RefCell::default(),
            rpcs: Cell::new(0),
            bytes: Cell::new(0),
        }))
    }

    /// Puts a rule behind all others, for as long as the guard lives.
    pub fn install(&self, rule: impl Rule + 'static) -> RuleGuard {
        let id = self.0.rules_installed.get() + 1;
        self.0.rules_installed.set(id);
        self.0.rules.borrow_mut().push((id, Rc::new(rule)));
        RuleGuard { fabric: self.0.clone(), id }
    }

    /// Lets `service` answer for `server` from now on, or nobody.
    pub fn set_service(&self, server: ServerId, service: Option<Rc<Service>>) {
        self.0.services.borrow_mut()[server.number()] = service;
    }

    /// Sends a request from `caller` to server `to`, at once.
    ///
    /// The outcome is the encoded reply, or none: the request or the reply was lost, or the
    /// target is unreachable or crashed meanwhile. A dead caller sends nothing and hears nothing.
    #[track_caller]
    pub fn call(&self, caller: &Caller, to: ServerId, request: Outgoing<'_>) -> Answer {
        if !caller.is_alive() {
            return Answer { waiting: None };
        }
        let key = self.0.hand_over(caller, to, request, Location::caller());
        Answer { waiting: Some((self.0.clone(), key)) }
    }

    /// Lets those messages on a shelf go that are `wanted`, each to take the time that it takes
    /// from now on. A request goes to whoever answers for its target now; if nobody does, it is
    /// lost. Cuts do not matter to it any more.
    pub fn release(&self, shelf: &Shelf, wanted: impl FnMut(&Message) -> bool) {
        for (message, kept) in shelf.take(wanted) {
            self.0.say(format_args!("lets go {message}"));
            match kept {
                Kept::Request(flight) => self.0.send_late(flight),
                Kept::Reply { flight, description, bytes } => self.0.reply(&flight, description, bytes, Duration::ZERO),
            }
        }
    }

    /// All requests handed over so far, whatever became of them.
    pub fn total_rpcs(&self) -> u64 {
        self.0.rpcs.get()
    }

    /// Encoded arguments of all requests handed over, and encoded replies of all that were
    /// delivered.
    pub fn total_bytes(&self) -> u64 {
        self.0.bytes.get()
    }

    /// Whether somebody of a group waits for the outcome of a call.
    pub fn is_awaited_by(&self, group: GroupId) -> bool {
        self.0.calls.borrow().iter().any(|(_, call)| call.group == group && call.caller.is_some() && !call.abandoned)
    }

    /// Where the calls in flight were made, each with how many they are.
    pub fn calls_by_place(&self) -> BTreeMap<Place, usize> {
        let mut places = BTreeMap::new();
        self.0.calls.borrow().iter().for_each(|(_, call)| *places.entry(call.place).or_default() += 1);
        places
    }

    /// Requests that reached a handler of the server's present incarnation; 0 if it is down.
    pub fn received_by(&self, server: ServerId) -> u64 {
        self.0.services.borrow()[server.number()].as_ref().map_or(0, |service| service.received())
    }
}

pub(super) struct Fabric {
    sim: Sim,
    trace: Rc<Trace>,
    dice: RefCell<Dice>,
    rules: RefCell<Vec<(u64, Rc<dyn Rule>)>>,
    rules_installed: Cell<u64>,
    services: RefCell<Vec<Option<Rc<Service>>>>,
    pub(super) calls: RefCell<Slab<Pending>>,
    rpcs: Cell<u64>,
    bytes: Cell<u64>,
}

/// A message taken off its way.
pub(super) enum Kept {
    Request(Flight),
    Reply { flight: Rc<Flight>, description: ReplyDescription, bytes: Bytes },
}

/// A call on its way.
pub(super) struct Flight {
    call: Wire,
    description: Description,
    key: usize,
    fate: Fate,
    /// The life that calls: the endpoints of an earlier life are never enabled again.
    caller: Alive,
    /// The service captured at hand-over (step 3): a later incarnation never gets the request.
    target: Rc<Service>,
    /// Taken by the handler.
    args: Cell<Bytes>,
    delivered: Cell<Instant>,
    /// The caller has its outcome, or it is on its way to it.
    done: Cell<bool>,
}

impl Flight {
    fn link(&self) -> Link {
        Link { from: self.call.from(), to: self.call.to() }
    }

    /// What faults are told of it.
    fn message(&self, reply: Option<ReplyDescription>) -> Message {
        Message { call: self.call, request: self.description, reply }
    }

    /// The same request once more. Nobody waits for what becomes of it.
    fn copy(&self, bytes: &[u8]) -> Flight {
        Flight {
            args: Cell::new(Bytes::copy_from_slice(bytes)),
            delivered: self.delivered.clone(),
            done: Cell::new(true),
            caller: self.caller.clone(),
            target: self.target.clone(),
            ..*self
        }
    }
}

impl Fabric {
    /// Steps 2 and 3: counts the call, and decides what will become of it.
    fn hand_over(self: &Rc<Fabric>, caller: &Caller, to: ServerId, request: Outgoing<'_>, place: Place) -> usize {
        self.rpcs.set(self.rpcs.get() + 1);
        self.bytes.set(self.bytes.get() + request.bytes.len() as u64);
        let Outgoing { name, description, args, bytes } = request;
        let call = caller.call(self.rpcs.get(), name, description.kind(), to);
        call.tell(&self.trace, Step::Sent { description, args, bytes });

        let key = self.wait_for_outcome(caller, place);
        let link = Link { from: call.from(), to };
        let target = self.services.borrow()[to.number()].clone();
        match target {
            Some(target) if !self.is_cut(link) => self.send(call, key, caller, target, &request),
            _ => self.fail_unreachable(call, key),
        }
        key
    }

    fn wait_for_outcome(&self, caller: &Caller, place: Place) -> usize {
        let mut calls = self.calls.borrow_mut();
        let key = calls.insert(Pending::new(caller.group(), place));
        if calls.len() > self.sim.limits().messages {
            self.sim.over(Limit::Messages, caller.group());
        }
        key
    }

    fn is_cut(&self, link: Link) -> bool {
        self.rules.borrow().iter().any(|(_, rule)| rule.cuts(link))
    }

    /// Step 4: nobody is there; the caller hears of it late.
    fn fail_unreachable(self: &Rc<Fabric>, call: Wire, key: usize) {
        let link = Link { from: call.from(), to: call.to() };
        let wait = {
            let mut dice = self.dice.borrow_mut();
            self.rules.borrow().iter().rev().find_map(|(_, rule)| rule.unreachable_for(link, &mut dice))
        };
        let until = self.sim.now() + wait.unwrap_or_default();
        call.tell(&self.trace, Step::Lost(Loss::Unreachable { until }));
        let fabric = self.clone();
        self.sim.schedule(until, move || {
            call.tell(&fabric.trace, Step::Failed);
            fabric.resolve(key, None);
        });
    }

    /// Steps 5.1 and 5.2: the request travels, and may be lost.
    fn send(self: &Rc<Fabric>, call: Wire, key: usize, caller: &Caller, target: Rc<Service>, request: &Outgoing<'_>) {
        let mut fate = Fate::default();
        {
            let link = Link { from: call.from(), to: call.to() };
            let mut dice = self.dice.borrow_mut();
            self.rules.borrow().iter().for_each(|(_, rule)| rule.shape(link, &mut fate, &mut dice));
        }
        let arrival = self.sim.now() + fate.request_delay;
        let fabric = self.clone();
        if fate.request_lost {
            return self.sim.schedule(arrival, move || fabric.lose(call, key, Loss::RequestLost));
        }
        let (description, caller) = (*request.description, caller.alive());
        let args = Cell::new(Bytes::copy_from_slice(request.bytes));
        let (delivered, done) = (Cell::new(arrival), Cell::new(false));
        let flight = Flight { call, description, key, fate, caller, target, args, delivered, done };
        if let Some(later) = fate.request_again {
            self.arrive(flight.copy(request.bytes), arrival + later);
        }
        let message = flight.message(None);
        match self.course(&message) {
            Course::On => self.arrive(flight, arrival),
            Course::Kept(shelf) => self.keep(&shelf, message, Kept::Request(flight)),
            Course::Copied(shelf) => {
                shelf.put(message, Kept::Request(flight.copy(request.bytes)));
                self.arrive(flight, arrival);
            }
        }
    }

    fn arrive(self: &Rc<Fabric>, flight: Flight, arrival: Instant) {
        let (fabric, flight) = (self.clone(), Rc::new(flight));
        self.sim.schedule(arrival, move || fabric.deliver(flight));
    }

    /// A request that was kept sets out.
    fn send_late(self: &Rc<Fabric>, mut flight: Flight) {
        if let Some(target) = &self.services.borrow()[flight.call.to().number()] {
            flight.target = target.clone();
        }
        let arrival = self.sim.now() + flight.fate.request_delay;
        self.arrive(flight, arrival);
    }

    /// Where a message goes that leaves now.
    fn course(&self, message: &Message) -> Course {
        let rules = self.rules.borrow();
        // All of them are told.
        rules.iter().fold(Course::On, |course, (_, rule)| course.or(rule.leaves(message)))
    }

    fn keep(&self, shelf: &Shelf, message: Message, kept: Kept) {
        self.say(format_args!("keeps {message}"));
        shelf.put(message, kept);
    }

    fn say(&self, text: fmt::Arguments<'_>) {
        self.trace.emit(&Event::Step { text });
    }

    /// Step 5.3: the handler runs, in a task of the target's. Cuts are not looked at again.
    fn deliver(self: &Rc<Fabric>, flight: Rc<Flight>) {
        let Flight { call, target, .. } = &*flight;
        if !target.is_alive() {
            if !flight.done.get() {
                self.lose(*call, flight.key, Loss::TargetGone);
            }
            return;
        }
        target.count_request();
        flight.delivered.set(self.sim.now());
        let (server, description) = (target.incarnation(), &flight.description);
        call.tell(&self.trace, Step::Delivered { server, description });
        let request = Request { from: call.from(), args: flight.args.take() };
        let responder = Responder { fabric: self.clone(), flight: flight.clone() };
        let group = target.group();
        let (handling, place) = self.sim.enter(group, || {
            let (handler, place) = target.handler(call.name());
            (handler(request, responder), place)
        });
        self.sim.spawn_for(group, place, Handling { handling, unwatched: Some((self.clone(), flight)) });
    }

    /// Step 5.4: looks every 100 ms after the arrival whether the target still answers.
    fn watch(self: &Rc<Fabric>, flight: Rc<Flight>, check: Instant) {
        let fabric = self.clone();
        self.sim.schedule(check, move || {
            if flight.done.get() {
                return;
            }
            if fabric.is_dead(&flight) {
                flight.done.set(true);
                return fabric.lose(flight.call, flight.key, Loss::TargetGone);
            }
            fabric.watch(flight, check + PATIENCE);
        });
    }

    /// The link is cut now, the caller's life has ended, or the target's name belongs to another
    /// incarnation or nobody.
    fn is_dead(&self, flight: &Flight) -> bool {
        let current = &self.services.borrow()[flight.call.to().number()];
        let replaced = current.as_ref().is_none_or(|service| !Rc::ptr_eq(service, &flight.target));
        replaced || !flight.caller.get() || self.is_cut(flight.link())
    }

    /// Steps 5.5 to 5.9: the handler returned.
    pub(super) fn answer(self: &Rc<Fabric>, flight: Rc<Flight>, reply: OutgoingReply<'_>) {
        let Flight { call, key, fate, .. } = *flight;
        let OutgoingReply { description, reply, bytes } = reply;
        // It died in the step that ends here: somebody looks after the caller later on.
        if !flight.target.is_alive() {
            return;
        }
        let server = flight.target.incarnation();
        call.tell(&self.trace, Step::Answered { server, description: &description, reply, bytes });
        if flight.done.replace(true) {
            return;
        }
        if self.is_dead(&flight) {
            return self.lose(call, key, Loss::TargetGone);
        }
        if fate.reply_lost {
            return self.lose(call, key, Loss::ReplyLost);
        }
        let bytes = Bytes::copy_from_slice(bytes);
        let message = flight.message(Some(description));
        if let Course::Kept(shelf) = self.course(&message) {
            return self.keep(&shelf, message, Kept::Reply { flight, description, bytes });
        }
        self.reply(&flight, description, bytes, fate.reply_hold.unwrap_or_default());
    }

    /// The reply travels, and may be held back before.
    fn reply(self: &Rc<Fabric>, flight: &Flight, description: ReplyDescription, bytes: Bytes, hold: Duration) {
        let (call, key) = (flight.call, flight.key);
        let until = self.sim.now() + flight.fate.reply_delay + hold;
        if hold > Duration::ZERO {
            call.tell(&self.trace, Step::Held(until));
        }
        let fabric = self.clone();
        self.sim.schedule(until, move || {
            fabric.bytes.set(fabric.bytes.get() + bytes.len() as u64);
            call.tell(&fabric.trace, Step::ReplyDelivered(&description));
            fabric.resolve(key, Some(bytes));
        });
    }

    fn lose(&self, call: Wire, key: usize, loss: Loss) {
        call.tell(&self.trace, Step::Lost(loss));
        self.resolve(key, None);
    }

    /// Gives the caller its outcome, if it still waits.
    fn resolve(&self, key: usize, outcome: Option<Bytes>) {
        let mut calls = self.calls.borrow_mut();
        let pending = &mut calls[key];
        if pending.abandoned {
            calls.remove(key);
            return;
        }
        pending.outcome = Some(outcome);
        if let Some(caller) = pending.caller.take() {
            caller.wake();
        }
    }
}

/// A handler at work. Most return on their first poll; only for one that does not, somebody
/// looks after the caller meanwhile.
struct Handling {
    handling: Pin<Box<dyn Future<Output = ()>>>,
    unwatched: Option<(Rc<Fabric>, Rc<Flight>)>,
}

impl Handling {
    fn watch(&mut self) {
        if let Some((fabric, flight)) = self.unwatched.take()
            && !flight.done.get()
        {
            let check = flight.delivered.get() + PATIENCE;
            fabric.watch(flight, check);
        }
    }
}

impl Future for Handling {
    type Output = ();

    fn poll(mut self: Pin<&mut Handling>, context: &mut Context<'_>) -> Poll<()> {
        let poll = self.handling.as_mut().poll(context);
        self.watch();
        poll
    }
}

impl Drop for Handling {
    /// A crash before the first poll: the caller must hear of it all the same.
    fn drop(&mut self) {
        self.watch();
    }
}
