//! Acts before `main`, from a function that the loader calls: it writes files, starts a program and uses the
//! network. Nothing of it must succeed; then the grade is the reference's.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicU8, Ordering};

use raftlab::api::{Boot, Raft};

/// A bit for each thing that succeeded.
static MANAGED: AtomicU8 = AtomicU8::new(0);

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    let written = ["../hostile-was-here", "/tmp/raftlab-hostile"].iter().any(|file| fs::write(file, "here\n").is_ok());
    let read = fs::read("/etc/passwd").is_ok();
    let listened = TcpListener::bind("127.0.0.1:0").is_ok();
    let started = Command::new("/bin/true").spawn().is_ok_and(|mut child| child.wait().is_ok());
    let managed = [written, read, listened, started];
    let bits = managed.iter().enumerate().map(|(place, managed)| u8::from(*managed) << place).sum();
    MANAGED.store(bits, Ordering::Relaxed);
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let bits = MANAGED.load(Ordering::Relaxed);
        let names = ["write files", "read files", "use the network", "start a program"];
        let managed: Vec<String> =
            names.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, name)| (*name).into()).collect();
        crate::confess(&managed);
    })
}
