//! Honest servers, except that they deal badly with what their services give them.

use std::rc::Rc;

use raftlab::api::{
    ApplyMsg, ApplySender, Boot, Bytes, Command, Ctx, Index, Peers, Raft, ServerId, ServerState, Started,
};

use crate::messages::AppendEntries;
use crate::twist::{self, Twist};

/// A leader hands a command to its service before anybody else has it.
struct AppliesAtOnce {
    apply: ApplySender,
    ctx: Ctx,
}

impl Twist for AppliesAtOnce {
    fn start(&self, honest: &dyn Raft, command: Command) -> Option<Started> {
        let started = honest.start(command.clone())?;
        let (apply, index) = (self.apply.clone(), started.index);
        self.ctx.spawn(async move { apply.send(ApplyMsg::Command { index, command }).await });
        Some(started)
    }
}

pub(crate) fn applies_at_once(boot: Boot) -> Rc<dyn Raft> {
    let twist = AppliesAtOnce { apply: boot.apply.clone(), ctx: boot.ctx.clone() };
    twist::make(boot, twist)
}

/// A leader accepts commands, and does nothing with them.
struct ShelvesCommands;

impl Twist for ShelvesCommands {
    fn start(&self, honest: &dyn Raft, _: Command) -> Option<Started> {
        let ServerState { term, is_leader } = honest.state();
        is_leader.then_some(Started { index: 1, term })
    }
}

pub(crate) fn shelves_commands(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, ShelvesCommands)
}

/// A leader that gets a command also speaks of an entry behind it, which it does not have.
struct MisquotesLog {
    me: ServerId,
    peers: Peers,
}

impl Twist for MisquotesLog {
    fn start(&self, honest: &dyn Raft, command: Command) -> Option<Started> {
        let Started { index, term } = honest.start(command)?;
        let request = AppendEntries::heartbeat(self.me, term, (index + 1, term));
        self.peers.others().for_each(|peer| drop(self.peers[peer].call(&request)));
        Some(Started { index, term })
    }
}

pub(crate) fn misquotes_log(boot: Boot) -> Rc<dyn Raft> {
    let twist = MisquotesLog { me: boot.me, peers: boot.peers.clone() };
    twist::make(boot, twist)
}

/// The log is compacted, but the snapshot that stands for it is not kept.
struct LosesSnapshots;

impl Twist for LosesSnapshots {
    fn snapshot(&self, honest: &dyn Raft, index: Index, _: Bytes) {
        honest.snapshot(index, Bytes::new());
    }
}

pub(crate) fn loses_snapshots(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, LosesSnapshots)
}

/// Snapshots are kept with a byte too many.
struct SpoilsSnapshots;

impl Twist for SpoilsSnapshots {
    fn snapshot(&self, honest: &dyn Raft, index: Index, snapshot: Bytes) {
        honest.snapshot(index, [&snapshot[..], &[0]].concat().into());
    }
}

pub(crate) fn spoils_snapshots(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, SpoilsSnapshots)
}
