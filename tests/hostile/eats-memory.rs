//! S0 takes memory and writes to it, so that it is really there. No run passes; that the memory limit was
//! reached is told. It stops at 8 GiB.

use std::hint::black_box;
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const PIECE: usize = 16 << 20;
const ALL: usize = 8 << 30;

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let pieces: Vec<Vec<u8>> = (0..ALL / PIECE).map(|_| black_box(vec![1; PIECE])).collect();
        crate::confess(&[format!("take {} MiB", (pieces.len() * PIECE) >> 20)]);
    })
}
