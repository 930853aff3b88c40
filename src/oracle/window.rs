//! At most ten in any second: the arithmetic of both traffic rules (`lab-spec` §4.1).

use std::time::Duration;

use crate::base::Instant;

/// How many sends a sliding second may hold.
pub(super) const LIMIT: usize = 10;

/// The length of the window, which is open at its beginning: (t - 1000 ms, t].
pub(super) const SECOND: Duration = Duration::from_millis(1_000);

/// The last ten sends from one server to another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    /// A ring: the next send goes to `sends % LIMIT`, where the tenth-last one stands.
    last: [Instant; LIMIT],
    sends: usize,
}

impl Window {
    /// Records a send. If it is the eleventh in a second, says when the first of those was.
    pub(super) fn record(&mut self, at: Instant) -> Option<Instant> {
        let slot = &mut self.last[self.sends % LIMIT];
        let tenth_last = std::mem::replace(slot, at);
        self.sends += 1;
        (self.sends > LIMIT && at.since(tenth_last) < SECOND).then_some(tenth_last)
    }

    /// Forgets all sends before `at`.
    pub(super) fn forget_before(&mut self, at: Instant) {
        let kept = self.sends.min(LIMIT);
        let earlier = *self;
        *self = Window::default();
        for send in earlier.sends - kept..earlier.sends {
            let sent_at = earlier.last[send % LIMIT];
            if sent_at >= at {
                self.record(sent_at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_excess(period_micros: u64) -> Option<Instant> {
        let mut window = Window::default();
        (0..100).find_map(|send| window.record(Instant::from_micros(send * period_micros)))
    }

    #[test]
    fn ten_in_a_second_fit_and_eleven_do_not() {
        assert_eq!(first_excess(100_000), None);
        assert_eq!(first_excess(99_999), Some(Instant::START));
    }

    #[test]
    fn what_is_forgotten_does_not_count() {
        let mut window = Window::default();
        (0..25).for_each(|_| {
            window.record(Instant::START);
        });
        window.record(Instant::from_millis(1));
        window.forget_before(Instant::from_millis(1));
        let excess = (0..10).find_map(|_| window.record(Instant::from_millis(2)));
        assert_eq!(excess, Some(Instant::from_millis(1)));
    }
}
