//! Part 3X: clients work while every run draws its own mix of faults, then all heals and must be right.
//!
//! Not the course's: those of the swarm of part 2X, below a service, and clients whose requests come twice
//! or late.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::Tester;
use super::kv_owner::Owner;
use super::swarm::{Faults, Mix, disturb, heal};
use crate::cluster::{Held, Step};
use crate::net::Messages;

/// How long a client may take for what it is at when everything works again. As for every agreement, and
/// once more for requests that were held back.
const COMPLETION: Duration = Duration::from_secs(20);

/// Rounds of faults below clients that work; then everything heals, and they must have been served.
pub(super) async fn swarm(t: Tester) -> Step {
    let mix = t.random(Mix::draw);
    let done = Rc::new(Cell::new(false));
    let clients: Vec<_> = (0..t.parameter("clients")).map(|_| t.spawn(work(Owner::new(&t), done.clone()))).collect();
    let (mut faults, mut copies) = (Faults::default(), Copies::default());
    for _ in 0..t.parameter("rounds") {
        disturb(&t, &mix, &mut faults)?;
        copies.change(&t);
        let pause = t.random(|random| random.millis(0..=mix.pause));
        t.sleep(pause).await;
    }
    done.set(true);
    drop(copies);
    heal(&t, faults)?;
    for client in clients {
        let Some(owner) = t.within(COMPLETION, client).await else {
            let evidence = format!("a client's call has not ended {COMPLETION:?} after the last fault");
            return t.fail("completion", vec![], vec![evidence]);
        };
        owner?.check_within(COMPLETION).await?;
    }
    Ok(())
}

/// Works until it is told to end.
async fn work(mut owner: Owner, done: Rc<Cell<bool>>) -> Step<Owner> {
    while !done.get() {
        owner.work().await?;
    }
    Ok(owner)
}

/// Copies of clients' requests, which come again some rounds later.
#[derive(Default)]
struct Copies(Option<Held>);

impl Copies {
    fn change(&mut self, t: &Tester) {
        match &self.0 {
            None if t.random(|random| random.chance(1, 4)) => {
                self.0 = Some(t.cluster().copy(Messages::CLIENT_REQUESTS));
            }
            Some(copies) => {
                copies.release(|_| t.random(|random| random.chance(1, 8)));
                if t.random(|random| random.chance(1, 4)) {
                    self.0 = None;
                }
            }
            None => {}
        }
    }
}
