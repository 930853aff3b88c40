//! Everything that can happen in a run.

use std::fmt;

use super::{Description, Digest, Inspection, LogChange, Progress, ReplyDescription, RpcKind, SavedState};
use crate::base::{ClientId, Command, Incarnation, Index, Instant, ServerId, Term};

/// One RPC, from the hand-over of its request to its end. Its number is unique in the run and
/// stands on every line about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// Counted from 1 in the order of hand-over.
    pub number: u64,
    /// The name of the request's type.
    pub name: &'static str,
    /// What it is to Raft.
    pub kind: RpcKind,
    /// Who calls.
    pub from: Incarnation,
    /// Who is called.
    pub to: ServerId,
}

/// One RPC of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientCall {
    /// Counted with those of servers.
    pub number: u64,
    /// The name of the request's type.
    pub name: &'static str,
    /// Who calls.
    pub from: ClientId,
    /// Who is called.
    pub to: ServerId,
}

/// What becomes of a client's RPC.
#[derive(Clone, Copy, Debug)]
pub enum ClientMessage<'a> {
    /// The request was handed to the network.
    Sent {
        /// The arguments.
        args: &'a dyn fmt::Debug,
        /// The arguments as sent.
        bytes: &'a [u8],
    },
    /// It reached a handler of this life.
    Delivered(Incarnation),
    /// The handler returned.
    Answered {
        /// The life that handled it.
        server: Incarnation,
        /// The reply.
        reply: &'a dyn fmt::Debug,
        /// The reply as sent.
        bytes: &'a [u8],
    },
    /// The network holds the reply back until then.
    Held(Instant),
    /// The reply reached the client.
    ReplyDelivered,
    /// A message was lost.
    Lost(Loss),
    /// A call to an unreachable server failed, at the instant announced by [`Loss::Unreachable`].
    Failed,
}

/// What a client asks of the key/value service (`lab-spec/kv.md` §1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation<'a> {
    /// The value of a key.
    Get {
        /// The key.
        key: &'a str,
    },
    /// Replaces the value of a key.
    Put {
        /// The key.
        key: &'a str,
        /// Its new value.
        value: &'a str,
    },
    /// Adds to the end of the value of a key.
    Append {
        /// The key.
        key: &'a str,
        /// What is added.
        value: &'a str,
    },
}

impl<'a> Operation<'a> {
    /// The key that it is about.
    pub const fn key(&self) -> &'a str {
        match *self {
            Operation::Get { key } | Operation::Put { key, .. } | Operation::Append { key, .. } => key,
        }
    }

    /// What the lab calls it.
    pub const fn name(&self) -> &'static str {
        match self {
            Operation::Get { .. } => "Get",
            Operation::Put { .. } => "Put",
            Operation::Append { .. } => "Append",
        }
    }

    /// The value that it writes; none for a read.
    pub const fn value(&self) -> Option<&'a str> {
        match *self {
            Operation::Get { .. } => None,
            Operation::Put { value, .. } | Operation::Append { value, .. } => Some(value),
        }
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// The unreliable network lost the request.
    RequestLost,
    /// The unreliable network lost the reply.
    ReplyLost,
    /// The target is cut off or has no running server: the caller hears of it at `until`.
    Unreachable {
        /// When the call fails.
        until: Instant,
    },
    /// The target crashed or was cut off between the request's arrival and the reply.
    TargetGone,
}

