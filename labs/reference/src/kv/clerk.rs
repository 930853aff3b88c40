//! The client's side: a call ends when some server has done it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Clerk, ClerkBoot, ClerkCtx, Pending, Servers};

use super::messages::{ClientId, ClientReply, ClientRequest, Operation};

/// How long a clerk waits for one server. A leader that is cut off from the others keeps it waiting.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a clerk rests when no server would do it: there is an election, which takes longer.
const PAUSE: Duration = Duration::from_millis(50);

struct MyClerk {
    servers: Servers,
    ctx: ClerkCtx,
    id: ClientId,
    /// The number of the last operation.
    sequence: Cell<u64>,
    /// The place of the server that answered last: probably the leader.
    leader: Cell<usize>,
}

/// Makes a clerk.
pub(crate) fn make_clerk(boot: ClerkBoot) -> Rc<dyn Clerk> {
    let ClerkBoot { servers, ctx } = boot;
    let id = ctx.random(0..=u64::MAX);
    Rc::new(MyClerk { servers, ctx, id, sequence: Cell::new(0), leader: Cell::new(0) })
}

impl MyClerk {
    /// Asks server after server until one has done it. It is the same request each time, so that it is
    /// done once.
    async fn execute(&self, operation: Operation) -> String {
        self.sequence.set(self.sequence.get() + 1);
        let request = ClientRequest { client_id: self.id, sequence: self.sequence.get(), operation };
        loop {
            for _ in 0..self.servers.len() {
                if let Some(value) = self.ask(&request).await {
                    return value;
                }
                self.leader.set((self.leader.get() + 1) % self.servers.len());
            }
            self.ctx.sleep(PAUSE).await;
        }
    }

    /// What the server that led last says; none if it has not done it.
    async fn ask(&self, request: &ClientRequest) -> Option<String> {
        let call = self.servers.call(self.leader.get(), request);
        match self.ctx.timeout(PATIENCE, call).await.flatten()? {
            ClientReply::Done(value) => Some(value),
            ClientReply::WrongLeader => None,
        }
    }
}

impl Clerk for MyClerk {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, String> {
        Box::pin(self.execute(Operation::Get { key: key.to_owned() }))
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        let operation = Operation::Put { key: key.to_owned(), value: value.to_owned() };
        Box::pin(async move { drop(self.execute(operation).await) })
    }

    fn append<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        let operation = Operation::Append { key: key.to_owned(), value: value.to_owned() };
        Box::pin(async move { drop(self.execute(operation).await) })
    }
}
