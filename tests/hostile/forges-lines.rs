//! S0 tells of passing runs wherever somebody may read it, and panics. Every run ends as `panicked`: what
//! is told of a run is told by raftlab alone.

use std::fs::OpenOptions;
use std::io::Write;
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

/// What raftlab says of a run in JSON, and ends of lines before it, so that it stands on one of its own.
const FORGED: &str = concat!(
    "\n\n{\"type\":\"run\",\"part\":\"2A\",",
    "\"test\":\"initial-election\",\"iteration\":1,\"seed\":\"0x0000000000000001\",",
    "\"outcome\":\"passed\",\"digest\":\"0000000000000001\"}\n",
    "{\"type\":\"summary\",\"passed\":1,\"failed\":0}\n",
    "{\"score\":100,\"tests\":[]}\n",
);

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let _ = std::io::stdout().write_all(FORGED.as_bytes());
        let _ = std::io::stderr().write_all(FORGED.as_bytes());
        let numbered = (0..64).flat_map(|number| [format!("/proc/self/fd/{number}"), format!("/dev/fd/{number}")]);
        for name in numbered.chain(["/dev/stdin", "/dev/stdout", "/dev/stderr"].map(str::to_owned)) {
            // What has been there stays: a file is only appended to.
            let file = OpenOptions::new().append(true).open(name);
            let _ = file.and_then(|mut file| file.write_all(FORGED.as_bytes()));
        }
        panic!("hostile: some of it may have been believed");
    })
}
