//! Hand-written histories for the oracles' tests: a cluster's story, told event by event.
//!
//! Each line feeds its event at once. As in a run, the first violation ends the story: what is
//! told after it is not heard.

mod look;

pub(super) use look::{Look, candidate, follower, leader};

use std::time::Duration;

use super::{Oracle, Violation};
use crate::base::{ClientId, Command, Incarnation, Index, Instant, ServerId, Term};
use crate::trace::{Call, Description, Event, Operation, ReplyDescription};

/// The key of all clients in the stories.
const KEY: &str = "k";

/// A story told to one oracle.
pub(super) struct History<O> {
    oracle: O,
    now: Instant,
    lives: Vec<u32>,
    /// What each server's present life has shown of itself.
    shown: Vec<Option<Look>>,
    /// All calls so far, and what each said of itself.
    calls: Vec<(Call, Description)>,
    /// The call that is spoken of.
    call: usize,
    violation: Option<Violation>,
}

/// Shorthand for expectations: the server with this number.
pub(super) fn server(number: usize) -> ServerId {
    ServerId::new(number)
}

impl<O: Oracle> History<O> {
    /// The story of a reliable cluster, constructed at the start of the run; all in term 0.
    pub(super) fn new(oracle: O, servers: usize) -> History<O> {
        let mut history = History::unborn(oracle, servers);
        for number in 0..servers {
            history.start(number).state(number, 0, false);
        }
        for number in 0..servers {
            history.connect(number);
        }
        history.event(&Event::Constructed);
        history
    }

    /// A story in which nothing has been started yet.
    pub(super) fn unborn(oracle: O, servers: usize) -> History<O> {
        let (lives, shown) = (vec![0; servers], vec![None; servers]);
        let mut history =
            History { oracle, now: Instant::START, lives, shown, calls: Vec::new(), call: 0, violation: None };
        history.event(&Event::Began { servers });
        history.network(true, false);
        history
    }

    pub(super) fn event(&mut self, event: &Event<'_>) -> &mut Self {
        if self.violation.is_none() {
            self.violation = self.oracle.observe(self.now, event).err();
        }
        self
    }

    /// What follows happens `millis` ms after the start of the run.
    pub(super) fn at(&mut self, millis: u64) -> &mut Self {
        self.at_micros(millis * 1_000)
    }

    pub(super) fn at_micros(&mut self, micros: u64) -> &mut Self {
        self.now = Instant::from_micros(micros);
        self
    }

    /// The present life of a server.
    fn life(&self, number: usize) -> Incarnation {
        Incarnation { server: server(number), life: self.lives[number] }
    }

    pub(super) fn start(&mut self, number: usize) -> &mut Self {
        self.lives[number] += 1;
        self.shown[number] = None;
        self.event(&Event::Started { server: self.life(number) })
    }

    pub(super) fn crash(&mut self, number: usize) -> &mut Self {
        self.disconnect(number);
        self.event(&Event::Crashed { server: self.life(number) })
    }

    pub(super) fn connect(&mut self, number: usize) -> &mut Self {
        self.event(&Event::Connected { server: server(number) })
    }

    pub(super) fn disconnect(&mut self, number: usize) -> &mut Self {
        self.event(&Event::Disconnected { server: server(number) })
    }

    pub(super) fn network(&mut self, reliable: bool, reordering: bool) -> &mut Self {
        self.event(&Event::NetworkChanged { reliable, reordering })
    }

    pub(super) fn state(&mut self, number: usize, term: Term, is_leader: bool) -> &mut Self {
        self.event(&Event::StateChanged { server: self.life(number), term, is_leader })
    }

    pub(super) fn save(&mut self, number: usize) -> &mut Self {
        let server = self.life(number);
        self.event(&Event::Saved { server, state_len: 0, snapshot_len: None })
    }

    /// Everybody follows, and `leader` leads, in `term`.
    pub(super) fn elected(&mut self, leader: usize, term: Term) -> &mut Self {
        for number in (0..self.lives.len()).filter(|number| *number != leader) {
            self.state(number, term, false);
        }
        self.state(leader, term, true)
    }

