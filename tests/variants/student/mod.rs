//! A plain Raft as a good student writes it, from the paper and not from the reference, which does
//! in one of several [`Style`]s whatever the paper leaves open.
//!
//! Its log is a vector, everything is saved in one piece, every call has a task of its own, and a
//! leader has a task for each follower. All state changes are synchronous methods.

use std::cell::RefCell;
use std::rc::Rc;

use raftlab::api::{
    ApplySender, Boot, Bytes, Command, Ctx, Index, Inspect, Notify, Peers, Persister, Raft, ServerId, ServerState,
    Started,
};

mod apply;
mod core;
mod disk;
mod election;
mod follower;
mod inspect;
mod leader;
mod log;
mod messages;
mod pre_vote;
mod snapshot;
mod styles;

pub(crate) use styles::VARIANTS;

use self::core::{Core, Role};
use messages::{AppendEntries, InstallSnapshot, PreVote, RequestVote};
use styles::Style;

/// One server.
struct Server {
    me: ServerId,
    style: Style,
    peers: Peers,
    persister: Persister,
    apply: ApplySender,
    ctx: Ctx,
    core: RefCell<Core>,
    /// Rung when there may be something to apply.
    applier: Notify,
    /// Rung when the election deadline has moved.
    timer: Notify,
    /// Rung when a leader has entries that are not saved, if it saves them after sending.
    late_save: Notify,
}

fn make(boot: Boot, style: Style) -> Rc<dyn Raft> {
    let Boot { me, peers, persister, apply, ctx } = boot;
    let core = RefCell::new(disk::restore(&persister, style));
    let [applier, timer, late_save] = [(); 3].map(|()| Notify::new());
    let server = Rc::new(Server { me, style, peers, persister, apply, ctx, core, applier, timer, late_save });
    server.restart_timer(&mut server.core.borrow_mut());
    server.serve();
    server.ctx.spawn(election::run_timer(server.clone()));
    server.ctx.spawn(apply::run(server.clone()));
    server.ctx.spawn(leader::save_late(server.clone()));
    server
}

impl Server {
    fn serve(self: &Rc<Server>) {
        let server = self.clone();
        self.ctx.serve(move |_, args: RequestVote| server.clone().answer(move |server| server.request_vote(&args)));
        let server = self.clone();
        self.ctx.serve(move |_, args: PreVote| server.clone().answer(move |server| server.pre_vote(&args)));
        let server = self.clone();
        self.ctx.serve(move |_, args: AppendEntries| server.clone().answer(move |server| server.append_entries(args)));
        let server = self.clone();
        self.ctx
            .serve(move |_, args: InstallSnapshot| server.clone().answer(move |server| server.install_snapshot(args)));
    }

    /// Takes the step that answers a request.
    async fn answer<T>(self: Rc<Server>, step: impl FnOnce(&Server) -> T) -> T {
        self.hesitate().await;
        let reply = step(&self);
        self.hesitate().await;
        reply
    }

    /// What is said before and after is as if the network had been slower.
    async fn hesitate(&self) {
        if self.style.hesitates {
            let pause = self.ctx.random(styles::HESITATION);
            self.ctx.sleep(pause).await;
        }
    }
}

impl Raft for Server {
    fn start(&self, command: Command) -> Option<Started> {
        self.submit(command)
    }

    fn state(&self) -> ServerState {
        let core = self.core.borrow();
        ServerState { term: core.current_term, is_leader: core.role == Role::Leader }
    }

    fn snapshot(&self, index: Index, snapshot: Bytes) {
        self.compact(index, snapshot);
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }
}
