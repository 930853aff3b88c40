//! A Raft for labs 2A to 2D, to be written beside Figures 2 and 13 of the extended paper.
//!
//! All protocol state lives in one `RefCell` ([`state::State`]) and is changed by plain methods that
//! run to their end. Only tasks wait, and none may hold the state while it does. What must survive a
//! crash is saved before anybody can see it.
//!
//! Every `todo!` says what is to be written there, for which part; README.md says in which order.
#![allow(dead_code, unused_variables, reason = "not everything is used before 2D; take this away when that is written")]

mod apply;
mod election;
mod inspect;
mod log;
mod messages;
mod persistence;
mod replication;
mod snapshot;
mod state;

use std::cell::RefCell;
use std::rc::Rc;

use raftlab::api::{
    ApplySender, Boot, Bytes, Command, Ctx, Index, Inspect, Notify, Peers, Persister, Raft, Role, ServerId,
    ServerState, Started,
};

use messages::{AppendEntries, InstallSnapshot, RequestVote};
use state::State;

/// One Raft server.
struct Server {
    me: ServerId,
    peers: Peers,
    persister: Persister,
    apply: ApplySender,
    ctx: Ctx,
    state: RefCell<State>,
    /// To be rung (`notify`) when there may be something new to apply.
    to_apply: Notify,
    /// To be rung when a leader has something new to send.
    to_replicate: Notify,
}

/// Makes a server: restores what it saved, answers requests, and starts its tasks.
///
/// The state is restored here and not in a task: the tester looks at the server as soon as it is made,
/// and its term must not be lower than before the crash.
pub(crate) fn make(boot: Boot) -> Rc<dyn Raft> {
    let Boot { me, peers, persister, apply, ctx } = boot;
    let state = RefCell::new(persistence::restore(&persister, &ctx));
    let (to_apply, to_replicate) = (Notify::new(), Notify::new());
    let server = Rc::new(Server { me, peers, persister, apply, ctx, state, to_apply, to_replicate });
    serve(&server);
    server.ctx.spawn(election::run_timer(server.clone()));
    server.ctx.spawn(replication::run_replicator(server.clone()));
    server.ctx.spawn(apply::run(server.clone()));
    server
}

/// Answers requests, in whatever role.
fn serve(server: &Rc<Server>) {
    let raft = server.clone();
    server.ctx.serve(move |_from, args: RequestVote| {
        let raft = raft.clone();
        async move { raft.request_vote(&args) }
    });
    let raft = server.clone();
    server.ctx.serve(move |_from, args: AppendEntries| {
        let raft = raft.clone();
        async move { raft.append_entries(&args) }
    });
    let raft = server.clone();
    server.ctx.serve(move |_from, args: InstallSnapshot| {
        let raft = raft.clone();
        async move { raft.install_snapshot(args) }
    });
}

impl Raft for Server {
    fn start(&self, command: Command) -> Option<Started> {
        self.submit(command)
    }

    fn state(&self) -> ServerState {
        let state = self.state.borrow();
        ServerState { term: state.current_term, is_leader: state.role == Role::Leader }
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.compact(index, snapshot);
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}
