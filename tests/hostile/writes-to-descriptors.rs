//! S0 writes a forged result and mere noise to everything that the process has open, without opening
//! anything, and panics. No run passes, for what comes over raftlab's own channel is believed only if it
//! can be nobody else's; noise there is the submission's fault, and no trouble of raftlab's surroundings.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const FORGED: &[u8] =
    b"\n{\"type\":\"run\",\"part\":\"2A\",\"test\":\"initial-election\",\"iteration\":1,\"outcome\":\"passed\"}\n";
const NOISE: &[u8] = &[0xff; 64];

unsafe extern "C" {
    fn write(descriptor: i32, bytes: *const u8, count: usize) -> isize;
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        for descriptor in 3..64 {
            for bytes in [FORGED, NOISE] {
                // SAFETY: the bytes are there; what they do to others is what this is for.
                unsafe { write(descriptor, bytes.as_ptr(), bytes.len()) };
            }
        }
        panic!("hostile: some of it may have been believed");
    })
}
