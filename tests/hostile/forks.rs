//! S0 starts processes: the program itself, and copies of this process that keep everything open that it
//! has. None must come to life; where all are refused, the grade is the reference's. It stops at 64 of
//! them, of which each ends after ten seconds at most.

use std::process::{Command, Stdio};
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

unsafe extern "C" {
    fn fork() -> i32;
    fn sleep(seconds: u32) -> u32;
    fn _exit(code: i32) -> !;
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let started = (0..32).filter(|_| starts_itself()).count();
        let forked = (0..32).filter(|_| forks()).count();
        let managed = [("start itself", started), ("fork", forked)].into_iter().filter(|(_, times)| *times > 0);
        crate::confess(&managed.map(|(what, times)| format!("{what} {times} times")).collect::<Vec<_>>());
    })
}

/// Its copy only says its version.
fn starts_itself() -> bool {
    let program = std::env::current_exe().unwrap_or_else(|_| "/bin/true".into());
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

fn forks() -> bool {
    // SAFETY: the copy does nothing that needs a lock, and never returns into this program.
    unsafe {
        match fork() {
            0 => {
                sleep(10);
                _exit(0)
            }
            child => child > 0,
        }
    }
}
