//! Floor 4: the door. Everything that an implementation sees of raftlab, and all that it needs.
//!
//! A Raft is made by a function of type [`MakeRaft`]. It gets a [`Boot`] with its number, its
//! peers, its stable storage, the channel to its service, and a [`Ctx`] for time, tasks and
//! random numbers; it registers its RPC handlers, spawns its tasks, and returns an object that
//! the tester calls through the [`Raft`] trait:
//!
//! ```
//! use std::cell::Cell;
//! use std::rc::Rc;
//!
//! use raftlab::api::{Boot, Bytes, Command, Ctx, Index, Peers, Raft, Rpc, ServerState, Started, Term};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! struct RequestVote {
//!     term: Term,
//! }
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! struct Vote {
//!     granted: bool,
//! }
//!
//! impl Rpc for RequestVote {
//!     const NAME: &'static str = "RequestVote";
//!     type Reply = Vote;
//! }
//!
//! struct MyRaft {
//!     peers: Peers,
//!     ctx: Ctx,
//!     term: Cell<Term>,
//! }
//!
//! pub fn make(boot: Boot) -> Rc<dyn Raft> {
//!     let Boot { peers, ctx, .. } = boot;
//!     let raft = Rc::new(MyRaft { peers, ctx, term: Cell::new(0) });
//!     raft.ctx.serve(|_from, _args: RequestVote| async { Vote { granted: true } });
//!     raft.ctx.spawn(campaign(raft.clone()));
//!     raft
//! }
//!
//! async fn campaign(raft: Rc<MyRaft>) {
//!     raft.ctx.sleep(std::time::Duration::from_millis(300)).await;
//!     raft.term.set(raft.term.get() + 1);
//!     for peer in raft.peers.others() {
//!         let reply = raft.peers[peer].call(&RequestVote { term: raft.term.get() }).await;
//!         log::debug!("{peer} answered {reply:?}");
//!     }
//! }
//!
//! impl Raft for MyRaft {
//!     fn start(&self, _command: Command) -> Option<Started> {
//!         None
//!     }
//!     fn state(&self) -> ServerState {
//!         ServerState { term: self.term.get(), is_leader: false }
//!     }
//!     fn snapshot(&self, _index: Index, _snapshot: Bytes) {}
//! }
//! ```
//!
//! All of it lives on one thread and in virtual time. What makes two runs of one seed differ
//! (threads, the wall clock, a randomly seeded `HashMap`) does not belong into an
//! implementation. The first run of every test is played twice, which finds most of it; `raftlab test
//! --check-determinism` plays all runs twice.
//!
//! Futures need no runtime of their own: whatever works with any executor, such as the
//! combinators of the `futures` crate, works here.
//!
//! # What there is
//!
//! | for | what |
//! |---|---|
//! | being a server | [`MakeRaft`] makes one from a [`Boot`]; the tester calls it as a [`Raft`], whose methods take and give [`Command`], [`Started`], [`ServerState`] |
//! | names and numbers | [`ServerId`], [`Term`], [`Index`]; [`Incarnation`] is one life of a server |
//! | messages | [`Rpc`] is a request and its reply; [`Peers`] and [`Peer::call`] send it, [`Ctx::serve`] handles it |
//! | time | [`Instant`], [`Ctx::now`], [`Ctx::sleep`], [`Ctx::sleep_until`], [`Ctx::timeout`]; a [`Sleep`] does nothing before it is awaited |
//! | tasks | [`Ctx::spawn`] starts one at once; its [`JoinHandle`] can be awaited for the result, or dropped |
//! | waking a task | [`Notify`]: a bell that remembers; one ring before the wait is enough, and two are one |
//! | handing things to a task | [`channel`] with [`Sender`] and [`Receiver`]: an unbounded queue |
//! | random numbers | [`Ctx::random`], from any range that is a [`Draw`] |
//! | what survives a crash | [`Persister`]: [`Bytes`], or [`Parts`] that need not be copied |
//! | the service | [`ApplySender`] hands it one [`ApplyMsg`] after the other |
//! | a service of one's own | [`Submission`] hands it over; [`MakeKvServer`] makes a [`KvServer`] from a [`KvBoot`], with [`StartRaft`], [`ApplyReceiver`] and [`Ctx::serve_clients`] |
//! | its clients | [`MakeClerk`] makes a [`Clerk`] from a [`ClerkBoot`], with [`Servers`] and a [`ClerkCtx`]; its methods give a [`Pending`] |
//! | rules that read messages | [`Description`] and [`ReplyDescription`], from [`Rpc::describe`] and [`Rpc::describe_reply`] |
//! | rules that look inside | [`Inspect`], from [`Raft::inspect`]: [`Inspection`] with a [`Role`], [`Progress`] of each follower, [`SavedState`] |
//!
//! [`Life`], [`LogScope`] and [`install_logger`] are for those who write a harness of their own.

mod apply;
mod boot;
mod ctx;
mod draw;
mod inspect;
mod kv;
mod logger;
mod peers;
mod raft;
mod rpc;
mod submission;
#[cfg(test)]
mod tests;

pub use bytes::Bytes;

pub use crate::base::{Command, Incarnation, Index, Instant, ServerId, Term};
pub use crate::disk::{Parts, Persister};
pub use crate::sim::{JoinHandle, Notify, Receiver, Sender, Sleep, channel};
pub use crate::trace::{Description, Inspection, Progress, ReplyDescription, Role, SavedState};
pub use apply::{ApplyMsg, ApplySender};
pub use boot::{Boot, Life};
pub use ctx::Ctx;
pub use draw::Draw;
pub use inspect::Inspect;
pub use kv::{
    ApplyReceiver, Clerk, ClerkBoot, ClerkCtx, KvBoot, KvServer, MakeClerk, MakeKvServer, Pending, Servers, StartRaft,
};
pub use logger::{LogScope, install_logger};
pub use peers::{Peer, Peers};
pub use raft::{MakeRaft, Raft, ServerState, Started};
pub use rpc::Rpc;
pub use submission::{MakeKv, Submission};