/// Something that happened. Payloads are borrowed: who wants to keep one copies it.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The cluster is set up, with servers `S0` up to `servers - 1`, none of them started yet.
    Began {
        /// How many servers the cluster has.
        servers: usize,
    },
    /// The service above each Raft is the implementation's own, not the tester's.
    OwnService {
        /// What the saved state of a Raft may grow to before the service gives it a snapshot, in bytes;
        /// none if there are to be no snapshots.
        max_raft_state: Option<usize>,
    },
    /// All servers have been started and connected; the scenario begins.
    Constructed,
    /// A server starts a new life, disconnected.
    Started {
        /// The new life.
        server: Incarnation,
    },
    /// A server crashed.
    Crashed {
        /// The life that ended.
        server: Incarnation,
    },
    /// A server stops for a while: nothing of it runs.
    Paused {
        /// Its present life.
        server: Incarnation,
    },
    /// A server that had stopped goes on: all that it missed comes at this instant.
    Resumed {
        /// Its present life.
        server: Incarnation,
    },
    /// A server can talk to all other connected servers from now on.
    Connected {
        /// The server.
        server: ServerId,
    },
    /// A server can talk to nobody from now on, not even to itself.
    Disconnected {
        /// The server.
        server: ServerId,
    },
    /// The network's kind changed.
    NetworkChanged {
        /// No delays and no losses of the unreliable network.
        reliable: bool,
        /// Two thirds of the replies are held back.
        reordering: bool,
    },
    /// The scenario says what it does.
    Step {
        /// In words.
        text: fmt::Arguments<'a>,
    },
    /// The scenario's own expectation was not met; ends the run.
    CheckFailed {
        /// In words.
        text: &'a str,
    },
    /// A server's reported state changed, or was reported for the first time.
    StateChanged {
        /// The server.
        server: Incarnation,
        /// The term that it reports.
        term: Term,
        /// Whether it says that it leads.
        is_leader: bool,
    },
    /// A server accepted a command as the leader.
    CommandAccepted {
        /// The server.
        server: Incarnation,
        /// Where it expects the command to appear.
        index: Index,
        /// The term that it reports.
        term: Term,
        /// The command.
        command: &'a Command,
    },
    /// The service of a server took a command.
    Applied {
        /// The server.
        server: Incarnation,
        /// The command's index.
        index: Index,
        /// The command.
        command: &'a Command,
    },
    /// The service of a server gave Raft a snapshot of everything through `index`.
    SnapshotTaken {
        /// The server.
        server: Incarnation,
        /// The last index that the snapshot stands for.
        index: Index,
        /// The snapshot.
        snapshot: &'a [u8],
    },
    /// The service of a server took a snapshot from Raft, in place of commands.
    SnapshotApplied {
        /// The server.
        server: Incarnation,
        /// The last index that the snapshot stands for, as Raft says.
        index: Index,
        /// The term of that entry, as Raft says.
        term: Term,
        /// The snapshot.
        snapshot: &'a [u8],
    },
    /// The service of a server restored itself from the saved snapshot before Raft was started.
    SnapshotRestored {
        /// The server.
        server: Incarnation,
        /// The last index that the snapshot stands for.
        index: Index,
        /// The snapshot.
        snapshot: &'a [u8],
    },
    /// A server saved its state.
    Saved {
        /// The server.
        server: Incarnation,
        /// Size of the saved state in bytes.
        state_len: usize,
        /// Size of the saved snapshot in bytes, if one was saved with it.
        snapshot_len: Option<usize>,
    },
    /// A request was handed to the network.
    RequestSent {
        /// The call.
        call: Call,
        /// What the request says of itself.
        description: &'a Description,
        /// The arguments.
        args: &'a dyn fmt::Debug,
        /// The arguments as sent.
        bytes: &'a [u8],
    },
    /// A request reached a handler.
    RequestDelivered {
        /// The call.
        call: Call,
        /// The life that handles it.
        server: Incarnation,
        /// What the request says of itself.
        description: &'a Description,
    },
    /// A handler returned.
    ReplySent {
        /// The call.
        call: Call,
        /// The life that handled it.
        server: Incarnation,
        /// What the reply says of itself.
        description: &'a ReplyDescription,
        /// The reply.
        reply: &'a dyn fmt::Debug,
        /// The reply as sent.
        bytes: &'a [u8],
    },
    /// The network holds a reply back.
    ReplyHeld {
        /// The call.
        call: Call,
        /// When it will be delivered.
        until: Instant,
    },
    /// A reply reached its caller.
    ReplyDelivered {
        /// The call.
        call: Call,
        /// What the reply says of itself.
        description: &'a ReplyDescription,
    },
    /// A message was lost; except for [`Loss::Unreachable`], the caller hears of it now.
    Lost {
        /// The call.
        call: Call,
        /// Which message, and why.
        loss: Loss,
    },
    /// A call to an unreachable server failed, at the instant announced by [`Loss::Unreachable`].
    CallFailed {
        /// The call.
        call: Call,
    },
    /// A look into a server's glass box showed something new. Not part of the digest: whether
    /// somebody looks must not make a difference.
    Inspected {
        /// The server.
        server: Incarnation,
        /// Its state.
        inspection: &'a Inspection,
        /// What is new in its log.
        log: LogChange<'a>,
        /// What a leader keeps of each server, by number; its own place means nothing. Empty if the
        /// server does not lead.
        progress: &'a [Progress],
    },
    /// A look at what a server has saved. As little part of the digest.
    SavedInspected {
        /// The server.
        server: Incarnation,
        /// What its disk holds now, but for the log's entries.
        saved: &'a SavedState,
        /// The terms of the saved entries; none if they were not read.
        terms: Option<&'a [Term]>,
        /// The snapshot beside it.
        snapshot: &'a [u8],
    },
    /// Something became of a client's RPC.
    Client {
        /// The RPC.
        call: ClientCall,
        /// What became of it.
        message: ClientMessage<'a>,
    },
    /// A client began an operation; it has no other under way.
    OperationBegan {
        /// The client.
        client: ClientId,
        /// What it asks for.
        operation: Operation<'a>,
    },
    /// A client's operation has ended.
    OperationEnded {
        /// The client.
        client: ClientId,
        /// What it asked for.
        operation: Operation<'a>,
        /// The value that was read; none for a write.
        value: Option<&'a str>,
    },
    /// A line of the implementation's own log. Not part of the digest: writing it costs.
    Log {
        /// The server that wrote it, if one is known.
        server: Option<Incarnation>,
        /// Its target.
        target: &'a str,
        /// Its level.
        level: log::Level,
        /// Its text.
        text: fmt::Arguments<'a>,
    },
}

