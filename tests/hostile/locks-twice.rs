//! S0 locks a `Mutex` that it holds already: it waits for itself, without processor time. Every run that
//! gets there is `stuck` (never yields), or `panicked` where the system notices; after a few, the test is
//! given up.

use std::rc::Rc;
use std::sync::Mutex;

use raftlab::api::{Boot, Raft};

static LOCK: Mutex<u64> = Mutex::new(0);

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let mut held = LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *held += *LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    })
}
