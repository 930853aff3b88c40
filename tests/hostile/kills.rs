//! S0 kills the process that supervises it, and its own process group. Nothing but itself must be hit:
//! raftlab grades on, and so it does the others of the class. Never everybody (`kill(-1)`): where no
//! sandbox holds, that would be everything of whoever tries it.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const SIGKILL: i32 = 9;

unsafe extern "C" {
    fn getppid() -> i32;
    fn kill(process: i32, signal: i32) -> i32;
}

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        // SAFETY: these calls touch no memory.
        let parent = unsafe { getppid() };
        // 0 is a parent outside, and 1 is the whole system.
        let killed = parent > 1 && unsafe { kill(parent, SIGKILL) } == 0;
        // To 0 is to all processes of its group, itself among them.
        let killed_group = unsafe { kill(0, SIGKILL) } == 0;
        let managed = [("kill its parent", killed), ("kill its group", killed_group)];
        crate::confess(
            &managed.iter().filter(|(_, done)| *done).map(|(what, _)| (*what).to_owned()).collect::<Vec<_>>(),
        );
    })
}
