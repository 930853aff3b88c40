//! An unbuffered channel: sending ends when the other side took the item, as on the course's
//! apply channel.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::place::waits;

struct Exchange<T> {
    /// Items offered and not yet taken, in order, each with its number.
    offered: VecDeque<(u64, T)>,
    numbers: u64,
    /// The number of the newest item taken. Items are taken in order.
    taken: u64,
    givers: Vec<Waker>,
    taker: Option<Waker>,
}

/// Makes an exchange without a buffer.
pub fn handover<T>() -> (HandOver<T>, Taker<T>) {
    let exchange = Exchange { offered: VecDeque::new(), numbers: 0, taken: 0, givers: Vec::new(), taker: None };
    let exchange = Rc::new(RefCell::new(exchange));
    (HandOver(exchange.clone()), Taker(exchange))
}

/// The giving side.
pub struct HandOver<T>(Rc<RefCell<Exchange<T>>>);

impl<T> Clone for HandOver<T> {
    fn clone(&self) -> HandOver<T> {
        HandOver(self.0.clone())
    }
}

impl<T> HandOver<T> {
    /// Offers `item` and waits until the other side took it. Several may offer at once; they
    /// are served in the order in which they came. An offer that is dropped is withdrawn.
    #[track_caller]
    pub fn give(&self, item: T) -> impl Future<Output = ()> {
        let place = Location::caller();
        async move {
            let offer = Offer { number: self.offer(item), exchange: self };
            poll_fn(|context| {
                let mut exchange = self.0.borrow_mut();
                if exchange.taken >= offer.number {
                    return Poll::Ready(());
                }
                exchange.givers.push(context.waker().clone());
                waits("`send`", place);
                Poll::Pending
            })
            .await;
        }
    }

    fn offer(&self, item: T) -> u64 {
        let mut exchange = self.0.borrow_mut();
        exchange.numbers += 1;
        let number = exchange.numbers;
        exchange.offered.push_back((number, item));
        if let Some(taker) = exchange.taker.take() {
            taker.wake();
        }
        number
    }
}

struct Offer<'a, T> {
    number: u64,
    exchange: &'a HandOver<T>,
}

impl<T> Drop for Offer<'_, T> {
    fn drop(&mut self) {
        let item = {
            let mut exchange = self.exchange.0.borrow_mut();
            let place = exchange.offered.iter().position(|(number, _)| *number == self.number);
            place.and_then(|place| exchange.offered.remove(place))
        };
        drop(item);
    }
}

/// The taking side.
pub struct Taker<T>(Rc<RefCell<Exchange<T>>>);

impl<T> Taker<T> {
    /// Waits for an item and takes it; whoever gave it goes on.
    pub async fn take(&mut self) -> T {
        poll_fn(|context| {
            let mut exchange = self.0.borrow_mut();
            let Some((number, item)) = exchange.offered.pop_front() else {
                exchange.taker = Some(context.waker().clone());
                return Poll::Pending;
            };
            exchange.taken = number;
            exchange.givers.drain(..).for_each(Waker::wake);
            Poll::Ready(item)
        })
        .await
    }
}
