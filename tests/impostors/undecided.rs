//! Honest servers, but for one request that S0 sends at an instant that no seed decides. And one that
//! only looks as if it were one of these.
#![expect(clippy::disallowed_types, reason = "this is what is wrong with them")]

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use raftlab::api::{Boot, Raft, ServerId};

use crate::base::Ping;
use crate::reference;

pub(crate) fn asks_the_system(boot: Boot) -> Rc<dyn Raft> {
    let number = RandomState::new().build_hasher().finish(); // place: os randomness
    with_a_ping_after(number, boot)
}

pub(crate) fn iterates_a_map(boot: Boot) -> Rc<dyn Raft> {
    let peers: HashMap<u64, u64> = (0..1_000).map(|number| (number, number)).collect();
    let mut number = 0_u64;
    // place: hash map
    for peer in peers.keys() {
        number = number.wrapping_mul(31).wrapping_add(*peer);
    }
    with_a_ping_after(number, boot)
}

pub(crate) fn spawns_a_thread(boot: Boot) -> Rc<dyn Raft> {
    let thread = thread::spawn(|| format!("{:?}", thread::current().id())); // place: thread
    let name = thread.join().expect("it only says who it is");
    let number: u64 = name.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u64::from(digit));
    with_a_ping_after(number, boot)
}

pub(crate) fn reads_the_clock(boot: Boot) -> Rc<dyn Raft> {
    let now = SystemTime::now(); // place: wall clock
    let since = now.duration_since(UNIX_EPOCH).expect("it is later than that");
    with_a_ping_after(since.as_nanos() as u64, boot)
}

pub(crate) fn counts_its_lives(boot: Boot) -> Rc<dyn Raft> {
    static LIVES: AtomicU64 = AtomicU64::new(0); // place: static
    with_a_ping_after(LIVES.fetch_add(1, Ordering::Relaxed), boot)
}

/// Who only looks things up sees no order.
pub(crate) fn looks_up_in_a_map(boot: Boot) -> Rc<dyn Raft> {
    let peers: HashMap<u64, u64> = (0..1_000).map(|number| (number, 7 * number)).collect();
    with_a_ping_after(peers[&500], boot)
}

fn with_a_ping_after(number: u64, boot: Boot) -> Rc<dyn Raft> {
    boot.ctx.serve(|_, _: Ping| async {});
    if boot.me.number() == 0 {
        let (ctx, peers) = (boot.ctx.clone(), boot.peers.clone());
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_micros(number % 1_000_000)).await;
            peers[ServerId::new(1)].call(&Ping).await
        });
    }
    reference::make(boot)
}