impl Event<'_> {
    /// Folds the event into `digest`, without formatting anything.
    pub(super) fn fold(&self, digest: &mut Digest) {
        match *self {
            Event::Began { servers } => fold(digest, 1, &[servers as u64]),
            Event::Constructed => digest.word(2),
            Event::Started { server } => fold(digest, 3, &[life(server)]),
            Event::Crashed { server } => fold(digest, 4, &[life(server)]),
            Event::Connected { server } => fold(digest, 5, &[server.number() as u64]),
            Event::Disconnected { server } => fold(digest, 6, &[server.number() as u64]),
            Event::NetworkChanged { reliable, reordering } => {
                fold(digest, 7, &[u64::from(reliable), u64::from(reordering)]);
            }
            Event::Step { .. } => digest.word(8),
            Event::CheckFailed { text } => {
                digest.word(9);
                digest.bytes(text.as_bytes());
            }
            Event::StateChanged { server, term, is_leader } => {
                fold(digest, 10, &[life(server), term, u64::from(is_leader)]);
            }
            Event::CommandAccepted { server, index, term, command } => {
                fold(digest, 11, &[life(server), index, term]);
                digest.sample(command.as_bytes());
            }
            Event::Applied { server, index, command } => {
                fold(digest, 12, &[life(server), index]);
                digest.sample(command.as_bytes());
            }
            Event::SnapshotTaken { server, index, snapshot } => {
                fold(digest, 13, &[life(server), index]);
                digest.sample(snapshot);
            }
            Event::SnapshotApplied { server, index, term, snapshot } => {
                fold(digest, 14, &[life(server), index, term]);
                digest.sample(snapshot);
            }
            Event::SnapshotRestored { server, index, snapshot } => {
                fold(digest, 15, &[life(server), index]);
                digest.sample(snapshot);
            }
            Event::Saved { server, state_len, snapshot_len } => {
                fold(digest, 16, &[life(server), state_len as u64, snapshot_len.map_or(u64::MAX, |len| len as u64)]);
            }
            Event::RequestSent { call, bytes, .. } => {
                fold(digest, 17, &[call.number, life(call.from), call.to.number() as u64]);
                digest.sample(bytes);
            }
            Event::RequestDelivered { call, server, .. } => fold(digest, 18, &[call.number, life(server)]),
            Event::ReplySent { call, bytes, .. } => {
                fold(digest, 19, &[call.number]);
                digest.sample(bytes);
            }
            Event::ReplyHeld { call, until } => fold(digest, 20, &[call.number, until.as_micros()]),
            Event::ReplyDelivered { call, .. } => fold(digest, 21, &[call.number]),
            Event::Lost { call, loss } => fold(digest, 22, &[call.number, loss_code(loss)]),
            Event::CallFailed { call } => fold(digest, 23, &[call.number]),
            Event::Paused { server } => fold(digest, 24, &[life(server)]),
            Event::Resumed { server } => fold(digest, 25, &[life(server)]),
            Event::OwnService { max_raft_state } => {
                fold(digest, 29, &[max_raft_state.map_or(0, |limit| limit as u64)]);
            }
            Event::Client { call, message } => fold_client(digest, call, message),
            Event::OperationBegan { client, operation } => {
                fold(digest, 26, &[u64::from(client.number()), operation_code(operation)]);
                digest.sample(operation.key().as_bytes());
                digest.sample(operation.value().unwrap_or_default().as_bytes());
            }
            Event::OperationEnded { client, value, .. } => {
                fold(digest, 27, &[u64::from(client.number())]);
                digest.sample(value.unwrap_or_default().as_bytes());
            }
            Event::Inspected { .. } | Event::SavedInspected { .. } | Event::Log { .. } => {}
        }
    }
}

