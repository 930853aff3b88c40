//! Waiting for virtual time to pass.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use super::Sim;
use super::timer::{Action, TimerKey};
use crate::base::Instant;

/// Waits until an instant; see [`Sim::sleep`].
#[must_use = "nothing sleeps until this is awaited"]
pub struct Sleep {
    sim: Sim,
    until: Instant,
    timer: Option<TimerKey>,
}

impl Sleep {
    pub(super) fn new(sim: Sim, until: Instant) -> Sleep {
        Sleep { sim, until, timer: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Sleep>, context: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = self.timer else {
            let key = self.sim.insert_timer(self.until, Action::Wake(context.waker().clone()));
            self.timer = Some(key);
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

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            let action = self.sim.0.timers.borrow_mut().cancel(timer);
            drop(action);
        }
    }
}

/// Waits for `future`, but no longer than `duration`; none if time ran out first.
pub async fn timeout<F: Future>(sim: Sim, duration: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut sleep = sim.sleep(duration);
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        Pin::new(&mut sleep).poll(context).map(|()| None)
    })
    .await
}
