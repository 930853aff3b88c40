//! Servers that answer requests without doing what they say.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

use crate::base::Idle;
use crate::messages::{
    AppendEntries, AppendEntriesReply, InstallSnapshot, InstallSnapshotReply, RequestVote, RequestVoteReply,
};
use crate::reference;

/// Nobody takes an append, whatever is in the log.
pub(crate) fn refuses_appends(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    let raft = reference::make(boot);
    ctx.serve(|_, AppendEntries { term, .. }| async move { AppendEntriesReply::new(term, false) });
    raft
}

/// Nobody installs a snapshot, and the leader believes that all do.
pub(crate) fn ignores_snapshots(boot: Boot) -> Rc<dyn Raft> {
    let ctx = boot.ctx.clone();
    let raft = reference::make(boot);
    ctx.serve(|_, InstallSnapshot { term, .. }| async move { InstallSnapshotReply { term } });
    raft
}

/// S1 stays in term 0, whoever speaks to it.
pub(crate) fn ignores_terms(boot: Boot) -> Rc<dyn Raft> {
    if boot.me.number() != 1 {
        return reference::make(boot);
    }
    boot.ctx.serve(|_, _: RequestVote| async { RequestVoteReply { term: 0, vote_granted: false } });
    boot.ctx.serve(|_, _: AppendEntries| async { AppendEntriesReply::new(0, true) });
    Idle::follower()
}
