//! Who a process is, and what becomes of it when its parent dies.

use rustix::fs::{Gid, Uid};
use rustix::process::{DumpableBehavior, Signal, geteuid, set_dumpable_behavior, set_parent_process_death_signal};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// The user that owns nothing, by convention.
const NOBODY: u32 = 65_534;

/// The superuser becomes nobody; all others stay who they are.
pub(super) fn become_nobody() -> Result<(), String> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    set_thread_groups(&[])
        .and_then(|()| set_thread_res_gid(group, group, group))
        .and_then(|()| set_thread_res_uid(user, user, user))
        .map_err(|error| format!("user {NOBODY}: {error}"))
}

/// Ends with the parent, also if that is killed; and nobody of the same user looks into its memory.
pub(super) fn end_with_parent() -> Result<(), String> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .map_err(|error| error.to_string())
}
