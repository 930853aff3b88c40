//! Handlers that wait for the log to bring their request back.

use std::collections::BTreeMap;

use raftlab::api::{Index, Receiver, Sender, Started, Term, channel};

use super::messages::{ClientId, ClientReply, ClientRequest};

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
    pub(super) fn wait(&mut self, started: Started, request: &ClientRequest) -> Receiver<ClientReply> {
        let Started { index, term } = started;
        let ClientRequest { client_id, sequence, .. } = *request;
        let (answer, receiver) = channel();
        self.0.insert(index, Waiter { term, client_id, sequence, answer });
        receiver
    }

    /// This request came out at `index`, and gave `value`. Whoever waits there waits no longer.
    pub(super) fn answer(&mut self, index: Index, request: &ClientRequest, value: String) {
        let Some(waiter) = self.0.remove(&index) else { return };
        todo!(
            "3A: send it (`answer.send`) that its request is done, if this is the very one that it waits for; if it is \
             another one, this server was deposed, and the own request may be lost"
        )
    }

    /// This is the term now.
    pub(super) fn see_term(&mut self, term: Term) {
        if self.0.values().all(|waiter| waiter.term == term) {
            // Who waits, if anybody does, waits for the leader of this term.
            return;
        }
        todo!(
            "3A: forget who waits for a request of another term (`retain`): the leader that started it was deposed, and \
             it may never be committed"
        )
    }

    /// A snapshot stands for everything through `index`.
    pub(super) fn skip(&mut self, index: Index) {
        todo!("3B: forget who waits up to there: what came of the requests in a snapshot is not known (`split_off`)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages::Operation;
    use super::*;

    const AT_7: Started = Started { index: 7, term: 3 };

    fn request(client_id: ClientId, sequence: u64) -> ClientRequest {
        ClientRequest { client_id, sequence, operation: Operation::Get { key: "k".to_owned() } }
    }

    fn done(receiver: &mut Receiver<ClientReply>) -> Option<String> {
        match receiver.try_recv() {
            Some(ClientReply::Done(value)) => Some(value),
            _ => None,
        }
    }

    #[test]
    #[ignore = "3A: to be written"]
    fn who_waits_is_answered_for_the_own_request_only() {
        let mut waiting = Waiting::default();
        let mut receiver = waiting.wait(AT_7, &request(1, 5));
        waiting.answer(6, &request(1, 5), "elsewhere".to_owned());
        assert_eq!(done(&mut receiver), None);
        waiting.answer(7, &request(1, 5), "x".to_owned());
        assert_eq!(done(&mut receiver).as_deref(), Some("x"));

        for other in [request(2, 6), request(1, 5)] {
            let mut deposed = waiting.wait(AT_7, &request(1, 6));
            waiting.answer(7, &other, "another's".to_owned());
            assert_eq!(done(&mut deposed), None);
            assert!(waiting.0.is_empty(), "who is not answered does not wait for ever");
        }
    }

    #[test]
    #[ignore = "3A: to be written"]
    fn nobody_waits_for_what_another_term_has_overtaken() {
        let mut waiting = Waiting::default();
        let _receivers =
            [waiting.wait(AT_7, &request(1, 1)), waiting.wait(Started { index: 8, term: 4 }, &request(2, 1))];
        waiting.see_term(4);
        assert_eq!(waiting.0.keys().collect::<Vec<_>>(), [&8]);
    }

    #[test]
    #[ignore = "3B: to be written"]
    fn nobody_waits_for_what_a_snapshot_has_overtaken() {
        let mut waiting = Waiting::default();
        let _receivers =
            [waiting.wait(AT_7, &request(1, 1)), waiting.wait(Started { index: 8, term: 3 }, &request(2, 1))];
        waiting.skip(7);
        assert_eq!(waiting.0.keys().collect::<Vec<_>>(), [&8]);
    }
}
