//! A key/value service is linearizable: every operation takes effect at one instant between its call and
//! its return.
//!
//! Source: labs 3A and 3B, `lab-spec/kv.md` §1.4 and §3.10. The course looks at some of its tests, for a
//! second of real time, and lets pass what it could not decide by then. Here a run is looked at when it
//! ends, also when it ends by another failure, and operations that never returned count: they may have
//! happened, or not. Not one of the rules that are watched in every run yet.

use std::collections::BTreeMap;

use super::linearizability::{Budget, Contradiction, History, KvInput, OperationId, Verdict, check_kv};
use super::{Oracle, Violation};
use crate::base::{ClientId, Instant};
use crate::trace::{Event, Operation};

const RULE: &str = "linearizability";

/// Watches what clients ask for and are told.
#[derive(Debug, Default)]
pub struct Linearizable {
    history: History<KvInput, String>,
    /// The operation that each client waits for.
    open: BTreeMap<ClientId, OperationId>,
    budget: Budget,
    undecided: Option<String>,
}

impl Linearizable {
    /// Why it could not be told whether the run was linearizable; none if it could, or if it has not
    /// ended yet.
    pub fn undecided(&self) -> Option<&str> {
        self.undecided.as_deref()
    }

    fn began(&mut self, at: Instant, client: ClientId, operation: Operation<'_>) {
        let id = self.history.call(client.number() as usize, at, input(operation));
        self.open.insert(client, id);
    }

    fn ended(&mut self, at: Instant, client: ClientId, value: Option<&str>) {
        if let Some(id) = self.open.remove(&client) {
            self.history.end(id, at, value.unwrap_or_default().to_owned());
        }
    }
}

fn input(operation: Operation<'_>) -> KvInput {
    match operation {
        Operation::Get { key } => KvInput::Get { key: key.to_owned() },
        Operation::Put { key, value } => KvInput::Put { key: key.to_owned(), value: value.to_owned() },
        Operation::Append { key, value } => KvInput::Append { key: key.to_owned(), value: value.to_owned() },
    }
}

#[cold]
fn violation(found: Contradiction) -> Violation {
    let Contradiction { kind, key, at, evidence, .. } = found;
    let evidence = std::iter::once(format!("{kind}, of key {key:?}")).chain(evidence).collect();
    Violation { rule: RULE, at, servers: vec![], evidence }
}

impl Oracle for Linearizable {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::OperationBegan { client, operation } => self.began(at, client, operation),
            Event::OperationEnded { client, value, .. } => self.ended(at, client, value),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, _: Instant) -> Result<(), Violation> {
        if self.history.operations().is_empty() {
            return Ok(());
        }
        match check_kv(&self.history, &self.budget) {
            Verdict::Linearizable(_) => Ok(()),
            Verdict::Contradicted(found) => Err(violation(*found)),
            Verdict::Undecided(keys) => {
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                self.undecided = Some(keys.join("; "));
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C0: ClientId = ClientId::new(0);
    const C1: ClientId = ClientId::new(1);

    struct Told(Linearizable);

    impl Told {
        fn call(mut self, at: u64, client: ClientId, operation: Operation<'_>) -> Told {
            let event = Event::OperationBegan { client, operation };
            self.0.observe(Instant::from_millis(at), &event).expect("nothing is judged before the end");
            self
        }

        fn end(mut self, at: u64, client: ClientId, operation: Operation<'_>, value: Option<&str>) -> Told {
            let event = Event::OperationEnded { client, operation, value };
            self.0.observe(Instant::from_millis(at), &event).expect("nothing is judged before the end");
            self
        }

        fn finish(mut self) -> Result<(), Violation> {
            self.0.finish(Instant::from_millis(9_999))
        }
    }

    const GET: Operation<'static> = Operation::Get { key: "k" };
    const PUT: Operation<'static> = Operation::Put { key: "k", value: "new" };

    #[test]
    fn a_read_sees_what_was_written_before_it() {
        let told = Told(Linearizable::default()).call(1, C0, PUT).end(2, C0, PUT, None);
        assert_eq!(told.call(3, C1, GET).end(4, C1, GET, Some("new")).finish(), Ok(()));
    }

    #[test]
    fn a_stale_read_is_told_with_its_key_and_instant() {
        let told = Told(Linearizable::default()).call(1, C0, PUT).end(2, C0, PUT, None);
        let violation = told.call(3, C1, GET).end(4, C1, GET, Some("")).finish().expect_err("it is stale");
        assert_eq!((violation.rule, violation.at), (RULE, Instant::from_millis(4)));
        assert!(violation.evidence[0].contains("\"k\""), "{violation:?}");
    }

    #[test]
    fn what_never_returned_may_have_happened_or_not() {
        for value in ["", "new"] {
            let told = Told(Linearizable::default()).call(1, C0, PUT);
            assert_eq!(told.call(3, C1, GET).end(4, C1, GET, Some(value)).finish(), Ok(()));
        }
    }

    #[test]
    fn a_run_without_clients_is_not_judged() {
        assert_eq!(Told(Linearizable::default()).finish(), Ok(()));
    }
}
