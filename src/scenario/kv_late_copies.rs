//! Part 3X: requests of clients that arrive again, at once or long afterwards.
//!
//! For services that look for duplicates at the wrong time, know only the very last request of a client,
//! or forget what they knew when a snapshot takes the log's place. The course's network duplicates nothing,
//! so a copy is only ever there because a clerk tried again.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::Tester;
use super::kv_owner::Owner;
use super::steering::{elected_among, once_in, pause, prefer, revive_all, term_of};
use crate::base::ServerId;
use crate::cluster::{Held, Step};
use crate::net::Messages;

/// What each client does.
const OPERATIONS: u64 = 100;

/// Long enough for whatever was let go to be done.
const SETTLE: Duration = Duration::from_millis(200);

/// Clients work while copies of their requests arrive again: in the same moment, or behind later ones,
/// old ones before new ones and the other way round.
pub(super) async fn late_copies(t: Tester) -> Step {
    let copies = Rc::new(t.cluster().copy(Messages::CLIENT_REQUESTS));
    let done = Rc::new(Cell::new(false));
    let again = t.spawn(arrive_again(t.clone(), copies.clone(), done.clone()));
    let clients: Vec<_> = (0..t.parameter("clients")).map(|_| t.spawn(work(Owner::new(&t)))).collect();
    let mut owners = Vec::new();
    for client in clients {
        owners.push(client.await?);
    }
    done.set(true);
    again.await;
    // Everything that is left comes now, and some of it is old.
    copies.release_all();
    t.sleep(SETTLE).await;
    for owner in owners {
        owner.check().await?;
    }
    Ok(())
}

async fn work(mut owner: Owner) -> Step<Owner> {
    for _ in 0..OPERATIONS {
        owner.work().await?;
    }
    Ok(owner)
}

/// Lets some copies go, again and again.
async fn arrive_again(t: Tester, copies: Rc<Held>, done: Rc<Cell<bool>>) {
    while !done.get() {
        pause(&t, 0..=20).await;
        if once_in(&t, 2) {
            copies.release_first();
        } else {
            copies.release(|_| once_in(&t, 4));
        }
    }
}

/// Writes are done, and copies of them are late. Meanwhile the log that they stood in gives way to a
/// snapshot, with which the server that the copies are for catches up, or starts anew; then it leads, and
/// the copies arrive.
pub(super) async fn copies_and_snapshots(t: Tester) -> Step {
    for _ in 0..t.parameter("rounds") {
        Late::write(&t).await.leader_falls_behind(&t).await?;
        follower_falls_behind(&t).await?;
        Late::write(&t).await.everybody_restarts(&t).await?;
    }
    Ok(())
}

/// Clients that have written, and copies of what they asked for.
struct Late {
    owners: Vec<Owner>,
    copies: Held,
}

/// So many that one of them asks first who does not lead.
const WRITERS: usize = 3;

impl Late {
    /// Each writes once, and keeps copies.
    async fn write(t: &Tester) -> Late {
        let mut copies = t.cluster().copy(Messages::CLIENT_REQUESTS);
        let mut owners: Vec<Owner> = (0..WRITERS).map(|_| Owner::new(t)).collect();
        for owner in &mut owners {
            owner.append().await;
        }
        copies.stop();
        Late { owners, copies }
    }

    /// The leader has done the writes, and is cut off until the others have cut their logs behind all that
    /// it knows.
    async fn leader_falls_behind(mut self, t: &Tester) -> Step {
        let leader = t.check_one_leader().await?;
        let term = term_of(t, leader);
        let others: Vec<ServerId> = t.servers().filter(|server| *server != leader).collect();
        t.disconnect(leader);
        elected_among(t, &others, term).await?;
        self.owners.push(fill_logs(t, &others).await);
        t.connect(leader);
        self.arrive_at(t, leader).await
    }

    /// All servers crash, and start from their snapshots. The leader is the one that the copies are for.
    async fn everybody_restarts(mut self, t: &Tester) -> Step {
        let everybody: Vec<ServerId> = t.servers().collect();
        let leader = t.check_one_leader().await?;
        self.owners.push(fill_logs(t, &everybody).await);
        everybody.iter().for_each(|server| t.crash(*server));
        revive_all(t)?;
        elected_among(t, &everybody, 0).await?;
        self.arrive_at(t, leader).await
    }

    /// Everybody is there, and after a while knows all; then this server leads, and gets the copies.
    async fn arrive_at(self, t: &Tester, server: ServerId) -> Step {
        t.sleep_elections(1).await;
        prefer(t, server).await;
        self.copies.release_all();
        t.sleep(SETTLE).await;
        let everybody: Vec<ServerId> = t.servers().collect();
        for owner in self.owners {
            owner.client().connect(&everybody);
            owner.check().await?;
        }
        Ok(())
    }
}

/// A follower is cut off while the writes are done, of which it is asked, too, and until it needs a
/// snapshot: all that it ever knows of them is in that.
async fn follower_falls_behind(t: &Tester) -> Step {
    let leader = t.check_one_leader().await?;
    let follower = t.after(leader, 1);
    t.disconnect(follower);
    let mut late = Late::write(t).await;
    let others: Vec<ServerId> = t.servers().filter(|server| *server != follower).collect();
    late.owners.push(fill_logs(t, &others).await);
    t.connect(follower);
    late.arrive_at(t, follower).await
}

/// Writes until whoever takes snapshots has taken some.
async fn fill_logs(t: &Tester, servers: &[ServerId]) -> Owner {
    let mut owner = Owner::reaching(t, servers);
    for _ in 0..t.parameter("operations") {
        owner.append().await;
    }
    owner
}