    pub(super) fn accept(&mut self, number: usize, index: Index, term: Term, command: u64) -> &mut Self {
        let command = Command::integer(command);
        self.event(&Event::CommandAccepted { server: self.life(number), index, term, command: &command })
    }

    pub(super) fn apply(&mut self, number: usize, index: Index, command: u64) -> &mut Self {
        let command = Command::integer(command);
        self.event(&Event::Applied { server: self.life(number), index, command: &command })
    }

    pub(super) fn take_snapshot(&mut self, number: usize, index: Index, snapshot: &[u8]) -> &mut Self {
        self.event(&Event::SnapshotTaken { server: self.life(number), index, snapshot })
    }

    pub(super) fn apply_snapshot(&mut self, number: usize, index: Index, snapshot: &[u8]) -> &mut Self {
        self.event(&Event::SnapshotApplied { server: self.life(number), index, term: 1, snapshot })
    }

    pub(super) fn restore_snapshot(&mut self, number: usize, index: Index, snapshot: &[u8]) -> &mut Self {
        self.event(&Event::SnapshotRestored { server: self.life(number), index, snapshot })
    }

    /// A client appends to the only key there is, at this instant.
    pub(super) fn client_appends(&mut self, value: &str) -> &mut Self {
        self.operation(Operation::Append { key: KEY, value }, None)
    }

    /// A client replaces what the only key holds.
    pub(super) fn client_puts(&mut self, value: &str) -> &mut Self {
        self.operation(Operation::Put { key: KEY, value }, None)
    }

    /// A client reads the only key.
    pub(super) fn client_reads(&mut self, value: &str) -> &mut Self {
        self.operation(Operation::Get { key: KEY }, Some(value))
    }

    /// One after the other: each takes a microsecond.
    fn operation(&mut self, operation: Operation<'_>, value: Option<&str>) -> &mut Self {
        let client = ClientId::new(0);
        self.event(&Event::OperationBegan { client, operation });
        self.now += Duration::from_micros(1);
        self.event(&Event::OperationEnded { client, operation, value });
        self.now += Duration::from_micros(1);
        self
    }

    /// An AppendEntries without entries.
    pub(super) fn heartbeat(&mut self, from: usize, to: usize, term: Term) -> &mut Self {
        self.append(from, to, term, 0, 0, 0)
    }

    pub(super) fn append(
        &mut self,
        from: usize,
        to: usize,
        term: Term,
        prev_log_index: Index,
        entries: usize,
        leader_commit: Index,
    ) -> &mut Self {
        self.append_after((from, to), term, (prev_log_index, 0), entries, leader_commit)
    }

    pub(super) fn request(&mut self, from: usize, to: usize, description: &Description) -> &mut Self {
        let call = self.next_call(from, to, description);
        self.event(&Event::RequestSent { call, description, args: &(), bytes: &[] })
    }

    /// A RequestVote.
    pub(super) fn ask(&mut self, candidate: usize, voter: usize, term: Term) -> &mut Self {
        self.ask_with(candidate, voter, term, (0, 0))
    }

    /// What follows is about an earlier call again: the one with this number.
    pub(super) fn again(&mut self, number: usize) -> &mut Self {
        self.call = number - 1;
        self
    }

    /// The request last told of reaches its handler.
    pub(super) fn delivered(&mut self) -> &mut Self {
        let (call, description) = self.calls[self.call];
        let server = self.life(call.to.number());
        self.event(&Event::RequestDelivered { call, server, description: &description })
    }

    /// Its handler returns.
    pub(super) fn answered(&mut self, description: &ReplyDescription) -> &mut Self {
        let (call, _) = self.calls[self.call];
        let server = self.life(call.to.number());
        self.event(&Event::ReplySent { call, server, description, reply: &(), bytes: &[] })
    }

    /// Its handler gives or refuses a vote.
    pub(super) fn vote(&mut self, term: Term, vote_granted: bool) -> &mut Self {
        self.answered(&ReplyDescription::RequestVote { term, vote_granted })
    }

