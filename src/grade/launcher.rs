//! This program as the beginning of another one: it confines itself, and then becomes the other.
//!
//! So whatever the other is, and however it begins, it is confined before its first instruction.
#![cfg(unix)]

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::sandbox::Confinement;

/// The first argument; a confinement, a program and its arguments follow.
const CONFINED: &str = "confined-by-raftlab-grade";

/// A command that becomes `program`, confined; its arguments are still to be added. `launcher` is a program
/// that calls [`become_confined`] when it begins: raftlab, or any submission's.
pub(super) fn confined(launcher: &Path, confinement: &Confinement, program: &Path) -> io::Result<Command> {
    let mut command = Command::new(launcher);
    // A group of its own, so that all that it starts can be ended with it.
    command.arg(CONFINED).arg(serde_json::to_string(confinement)?).arg(program).process_group(0);
    Ok(command)
}

/// Becomes a confined program, if this is what the arguments say, and then never comes back; unless that
/// cannot be started, and why.
pub fn become_confined() -> Option<io::Error> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != CONFINED {
        return None;
    }
    let confinement = arguments.next()?.into_string().ok()?;
    let confinement: Confinement = serde_json::from_str(&confinement).ok()?;
    // What cannot be enforced here is told by the process that plays.
    let _gaps = confinement.apply();
    Some(Command::new(arguments.next()?).args(arguments).exec())
}
