//! S0 starts threads that take 4 MiB each and keep them for ten seconds. No run passes: threads are
//! refused, or end with the process at the memory limit. It stops at 2048 of them.

use std::hint::black_box;
use std::rc::Rc;
use std::thread::{self, Builder};
use std::time::Duration;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        for number in 0..2048 {
            if let Err(error) = Builder::new().spawn(hold) {
                panic!("hostile: after {number} threads: {error}");
            }
        }
        crate::confess(&["start 2048 threads".to_owned()]);
    })
}

fn hold() {
    let held = black_box(vec![1_u8; 4 << 20]);
    thread::sleep(Duration::from_secs(10));
    drop(held);
}
