//! A server of a key/value service, honest but for what its flaw says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{ApplyMsg, ApplyReceiver, Command, Ctx, Index, KvBoot, KvServer, Persister, Raft, Sender, channel};
use serde::{Deserialize, Serialize};

use crate::kv::{Ask, Deed, Flaw};

/// A handler that waits for longer says that it was not done.
const PATIENCE: Duration = Duration::from_millis(300);
/// A snapshot is taken when the saved log is longer, where nobody says otherwise.
const LIMIT: usize = 1_000;

#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    values: BTreeMap<String, String>,
    /// The last operation of each client.
    sessions: BTreeMap<u64, u64>,
    /// Means nothing.
    padding: Vec<u8>,
}

/// Who waits for an answer, and what was asked.
type Waiting = (Ask, Sender<Option<String>>);

struct Server {
    flaw: Flaw,
    raft: Rc<dyn Raft>,
    persister: Persister,
    limit: Option<usize>,
    ctx: Ctx,
    state: RefCell<State>,
    waiting: RefCell<BTreeMap<Index, Waiting>>,
}

struct Asleep;

impl KvServer for Asleep {}

impl KvServer for Server {}

pub(crate) fn make(boot: KvBoot, flaw: Flaw) -> Rc<dyn KvServer> {
    let KvBoot { persister, raft, max_raft_state, ctx, .. } = boot;
    if flaw == Flaw::StartsNoRaft {
        return Rc::new(Asleep);
    }
    let limit = match flaw {
        Flaw::NeverSnapshots => None,
        Flaw::AlwaysSnapshots => Some(LIMIT),
        _ => max_raft_state,
    };
    let state = RefCell::new(postcard::from_bytes(&persister.snapshot()).unwrap_or_default());
    let (raft, applied) = raft.start();
    let server = Rc::new(Server { flaw, raft, persister, limit, ctx, state, waiting: RefCell::default() });
    let own = server.clone();
    server.ctx.serve_clients(move |ask: Ask| {
        let server = own.clone();
        async move { server.answer(ask).await }
    });
    server.ctx.spawn(apply_all(server.clone(), applied));
    server
}

async fn apply_all(server: Rc<Server>, mut applied: ApplyReceiver) {
    loop {
        match applied.recv().await {
            ApplyMsg::Command { index, command } => server.apply(index, &command),
            ApplyMsg::Snapshot { snapshot, .. } => {
                *server.state.borrow_mut() = postcard::from_bytes(&snapshot).expect("one of these made it");
            }
        }
    }
}

impl Server {
    async fn answer(&self, ask: Ask) -> Option<String> {
        if let (Flaw::ReadsItsOwnState, Deed::Get(key)) = (self.flaw, &ask.deed) {
            return Some(self.state.borrow().values.get(key).cloned().unwrap_or_default());
        }
        let command = postcard::to_stdvec(&ask).expect("plain data can be encoded");
        let started = self.raft.start(Command::from(&command[..]))?;
        if self.flaw == Flaw::AnswersAtOnce && !matches!(ask.deed, Deed::Get(_)) {
            return Some(String::new());
        }
        let (answer, mut answered) = channel();
        self.waiting.borrow_mut().insert(started.index, (ask, answer));
        if self.flaw == Flaw::WaitsForEver {
            return match answered.recv().await {
                Some(answer) => answer,
                None => std::future::pending().await,
            };
        }
        self.ctx.timeout(PATIENCE, answered.recv()).await.flatten().flatten()
    }

    fn apply(&self, index: Index, command: &Command) {
        let ask: Ask = postcard::from_bytes(command.as_bytes()).expect("one of these made it");
        let value = self.have(&ask);
        let waiting = self.waiting.borrow_mut().remove(&index);
        if let Some((wanted, answer)) = waiting {
            // Who never loses patience does not notice either that something else came.
            if wanted == ask {
                answer.send(Some(value));
            } else if self.flaw != Flaw::WaitsForEver {
                answer.send(None);
            }
        }
        if self.limit.is_some_and(|limit| self.persister.state_len() >= limit) {
            let snapshot = postcard::to_stdvec(&self.for_snapshot()).expect("plain data can be encoded");
            self.raft.snapshot(index, snapshot.into());
        }
    }

    fn have(&self, ask: &Ask) -> String {
        let State { values, sessions, .. } = &mut *self.state.borrow_mut();
        let last = sessions.entry(ask.client).or_default();
        let is_new = ask.sequence > *last || self.flaw == Flaw::RepeatsWrites;
        *last = ask.sequence.max(*last);
        match &ask.deed {
            Deed::Get(key) if self.flaw == Flaw::EchoesKeys => return key.clone(),
            Deed::Get(key) => return values.get(key).cloned().unwrap_or_default(),
            Deed::Put(key, value) if is_new => *values.entry(key.clone()).or_default() = value.clone(),
            Deed::Append(key, value) if is_new => values.entry(key.clone()).or_default().push_str(value),
            Deed::Put(..) | Deed::Append(..) => {}
        }
        String::new()
    }

    fn for_snapshot(&self) -> State {
        let mut state = self.state.borrow().clone();
        match self.flaw {
            Flaw::ForgetsSessions => state.sessions.clear(),
            Flaw::PadsSnapshots => state.padding = vec![0; LIMIT],
            _ => {}
        }
        state
    }
}
