//! One server of the service: from a clerk's request through the log to the answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{ApplyMsg, ApplyReceiver, Command, Ctx, Index, KvBoot, KvServer, Persister, Raft};

use super::messages::{ClientReply, ClientRequest};
use super::snapshot;
use super::state::State;
use super::waiting::Waiting;

/// How often a server looks whether it has been deposed while handlers wait.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// One server.
pub(super) struct Server {
    pub(super) raft: Rc<dyn Raft>,
    /// What Raft has saved: its size is looked at before a snapshot is taken.
    pub(super) persister: Persister,
    /// What that may grow to, in bytes; none if there are to be no snapshots.
    pub(super) max_raft_state: Option<usize>,
    pub(super) state: RefCell<State>,
    pub(super) waiting: RefCell<Waiting>,
    ctx: Ctx,
}

/// Makes a server: restores its snapshot, starts its Raft, and answers clerks.
pub(crate) fn make_server(boot: KvBoot) -> Rc<dyn KvServer> {
    let KvBoot { persister, raft, max_raft_state, ctx, .. } = boot;
    // Raft goes on behind the snapshot, so this comes first.
    let state = RefCell::new(snapshot::restore(&persister.snapshot()));
    let (raft, applied) = raft.start();
    let server = Rc::new(Server { raft, persister, max_raft_state, state, waiting: RefCell::default(), ctx });
    let own = server.clone();
    server.ctx.serve_clients(move |request: ClientRequest| {
        let server = own.clone();
        async move { server.answer(&request).await }
    });
    server.ctx.spawn(run_applier(server.clone(), applied));
    server.ctx.spawn(run_watch(server.clone()));
    server
}

/// Does what Raft has agreed on, in its order, for ever.
async fn run_applier(server: Rc<Server>, mut applied: ApplyReceiver) {
    loop {
        match applied.recv().await {
            ApplyMsg::Command { index, command } => server.apply(index, &command),
            ApplyMsg::Snapshot { index, snapshot, .. } => server.install(index, &snapshot),
        }
    }
}

/// Looks again and again whether this server still leads in the term for which handlers wait.
async fn run_watch(server: Rc<Server>) {
    loop {
        server.ctx.sleep(LOOK_INTERVAL).await;
        let term = server.raft.state().term;
        server.waiting.borrow_mut().see_term(term);
    }
}

impl Server {
    /// Answers a clerk when its request is committed and done, or when this server cannot say.
    async fn answer(&self, request: &ClientRequest) -> ClientReply {
        todo!(
            "3A: `raft.start` the request (`to_command`): who does not lead says `WrongLeader`; else `wait` at the index \
             where it was started, and `recv().await` the answer: none means that there will be none, and whether it is \
             done is not known here"
        )
    }

    /// Everything before `index` is done; this command comes next.
    fn apply(&self, index: Index, command: &Command) {
        // Nobody waits for what no clerk has asked for.
        if let Some(request) = ClientRequest::from_command(command) {
            let (client, number) = (request.client_id, request.sequence);
            log::debug!(target: "CLNT", "does {:?} at {index}, number {number} of clerk {client}", request.operation);
            todo!(
                "3A: have the state `execute` the request, and whoever waits at this index answered with what that gives \
                 (`waiting.answer`): on all servers, for nobody knows who will lead"
            )
        }
        self.snapshot_if_full(index);
    }
}

impl KvServer for Server {}
