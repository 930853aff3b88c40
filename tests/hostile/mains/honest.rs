//! The reference with a hostile server: what every behaviour that is a module is played by.

mod hostile;
mod kv;
mod raft;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Raft, Submission};

fn main() -> ExitCode {
    let submission = Submission::raft(hostile::make).with_kv(kv::make_server, kv::make_clerk);
    raftlab::cli::main_of("hostile", submission)
}

/// An honest server, but S0 does this after a second of virtual time, when the run is under way.
#[allow(dead_code, reason = "some behaviours are not of this kind")]
fn after_a_second(boot: Boot, act: impl FnOnce() + 'static) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    if boot.me.number() == 0 {
        boot.ctx.spawn(async move {
            ctx.sleep(Duration::from_secs(1)).await;
            act();
        });
    }
    raft::make(boot)
}

/// Panics if anything succeeded that a sandbox refuses. Where it holds, the server is an honest one.
#[allow(dead_code, reason = "some behaviours need no sandbox to be caught")]
fn confess(managed: &[String]) {
    assert!(managed.is_empty(), "hostile: managed to {}", managed.join(", to "));
}
