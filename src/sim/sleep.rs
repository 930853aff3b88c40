//! Waiting for virtual time to pass.

use std::future::Future;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use super::Sim;
use super::place::{Place, waits};
use super::timer::{Action, TimerKey};
use crate::base::Instant;

/// Waits until an instant; see [`Sim::sleep`].
#[must_use = "nothing sleeps until this is awaited"]
pub struct Sleep {
    sim: Sim,
    until: Instant,
    timer: Option<TimerKey>,
    place: Place,
}

impl Sleep {
    pub(super) fn new(sim: Sim, until: Instant, place: Place) -> Sleep {
        Sleep { sim, until, timer: None, place }
    }

    /// Polls it without a note of where it stands.
    fn poll_unnoted(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = self.timer else {
            let action = Action::Wake { waker: context.waker().clone(), group: self.sim.group_at_work() };
            self.timer = Some(self.sim.insert_timer(self.until, action));
            return Poll::Pending;
        };
        let mut timers = self.sim.0.timers.borrow_mut();
        if timers.is_pending(timer) {
            timers.set_waker(timer, context.waker());
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Sleep>, context: &mut Context<'_>) -> Poll<()> {
        let poll = self.poll_unnoted(context);
        if poll.is_pending() {
            waits("`sleep`", self.place);
        }
        poll
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            let action = self.sim.0.timers.borrow_mut().cancel(timer);
            drop(action);
        }
    }
}

/// Waits for `future`, but no longer than `duration`; none if time ran out first.
#[track_caller]
pub fn timeout<F: Future>(sim: Sim, duration: Duration, future: F) -> impl Future<Output = Option<F::Output>> {
    let place = Location::caller();
    async move {
        let mut future = pin!(future);
        let mut sleep = sim.sleep(duration);
        std::future::poll_fn(|context| {
            // Before the future notes something itself, which is nearer to what is waited for.
            waits("`timeout`", place);
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            sleep.poll_unnoted(context).map(|()| None)
        })
        .await
    }
}
