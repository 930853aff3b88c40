//! What a caller waits for.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::fabric::Fabric;
use crate::sim::{GroupId, Place, waits};

/// One unanswered call, as the fabric keeps it.
pub(super) struct Pending {
    /// Whose call it is.
    pub(super) group: GroupId,
    /// Where it was made.
    pub(super) place: Place,
    /// The outcome, once there is one: the reply's bytes, or none.
    pub(super) outcome: Option<Option<Bytes>>,
    pub(super) caller: Option<Waker>,
    /// The caller does not wait any more.
    pub(super) abandoned: bool,
}

impl Pending {
    /// A call that was made now.
    pub(super) fn new(group: GroupId, place: Place) -> Pending {
        Pending { group, place, outcome: None, caller: None, abandoned: false }
    }
}

/// The encoded reply, or none if the call failed; see [`Network::call`](super::Network::call).
#[must_use = "the request has left, but the reply is lost if nobody awaits it"]
pub struct Answer {
    /// None for a caller that is dead: it waits for ever, which is not long.
    pub(super) waiting: Option<(Rc<Fabric>, usize)>,
}

impl Future for Answer {
    type Output = Option<Bytes>;

    fn poll(mut self: Pin<&mut Answer>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some((fabric, key)) = &self.waiting else { return Poll::Pending };
        let mut calls = fabric.calls.borrow_mut();
        let pending = &mut calls[*key];
        match pending.outcome.take() {
            Some(outcome) => {
                calls.remove(*key);
                drop(calls);
                self.waiting = None;
                Poll::Ready(outcome)
            }
            None => {
                pending.caller = Some(context.waker().clone());
                waits("`call`", pending.place);
                Poll::Pending
            }
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let Some((fabric, key)) = self.waiting.take() else { return };
        let mut calls = fabric.calls.borrow_mut();
        if calls[key].outcome.is_some() {
            calls.remove(key);
        } else {
            calls[key].abandoned = true;
        }
    }
}
