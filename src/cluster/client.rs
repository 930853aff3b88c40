//! Clients of a key/value service (`lab-spec/kv.md` §3.3, §3.6).

use std::rc::Rc;

use super::cluster::Cluster;
use crate::api::{Clerk, ClerkBoot};
use crate::base::{Alive, ClientId, ServerId};
use crate::net::Caller;
use crate::sim::GroupId;
use crate::trace::{Event, Operation};

/// A client of the service.
pub struct Client {
    id: ClientId,
    clerk: Rc<dyn Clerk>,
    cluster: Rc<Cluster>,
    group: GroupId,
    /// Ends with the client.
    alive: Alive,
}

impl Cluster {
    /// Makes a client whose clerk reaches these servers (`lab-spec/kv.md` §3.3).
    pub fn client(self: &Rc<Cluster>, to: &[ServerId]) -> Client {
        let id = self.kv().next_client();
        let mut random = self.setup.seed.numbered_stream("clerk", u64::from(id.number()));
        let mut order: Vec<ServerId> = self.servers().collect();
        random.shuffle(&mut order);
        let (group, alive) = (self.sim.group(&id.to_string()), Alive::new());
        let caller = Caller::client(id, group, alive.clone());
        let boot = ClerkBoot::new(&self.sim, &self.network, caller, order, random);
        let make = self.setup.kv.expect("there is a service").clerk;
        let clerk = self.sim.enter(group, || make(boot));
        let client = Client { id, clerk, cluster: self.clone(), group, alive };
        client.connect(to);
        client
    }
}

impl Client {
    /// Who it is.
    pub fn id(&self) -> ClientId {
        self.id
    }

    /// Lets the clerk reach these servers, too.
    pub fn connect(&self, to: &[ServerId]) {
        to.iter().for_each(|server| self.cluster.kv().ends.connect(self.id, *server));
    }

    /// The value of a key.
    pub async fn get(&self, key: &str) -> String {
        self.perform(Operation::Get { key }).await
    }

    /// Replaces the value of a key.
    pub async fn put(&self, key: &str, value: &str) {
        self.perform(Operation::Put { key, value }).await;
    }

    /// Adds to the end of the value of a key.
    pub async fn append(&self, key: &str, value: &str) {
        self.perform(Operation::Append { key, value }).await;
    }

    /// Counts an operation that has ended.
    pub fn count(&self) {
        self.cluster.kv().count_operation();
    }

    /// Has an operation done, in a task of the client's own; what was read.
    async fn perform(&self, operation: Operation<'_>) -> String {
        let trace = &self.cluster.trace;
        trace.emit(&Event::OperationBegan { client: self.id, operation });
        self.cluster.kv().begin_operation(self.id, self.cluster.now(), operation);
        let (clerk, key) = (self.clerk.clone(), operation.key().to_owned());
        let (is_append, value) = (matches!(operation, Operation::Append { .. }), operation.value().map(str::to_owned));
        let done = self.cluster.sim.spawn(self.group, async move {
            match value {
                None => Some(clerk.get(&key).await),
                Some(value) if is_append => {
                    clerk.append(&key, &value).await;
                    None
                }
                Some(value) => {
                    clerk.put(&key, &value).await;
                    None
                }
            }
        });
        let value = done.await;
        self.cluster.kv().end_operation(self.id);
        trace.emit(&Event::OperationEnded { client: self.id, operation, value: value.as_deref() });
        value.unwrap_or_default()
    }
}

impl Drop for Client {
    /// A clerk that nobody uses any more has no tasks.
    fn drop(&mut self) {
        self.alive.end();
        self.cluster.sim.cancel(self.group);
    }
}
