//! S0 sleeps in real time: it needs no processor time, so only the clock can tell. Every run that gets
//! there is `stuck` (never yields); after a few, the test is given up. After an hour, it goes on.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || std::thread::sleep(Duration::from_secs(3600)))
}