    /// That reply reaches the candidate.
    pub(super) fn hear_vote(&mut self, term: Term, vote_granted: bool) -> &mut Self {
        let (call, _) = self.calls[self.call];
        let description = &ReplyDescription::RequestVote { term, vote_granted };
        self.event(&Event::ReplyDelivered { call, description })
    }

    /// Heartbeats of the leader to all others, every `period` ms, from `from` ms to `until` ms,
    /// both included. All arrive, and are answered, at once.
    pub(super) fn heartbeats(&mut self, leader: usize, term: Term, from: u64, until: u64, period: u64) -> &mut Self {
        for millis in (from..=until).step_by(period as usize) {
            self.at(millis);
            for peer in (0..self.lives.len()).filter(|peer| *peer != leader) {
                self.heartbeat(leader, peer, term).hear(leader, peer);
            }
        }
        self
    }

    /// A request reaches its handler.
    pub(super) fn deliver(&mut self, from: usize, to: usize) -> &mut Self {
        let call = self.next_call(from, to, &Description::Other);
        let (server, description) = (self.life(to), &Description::Other);
        self.event(&Event::RequestDelivered { call, server, description })
    }

    /// A request reaches its handler, which answers it at once.
    pub(super) fn hear(&mut self, from: usize, to: usize) -> &mut Self {
        self.deliver(from, to).answered(&ReplyDescription::Other)
    }

    /// `from` hears the reply of `to`.
    pub(super) fn reply(&mut self, from: usize, to: usize) -> &mut Self {
        let call = self.next_call(from, to, &Description::Other);
        self.event(&Event::ReplyDelivered { call, description: &ReplyDescription::Other })
    }

    /// The network holds the reply to a call of `from` back until `until` ms.
    pub(super) fn hold_reply(&mut self, from: usize, to: usize, until: u64) -> &mut Self {
        let call = self.next_call(from, to, &Description::Other);
        self.event(&Event::ReplyHeld { call, until: Instant::from_millis(until) })
    }

    /// A call of `from` to `to`, made while `to` was unreachable, fails.
    pub(super) fn fail(&mut self, from: usize, to: usize) -> &mut Self {
        let call = self.next_call(from, to, &Description::Other);
        self.event(&Event::CallFailed { call })
    }

    fn next_call(&mut self, from: usize, to: usize, description: &Description) -> Call {
        let number = self.calls.len() as u64 + 1;
        let call = Call { number, name: "Rpc", kind: description.kind(), from: self.life(from), to: server(to) };
        self.call = self.calls.len();
        self.calls.push((call, *description));
        call
    }

    /// Ends the story now and returns the oracle; it must have been legal.
    pub(super) fn legal(&mut self) -> &O {
        self.finish();
        assert_eq!(self.violation, None);
        &self.oracle
    }

    /// Ends the story now; it must have broken the oracle's rule.
    #[cold]
    pub(super) fn violation(&mut self) -> Violation {
        self.finish();
        let violation = self.violation.clone().expect("the history is illegal");
        assert_eq!(violation.rule, self.oracle.rule());
        assert!(!violation.evidence.is_empty());
        violation
    }

    /// Like [`violation`](Self::violation), and says when and by whom.
    #[cold]
    pub(super) fn illegal(&mut self, millis: u64, servers: &[usize]) -> Violation {
        let violation = self.violation();
        let expected: Vec<ServerId> = servers.iter().copied().map(server).collect();
        assert_eq!((violation.at, &violation.servers), (Instant::from_millis(millis), &expected), "{violation:?}");
        violation
    }

    fn finish(&mut self) {
        if self.violation.is_none() {
            self.violation = self.oracle.finish(self.now).err();
        }
    }
}

/// Asserts that one of the evidence's sentences contains `text`.
#[track_caller]
pub(super) fn assert_says(violation: &Violation, text: &str) {
    assert!(violation.evidence.iter().any(|sentence| sentence.contains(text)), "{}", format_args!("{violation:#?}"));
}
