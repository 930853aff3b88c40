//! Part 3X: a client with keys of its own, which knows what it must read.

use std::time::Duration;

use super::Tester;
use super::kv_checks::{check_appends, check_value, element, put};
use crate::base::{Random, ServerId};
use crate::cluster::{Client, Step};

/// A client that nobody else shares its two keys with: one that it appends to, and one that it puts.
pub(super) struct Owner {
    t: Tester,
    client: Client,
    random: Random,
    /// How many elements it has appended.
    elements: usize,
    /// What it put last.
    last: String,
}

impl Owner {
    /// A new client, which reaches all servers.
    pub(super) fn new(t: &Tester) -> Owner {
        let everybody: Vec<ServerId> = t.servers().collect();
        Owner::reaching(t, &everybody)
    }

    /// A new client, which reaches these servers.
    pub(super) fn reaching(t: &Tester, servers: &[ServerId]) -> Owner {
        let client = t.cluster().client(servers);
        let random = t.client_random(u64::from(client.id().number()));
        Owner { t: t.clone(), client, random, elements: 0, last: String::new() }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Writes, or reads what it must find.
    pub(super) async fn work(&mut self) -> Step {
        match self.random.below(4) {
            0 => self.put().await,
            1 => return self.check().await,
            _ => self.append().await,
        }
        Ok(())
    }

    /// Appends its next element.
    pub(super) async fn append(&mut self) {
        let element = element(self.number(), self.elements);
        self.client.append(&self.key("appends"), &element).await;
        self.client.count();
        self.elements += 1;
    }

    async fn put(&mut self) {
        let value = format!("{} after {}", self.random.below(1_000), self.elements);
        put(&self.client, &self.key("puts"), &value).await;
        self.last = value;
    }

    /// Reads both keys.
    pub(super) async fn check(&self) -> Step {
        let value = self.client.get(&self.key("appends")).await;
        self.client.count();
        check_appends(&self.t, &value, self.number(), self.elements)?;
        check_value(&self.t, &self.client, &self.key("puts"), &self.last).await
    }

    /// The same, but it must not take longer than this.
    pub(super) async fn check_within(&self, limit: Duration) -> Step {
        match self.t.within(limit, self.check()).await {
            Some(checked) => checked,
            None => {
                let evidence = format!("{} has read its keys for {limit:?}, and is not done", self.client.id());
                self.t.fail("completion", vec![], vec![evidence])
            }
        }
    }

    fn number(&self) -> usize {
        self.client.id().number() as usize
    }

    fn key(&self, what: &str) -> String {
        format!("{what} of {}", self.client.id())
    }
}
