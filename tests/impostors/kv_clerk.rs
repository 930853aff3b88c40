//! A clerk, honest but for what its flaw says.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Clerk, ClerkBoot, ClerkCtx, Pending, Servers};

use crate::kv::{Ask, Deed, Flaw};

const PATIENCE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(50);

struct Asker {
    flaw: Flaw,
    servers: Servers,
    ctx: ClerkCtx,
    client: u64,
    sequence: Cell<u64>,
    leader: Cell<usize>,
}

pub(crate) fn make(boot: ClerkBoot, flaw: Flaw) -> Rc<dyn Clerk> {
    let ClerkBoot { servers, ctx } = boot;
    let client = ctx.random(0..=u64::MAX);
    Rc::new(Asker { flaw, servers, ctx, client, sequence: Cell::new(0), leader: Cell::new(0) })
}

impl Asker {
    async fn have(&self, deed: Deed) -> String {
        let mut ask = Ask { client: self.client, sequence: self.next(), deed };
        loop {
            for _ in 0..self.servers.len() {
                if let Some(value) = self.ask(&ask).await {
                    return value;
                }
                self.leader.set((self.leader.get() + 1) % self.servers.len());
                if self.flaw == Flaw::RenumbersTries {
                    ask.sequence = self.next();
                }
            }
            if self.flaw == Flaw::GivesUp {
                return String::new();
            }
            self.ctx.sleep(PAUSE).await;
        }
    }

    fn next(&self) -> u64 {
        self.sequence.set(self.sequence.get() + 1);
        self.sequence.get()
    }

    async fn ask(&self, ask: &Ask) -> Option<String> {
        let call = self.servers.call(self.leader.get(), ask);
        if self.flaw == Flaw::WaitsForEver {
            return call.await.flatten();
        }
        self.ctx.timeout(PATIENCE, call).await.flatten().flatten()
    }
}

impl Clerk for Asker {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, String> {
        Box::pin(self.have(Deed::Get(key.to_owned())))
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        Box::pin(async move { drop(self.have(Deed::Put(key.to_owned(), value.to_owned())).await) })
    }

    fn append<'a>(&'a self, key: &'a str, value: &'a str) -> Pending<'a, ()> {
        Box::pin(async move { drop(self.have(Deed::Append(key.to_owned(), value.to_owned())).await) })
    }
}
