//! A key/value service is linearizable: every operation takes effect at one instant between its call and
//! its return. Three rules, by what breaks it: a write that takes effect twice or never is not done
//! `exactly once`; a read that does not show what was written before it is a `stale read`; anything else
//! is called by the property's own name.
//!
//! Source: labs 3A and 3B, `lab-spec/kv.md` §1.3, §1.4 and §3.10. The course looks at some of its tests,
//! for a second of real time, and lets pass what it could not decide by then. Here every run is looked at
//! when it ends, also when it ends by another failure, and operations that never returned count: they may
//! have happened, or not. What could not be decided is no violation, and no pass either.

use std::collections::BTreeMap;

use super::linearizability::{
    Budget, Contradiction, ContradictionKind, History, KvInput, Moment, OperationId, Verdict, check_kv,
};
use super::{Oracle, Violation};
use crate::base::{ClientId, Instant};
use crate::trace::{Event, Operation};

pub(super) const RULE: &str = "linearizability";
pub(super) const EXACTLY_ONCE: &str = "exactly once";
pub(super) const STALE_READ: &str = "stale read";

/// Watches what clients ask for and are told.
#[derive(Debug, Default)]
pub struct Linearizable {
    history: History<KvInput, String>,
    /// Calls and returns so far: what happens at one instant happens one after the other.
    count: u32,
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
        let now = self.now(at);
        let id = self.history.call(client.number() as usize, now, input(operation));
        self.open.insert(client, id);
    }

    fn ended(&mut self, at: Instant, client: ClientId, value: Option<&str>) {
        if let Some(id) = self.open.remove(&client) {
            let now = self.now(at);
            self.history.end(id, now, value.unwrap_or_default().to_owned());
        }
    }

    fn now(&mut self, at: Instant) -> Moment {
        self.count += 1;
        Moment::new(at, self.count)
    }
}

fn input(operation: Operation<'_>) -> KvInput {
    match operation {
        Operation::Get { key } => KvInput::Get { key: key.to_owned() },
        Operation::Put { key, value } => KvInput::Put { key: key.to_owned(), value: value.to_owned() },
        Operation::Append { key, value } => KvInput::Append { key: key.to_owned(), value: value.to_owned() },
    }
}

/// Which rule a contradiction breaks.
fn rule(kind: ContradictionKind) -> &'static str {
    match kind {
        ContradictionKind::Duplicate | ContradictionKind::LostUpdate => EXACTLY_ONCE,
        ContradictionKind::StaleRead => STALE_READ,
        ContradictionKind::NeverWritten
        | ContradictionKind::Reordered
        | ContradictionKind::Diverged
        | ContradictionKind::NoOrder => RULE,
    }
}

#[cold]
fn violation(found: Contradiction) -> Violation {
    let Contradiction { kind, key, at, evidence, .. } = found;
    let evidence = std::iter::once(format!("{kind}, of key {key:?}")).chain(evidence).collect();
    Violation { rule: rule(kind), at, servers: vec![], evidence }
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
    const APPEND: Operation<'static> = Operation::Append { key: "k", value: "x" };

    #[test]
    fn a_read_sees_what_was_written_before_it() {
        let told = Told(Linearizable::default()).call(1, C0, PUT).end(2, C0, PUT, None);
        assert_eq!(told.call(3, C1, GET).end(4, C1, GET, Some("new")).finish(), Ok(()));
    }

    #[test]
    fn what_happens_at_one_instant_happens_in_order() {
        let told = Told(Linearizable::default()).call(1, C0, PUT).end(1, C0, PUT, None);
        let violation = told.call(1, C0, GET).end(1, C0, GET, Some("")).finish().expect_err("the read came later");
        assert_eq!((violation.rule, violation.at), (EXACTLY_ONCE, Instant::from_millis(1)));
        let told = Told(Linearizable::default()).call(1, C0, PUT).call(1, C1, GET).end(1, C0, PUT, None);
        assert_eq!(told.end(1, C1, GET, Some("")).finish(), Ok(()));
    }

    #[test]
    fn a_stale_read_is_told_with_its_key_and_instant() {
        let told = Told(Linearizable::default()).call(1, C0, PUT).end(2, C0, PUT, None);
        let told = told.call(3, C1, GET).end(4, C1, GET, Some("")).call(5, C1, GET).end(6, C1, GET, Some("new"));
        let violation = told.finish().expect_err("the first read is stale");
        assert_eq!((violation.rule, violation.at), (STALE_READ, Instant::from_millis(4)));
        assert!(violation.evidence[0].contains("\"k\""), "{violation:?}");
    }

    #[test]
    fn each_rule_has_a_name_for_what_breaks_it() {
        for (read, rule) in [("xx", EXACTLY_ONCE), ("", EXACTLY_ONCE), ("y", RULE)] {
            let told = Told(Linearizable::default()).call(1, C0, APPEND).end(2, C0, APPEND, None);
            let violation = told.call(3, C1, GET).end(4, C1, GET, Some(read)).finish().expect_err("it is wrong");
            assert_eq!(violation.rule, rule, "{violation:?}");
        }
    }

    #[test]
    fn what_the_search_cannot_decide_is_neither_right_nor_wrong() {
        let mut told =
            Told(Linearizable { budget: Budget { steps: 0, ..Budget::default() }, ..Linearizable::default() });
        assert_eq!(told.0.undecided(), None);
        told = told.call(1, C0, PUT).end(2, C0, PUT, None).call(3, C1, GET).end(4, C1, GET, Some("new"));
        assert_eq!(told.0.finish(Instant::from_millis(9)), Ok(()));
        assert!(told.0.undecided().is_some_and(|why| why.contains("key k: 2 operations")), "{:?}", told.0.undecided());
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