fn fold(digest: &mut Digest, kind: u64, words: &[u64]) {
    digest.word(kind);
    words.iter().for_each(|word| digest.word(*word));
}

fn fold_client(digest: &mut Digest, call: ClientCall, message: ClientMessage<'_>) {
    let words = |kind, word| [kind, call.number, u64::from(call.from.number()), call.to.number() as u64, word];
    match message {
        ClientMessage::Sent { bytes, .. } => {
            fold(digest, 28, &words(0, 0));
            digest.sample(bytes);
        }
        ClientMessage::Delivered(server) => fold(digest, 28, &words(1, life(server))),
        ClientMessage::Answered { server, bytes, .. } => {
            fold(digest, 28, &words(2, life(server)));
            digest.sample(bytes);
        }
        ClientMessage::Held(until) => fold(digest, 28, &words(3, until.as_micros())),
        ClientMessage::ReplyDelivered => fold(digest, 28, &words(4, 0)),
        ClientMessage::Lost(loss) => fold(digest, 28, &words(5, loss_code(loss))),
        ClientMessage::Failed => fold(digest, 28, &words(6, 0)),
    }
}

fn operation_code(operation: Operation<'_>) -> u64 {
    match operation {
        Operation::Get { .. } => 0,
        Operation::Put { .. } => 1,
        Operation::Append { .. } => 2,
    }
}

fn life(server: Incarnation) -> u64 {
    (u64::from(server.life) << 8) | server.server.number() as u64
}

fn loss_code(loss: Loss) -> u64 {
    match loss {
        Loss::RequestLost => 0,
        Loss::ReplyLost => 1,
        Loss::TargetGone => 2,
        Loss::Unreachable { until } => 3 + until.as_micros(),
    }
}
