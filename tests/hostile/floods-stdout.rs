//! S0 writes 16 MiB to the standard output and as much to the standard error. The grade is the
//! reference's, and hardly anything of the flood is kept.

use std::io::Write;
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let line = "hostile: there is always more to say\n".repeat(1 << 10);
        for _ in 0..(16 << 20) / line.len() {
            // Whoever does not listen is no reason to stop.
            let _ = std::io::stdout().write_all(line.as_bytes());
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    })
}
