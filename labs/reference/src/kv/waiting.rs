//! Handlers that wait for the log to bring their request back.

use std::collections::BTreeMap;

use raftlab::api::{Index, Receiver, Sender, Started, Term, channel};

use super::messages::{ClientId, ClientReply};

/// Who waits, by the index at which Raft said that the request would appear.
#[derive(Default)]
pub(super) struct Waiting(BTreeMap<Index, Waiter>);

struct Waiter {
    /// In which term the request was started.
    term: Term,
    client_id: ClientId,
    sequence: u64,
    /// Dropped without an answer, it tells the handler that there will be none.
    answer: Sender<ClientReply>,
}

impl Waiting {
    /// Waits for a request that Raft has accepted. Who waited at that index waits in vain: its entry was
    /// replaced.
    pub(super) fn wait(&mut self, started: Started, client_id: ClientId, sequence: u64) -> Receiver<ClientReply> {
        let Started { index, term } = started;
        let (answer, receiver) = channel();
        self.0.insert(index, Waiter { term, client_id, sequence, answer });
        receiver
    }

    /// The request of this client came out at `index`. Who waits there for another one was deposed.
    pub(super) fn answer(&mut self, index: Index, client_id: ClientId, sequence: u64, value: &str) {
        if let Some(waiter) = self.0.remove(&index)
            && (waiter.client_id, waiter.sequence) == (client_id, sequence)
        {
            waiter.answer.send(ClientReply::Done(value.to_owned()));
        }
    }

    /// A snapshot stands for everything through `index`: what came of the requests in it is not known.
    pub(super) fn skip(&mut self, index: Index) {
        self.0 = self.0.split_off(&(index + 1));
    }

    /// This is the term now. Who started a request in an earlier one does not lead in that any more, so
    /// it may never be committed.
    pub(super) fn see_term(&mut self, term: Term) {
        self.0.retain(|_, waiter| waiter.term == term);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_7: Started = Started { index: 7, term: 3 };

    fn done(receiver: &mut Receiver<ClientReply>) -> Option<String> {
        match receiver.try_recv() {
            Some(ClientReply::Done(value)) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn who_waits_is_answered_for_the_own_request_only() {
        let mut waiting = Waiting::default();
        let mut receiver = waiting.wait(AT_7, 1, 5);
        waiting.answer(6, 1, 5, "elsewhere");
        assert_eq!(done(&mut receiver), None);
        waiting.answer(7, 1, 5, "x");
        assert_eq!(done(&mut receiver).as_deref(), Some("x"));

        let mut deposed = waiting.wait(AT_7, 1, 6);
        waiting.answer(7, 2, 6, "of another client");
        assert_eq!(done(&mut deposed), None);
        assert!(waiting.0.is_empty());
    }

    #[test]
    fn nobody_waits_for_what_a_snapshot_or_another_term_has_overtaken() {
        let mut waiting = Waiting::default();
        let _receivers = [waiting.wait(AT_7, 1, 1), waiting.wait(Started { index: 8, term: 3 }, 2, 1)];
        waiting.skip(7);
        assert_eq!(waiting.0.keys().collect::<Vec<_>>(), [&8]);
        waiting.see_term(3);
        assert_eq!(waiting.0.len(), 1);
        waiting.see_term(4);
        assert!(waiting.0.is_empty());
    }
}
