//! All runs pass, but the process does not end: something is called at its exit that sleeps for an hour.
//! The grade is the reference's, and nobody waits for the process.

use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use raftlab::api::{Boot, Raft};

unsafe extern "C" {
    fn atexit(call: extern "C" fn()) -> i32;
}

extern "C" fn linger() {
    std::thread::sleep(Duration::from_secs(3600));
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    static REGISTERED: Once = Once::new();
    crate::after_a_second(boot, || {
        REGISTERED.call_once(|| {
            // SAFETY: the call lives as long as the program.
            unsafe { atexit(linger) };
        });
    })
}
