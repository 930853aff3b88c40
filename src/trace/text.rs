//! Events as lines of text: for eyes, for grep, and for the log viewers that the course's
//! students know.
//!
//! `<time> <TOPIC> S<n>.<life> T<term> <what happened>`; the legend is in the README. Lines are
//! put together by hand because a run writes tens of thousands of them and `write!` costs five
//! times as much.

use std::fmt::{self, Write as _};
use std::io;

use super::event::{Call, ClientCall, ClientMessage, Event, Loss, Operation};
use super::{Description, ReplyDescription, Sink, Topic};
use crate::base::{ClientId, Command, Incarnation, Instant, ServerId, Term};

/// Text that is kept before it goes to the destination, in bytes, unless it is to go at once.
const CHUNK: usize = 64 * 1024;

/// Longest text that is shown of a payload, in bytes.
const SHOWN: usize = 120;

/// Where finished text goes.
pub trait Destination {
    /// Takes the next part of the trace: whole lines.
    ///
    /// # Errors
    /// Those of the medium; the sink goes on without it and remembers the first one.
    fn write(&mut self, text: &[u8]) -> io::Result<()>;
}

impl Destination for Vec<u8> {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.extend_from_slice(text);
        Ok(())
    }
}

/// A sink that writes one line per event.
pub struct TextSink<D> {
    /// None once the trace is finished.
    destination: Option<D>,
    error: Option<io::Error>,
    line: Line,
    chunk: usize,
    /// The last reported term of each server, shown on its lines.
    terms: Vec<Term>,
}

impl<D: Destination> TextSink<D> {
    /// A sink that sends its lines to `destination`.
    pub fn new(destination: D) -> TextSink<D> {
        let (destination, line) = (Some(destination), Line::default());
        TextSink { destination, error: None, line, chunk: CHUNK, terms: Vec::new() }
    }

    /// The same, for a destination that gets each line as soon as it is complete.
    pub fn line_by_line(destination: D) -> TextSink<D> {
        TextSink { chunk: 0, ..TextSink::new(destination) }
    }

    /// Hands over what is still kept, and gives the destination back. What comes later is lost.
    ///
    /// # Errors
    /// The first one that the destination reported.
    pub fn finish(&mut self) -> io::Result<Option<D>> {
        self.flush();
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.destination.take()),
        }
    }

    /// Adds a line that belongs to no server.
    pub fn note(&mut self, at: Instant, topic: Topic, text: &str) {
        self.line.begin(at, topic);
        self.line.text(text);
        self.line.end();
    }

    fn flush(&mut self) {
        if let (Some(destination), None) = (&mut self.destination, &self.error) {
            self.error = destination.write(&self.line.buffer).err();
        }
        self.line.buffer.clear();
    }

    /// Begins a line about a server: its name, its life and its term.
    fn server(&mut self, at: Instant, topic: Topic, server: Incarnation) {
        let term = self.term_of(server.server);
        self.line.begin(at, topic);
        self.line.incarnation(server);
        self.line.text(" T");
        self.line.number(term);
        self.line.text(" ");
    }

    fn term_of(&self, server: ServerId) -> Term {
        self.terms.get(server.number()).copied().unwrap_or(0)
    }

    /// Begins a line at the caller's side: `S2.1 T7 -> S0 AppendEntries#412`.
    fn at_caller(&mut self, at: Instant, topic: Topic, call: Call, arrow: &str) {
        self.server(at, topic, call.from);
        self.line.text(arrow);
        self.line.server(call.to);
        self.line.call(call);
    }

    /// Begins a line at the called side: `S0.2 T7 <- S2 AppendEntries#412`.
    fn at_target(&mut self, at: Instant, topic: Topic, call: Call, server: Incarnation, arrow: &str) {
        self.server(at, topic, server);
        self.line.text(arrow);
        self.line.server(call.from.server);
        self.line.call(call);
    }

    fn state_changed(&mut self, at: Instant, server: Incarnation, term: Term, is_leader: bool) {
        if self.terms.len() <= server.server.number() {
            self.terms.resize(server.server.number() + 1, 0);
        }
        self.terms[server.server.number()] = term;
        self.server(at, if is_leader { Topic::Lead } else { Topic::Term }, server);
        self.line.text(if is_leader { "leads" } else { "does not lead" });
    }

    fn lost(&mut self, at: Instant, call: Call, loss: Loss) {
        self.at_caller(at, Topic::Drop, call, "-> ");
        self.line.loss(loss);
    }

    /// A line that `TEST` begins; it carries no server in the viewers' column.
    fn step(&mut self, at: Instant, verb: &str, server: impl fmt::Display) {
        self.line.begin(at, Topic::Test);
        self.line.text(verb);
        self.line.display(server);
    }

    fn message(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::RequestSent { call, description, args, bytes } => {
                self.at_caller(at, Topic::of_request(call.kind), call, "-> ");
                self.line.description(description, args);
                self.line.field(" bytes=", bytes.len() as u64);
            }
            Event::RequestDelivered { call, server, .. } => {
                self.at_target(at, Topic::of_reply(call.kind), call, server, "<- ");
                self.line.text(" delivered");
            }
            Event::ReplySent { call, server, description, reply, .. } => {
                self.at_target(at, Topic::of_reply(call.kind), call, server, "<- ");
                self.line.text(" answered");
                self.line.reply(description, reply);
            }
            Event::ReplyHeld { call, until } => {
                self.at_caller(at, Topic::Drop, call, "<- ");
                self.line.text(" reply held until ");
                self.line.instant(until);
            }
            Event::ReplyDelivered { call, .. } => {
                self.at_caller(at, Topic::of_reply(call.kind), call, "<- ");
                self.line.text(" reply delivered");
            }
            Event::Lost { call, loss } => self.lost(at, call, loss),
            Event::CallFailed { call } => {
                self.at_caller(at, Topic::Drop, call, "-> ");
                self.line.text(" call failed");
            }
            _ => unreachable!("only messages are sent here"),
        }
    }

    /// Lines of clients are the tester's: viewers have no column for them.
    fn client_message(&mut self, at: Instant, call: ClientCall, message: ClientMessage<'_>) {
        if let ClientMessage::Delivered(server) | ClientMessage::Answered { server, .. } = message {
            self.server(at, Topic::Clnt, server);
            self.line.text("<- ");
            self.line.display(call.from);
            self.line.named(call.name, call.number);
        } else {
            let comes_back = matches!(message, ClientMessage::ReplyDelivered | ClientMessage::Held(_));
            let arrow = if comes_back { " <- " } else { " -> " };
            self.step(at, "", call.from);
            self.line.text(arrow);
            self.line.server(call.to);
            self.line.named(call.name, call.number);
        }
        match message {
            ClientMessage::Sent { args, bytes } => {
                self.line.text(" ");
                self.line.shortened(args);
                self.line.field(" bytes=", bytes.len() as u64);
            }
            ClientMessage::Delivered(_) => self.line.text(" delivered"),
            ClientMessage::Answered { reply, .. } => {
                self.line.text(" answered ");
                self.line.shortened(reply);
            }
            ClientMessage::Held(until) => {
                self.line.text(" reply held until ");
                self.line.instant(until);
            }
            ClientMessage::ReplyDelivered => self.line.text(" reply delivered"),
            ClientMessage::Lost(loss) => self.line.loss(loss),
            ClientMessage::Failed => self.line.text(" call failed"),
        }
    }

    fn operation(&mut self, at: Instant, client: ClientId, verb: &str, operation: Operation<'_>, read: Option<&str>) {
        self.step(at, "", client);
        self.line.text(" ");
        self.line.text(verb);
        self.line.text(operation.name());
        self.line.text(" ");
        self.line.shortened(&operation.key());
        for value in operation.value().into_iter().chain(read) {
            self.line.text(if read.is_some() { " = " } else { " " });
            self.line.shortened(&value);
        }
    }

    fn harness(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::Began { servers } => self.step(at, "begin, servers: ", servers),
            Event::OwnService { max_raft_state } => {
                self.step(at, "the service above Raft is the implementation's own, ", "");
                match max_raft_state {
                    Some(limit) => {
                        self.line.display(format_args!("and wants snapshots at {limit} bytes of saved state"))
                    }
                    None => self.line.text("without snapshots"),
                }
            }
            Event::Constructed => self.step(at, "scenario begins", ""),
            Event::Started { server } => self.step(at, "start ", server),
            Event::Crashed { server } => self.step(at, "crash ", server),
            Event::Paused { server } => self.step(at, "pause ", server),
            Event::Resumed { server } => self.step(at, "resume ", server),
            Event::Connected { server } => self.step(at, "connect ", server),
            Event::Disconnected { server } => self.step(at, "disconnect ", server),
            Event::NetworkChanged { reliable, reordering } => {
                self.step(at, if reliable { "network reliable" } else { "network unreliable" }, "");
                self.line.text(if reordering { ", long reordering" } else { "" });
            }
            Event::Step { text } => self.step(at, "", text),
            Event::CheckFailed { text } => self.step(at, "check failed: ", text),
            _ => unreachable!("only what the harness does is sent here"),
        }
    }

    fn service(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            Event::CommandAccepted { server, index, term, command } => {
                self.server(at, Topic::Clnt, server);
                self.line.field("accepted index=", index);
                self.line.field(" term=", term);
                self.line.text(" ");
                self.line.command(command);
            }
            Event::Applied { server, index, command } => {
                self.server(at, Topic::Cmit, server);
                self.line.field("applied index=", index);
                self.line.text(" ");
                self.line.command(command);
            }
            Event::SnapshotTaken { server, index, snapshot } => {
                self.snapshot(at, server, "service took snapshot through ", index, snapshot);
            }
            Event::SnapshotApplied { server, index, snapshot, term } => {
                self.snapshot(at, server, "applied snapshot through ", index, snapshot);
                self.line.field(" term=", term);
            }
            Event::SnapshotRestored { server, index, snapshot } => {
                self.snapshot(at, server, "service restored snapshot through ", index, snapshot);
            }
            Event::Saved { server, state_len, snapshot_len } => {
                self.server(at, Topic::Pers, server);
                self.line.field("saved state=", state_len as u64);
                if let Some(len) = snapshot_len {
                    self.line.field(" snapshot=", len as u64);
                }
            }
            _ => unreachable!("only what a server's service and disk see is sent here"),
        }
    }

    fn snapshot(&mut self, at: Instant, server: Incarnation, verb: &str, index: u64, snapshot: &[u8]) {
        self.server(at, Topic::Snap, server);
        self.line.field(verb, index);
        self.line.field(" bytes=", snapshot.len() as u64);
    }

    fn log(&mut self, at: Instant, server: Option<Incarnation>, topic: Topic, text: fmt::Arguments<'_>) {
        match server {
            Some(server) => self.server(at, topic, server),
            None => self.line.begin(at, topic),
        }
        self.line.one_line(text);
    }
}

impl<D: Destination> Sink for TextSink<D> {
    fn event(&mut self, at: Instant, event: &Event<'_>) {
        match *event {
            // What they lead to is told by other lines.
            Event::Inspected { .. } | Event::SavedInspected { .. } => return,
            Event::StateChanged { server, term, is_leader } => self.state_changed(at, server, term, is_leader),
            Event::Log { server, target, level, text } => {
                self.log(at, server, Topic::of_log_line(target, level), text);
            }
            Event::RequestSent { .. }
            | Event::RequestDelivered { .. }
            | Event::ReplySent { .. }
            | Event::ReplyHeld { .. }
            | Event::ReplyDelivered { .. }
            | Event::Lost { .. }
            | Event::CallFailed { .. } => self.message(at, event),
            Event::CommandAccepted { .. }
            | Event::Applied { .. }
            | Event::SnapshotTaken { .. }
            | Event::SnapshotApplied { .. }
            | Event::SnapshotRestored { .. }
            | Event::Saved { .. } => self.service(at, event),
            Event::Client { call, message } => self.client_message(at, call, message),
            Event::OperationBegan { client, operation } => self.operation(at, client, "calls ", operation, None),
            Event::OperationEnded { client, operation, value } => {
                self.operation(at, client, "done ", operation, value);
            }
            _ => self.harness(at, event),
        }
        self.line.end();
        if self.line.buffer.len() >= self.chunk {
            self.flush();
        }
    }
}

/// The text being put together.
#[derive(Default)]
struct Line {
    buffer: Vec<u8>,
    digits: itoa::Buffer,
    scratch: String,
}

impl Line {
    fn begin(&mut self, at: Instant, topic: Topic) {
        self.instant(at);
        self.buffer.push(b' ');
        self.text(topic.name());
        self.buffer.push(b' ');
    }

    fn end(&mut self) {
        self.buffer.push(b'\n');
    }

    fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        // Servers, lives and terms mostly have one digit.
        match number {
            0..=9 => self.buffer.push(b'0' + number as u8),
            _ => self.buffer.extend_from_slice(self.digits.format(number).as_bytes()),
        }
    }

    fn field(&mut self, name: &str, number: u64) {
        self.text(name);
        self.number(number);
    }

    /// The form of [`Instant`]'s Display, put together by hand.
    fn instant(&mut self, at: Instant) {
        let micros = at.as_micros();
        if micros > 999_999_999 {
            // A thousand seconds and more: never in a lab, but never wrong either.
            return self.display(at);
        }
        // The leading one keeps the zeros.
        let digits = self.digits.format(1_000_000_000 + micros).as_bytes();
        self.buffer.extend_from_slice(&digits[1..4]);
        self.buffer.push(b'.');
        self.buffer.extend_from_slice(&digits[4..]);
    }

    fn server(&mut self, server: ServerId) {
        self.buffer.push(b'S');
        self.number(server.number() as u64);
    }

    fn incarnation(&mut self, server: Incarnation) {
        self.server(server.server);
        self.buffer.push(b'.');
        self.number(u64::from(server.life));
    }

    fn call(&mut self, call: Call) {
        self.named(call.name, call.number);
    }

    /// ` AppendEntries#412`.
    fn named(&mut self, name: &str, number: u64) {
        self.buffer.push(b' ');
        self.text(name);
        self.buffer.push(b'#');
        self.number(number);
    }

    fn loss(&mut self, loss: Loss) {
        match loss {
            Loss::RequestLost => self.text(" request lost"),
            Loss::ReplyLost => self.text(" reply lost"),
            Loss::TargetGone => self.text(" no reply: target crashed or cut off meanwhile"),
            Loss::Unreachable { until } => {
                self.text(" unreachable, caller hears at ");
                self.instant(until);
            }
        }
    }

    /// The form of [`Command`]'s Display.
    fn command(&mut self, command: &Command) {
        match command.as_integer() {
            Some(integer) => self.number(integer),
            None => self.display(command),
        }
    }

    fn display(&mut self, value: impl fmt::Display) {
        // Writing to a String cannot fail, and a Display that says it failed is shown as far as
        // it came.
        self.scratch.clear();
        let _ = write!(self.scratch, "{value}");
        self.buffer.extend_from_slice(self.scratch.as_bytes());
    }

    /// A payload as its `Debug` shows it: on one line, shortened.
    fn shortened(&mut self, payload: &dyn fmt::Debug) {
        self.scratch.clear();
        let mut limited = Limited { text: &mut self.scratch, limit: SHOWN };
        let complete = write!(limited, "{payload:?}").is_ok();
        self.buffer.extend(self.scratch.bytes().map(|byte| if byte == b'\n' { b' ' } else { byte }));
        if !complete {
            self.text("…");
        }
    }

    fn one_line(&mut self, text: fmt::Arguments<'_>) {
        self.scratch.clear();
        let _ = self.scratch.write_fmt(text);
        self.buffer.extend(self.scratch.bytes().map(|byte| if byte == b'\n' { b' ' } else { byte }));
    }

    fn description(&mut self, description: &Description, args: &dyn fmt::Debug) {
        match *description {
            Description::RequestVote { term, candidate, last_log_index, last_log_term } => {
                self.field(" term=", term);
                self.text(" candidate=");
                self.server(candidate);
                self.position(" last=", last_log_index, last_log_term);
            }
            Description::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
                self.field(" term=", term);
                self.position(" prev=", prev_log_index, prev_log_term);
                self.field(" entries=", entries as u64);
                self.field(" commit=", leader_commit);
            }
            Description::InstallSnapshot { term, last_included_index, last_included_term, size } => {
                self.field(" term=", term);
                self.position(" last=", last_included_index, last_included_term);
                self.field(" size=", size as u64);
            }
            Description::Other => {
                self.text(" ");
                self.shortened(args);
            }
        }
    }

    fn reply(&mut self, description: &ReplyDescription, reply: &dyn fmt::Debug) {
        if let Some(term) = description.term() {
            self.field(" term=", term);
        }
        match *description {
            ReplyDescription::RequestVote { vote_granted, .. } => {
                self.text(if vote_granted { " granted" } else { " not granted" });
            }
            ReplyDescription::AppendEntries { success: true, .. } => self.text(" ok"),
            ReplyDescription::InstallSnapshot { .. } => {}
            // Why, only the reply itself can say.
            ReplyDescription::AppendEntries { success: false, .. } => {
                self.text(" refused ");
                self.shortened(reply);
            }
            ReplyDescription::Other => {
                self.text(" ");
                self.shortened(reply);
            }
        }
    }

    /// `prev=12/6`: index and term of an entry.
    fn position(&mut self, name: &str, index: u64, term: Term) {
        self.field(name, index);
        self.field("/", term);
    }
}

/// Takes text up to a limit and then fails, so that showing a huge payload stops early.
struct Limited<'a> {
    text: &'a mut String,
    limit: usize,
}

impl fmt::Write for Limited<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.text.push_str(&text[..end]);
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::RpcKind;

    const S2: Incarnation = Incarnation { server: ServerId::new_const(2), life: 1 };
    const S0: Incarnation = Incarnation { server: ServerId::new_const(0), life: 2 };

    fn append(number: u64) -> Call {
        Call { number, name: "AppendEntries", kind: RpcKind::AppendEntries, from: S2, to: S0.server }
    }

    fn answered(description: &ReplyDescription) -> Event<'_> {
        Event::ReplySent { call: append(412), server: S0, description, reply: &Ok::<u8, ()>(1), bytes: &[] }
    }

    fn lines(events: &[(u64, Event<'_>)]) -> String {
        let mut sink = TextSink::new(Vec::new());
        for (at, event) in events {
            sink.event(Instant::from_micros(*at), event);
        }
        let text = sink.finish().expect("memory does not fail").unwrap_or_default();
        String::from_utf8(text).expect("traces are UTF-8")
    }

    #[test]
    fn a_request_and_its_fate() {
        let description =
            Description::AppendEntries { term: 7, prev_log_index: 12, prev_log_term: 6, entries: 0, leader_commit: 11 };
        let text = lines(&[
            (3_104_500, Event::StateChanged { server: S2, term: 7, is_leader: true }),
            (3_104_617, Event::RequestSent { call: append(412), description: &description, args: &(), bytes: &[0; 9] }),
            (3_105_000, Event::RequestDelivered { call: append(412), server: S0, description: &description }),
            (3_105_102, answered(&ReplyDescription::AppendEntries { term: 7, success: true })),
            (3_105_103, answered(&ReplyDescription::AppendEntries { term: 8, success: false })),
            (3_105_104, answered(&ReplyDescription::RequestVote { term: 7, vote_granted: true })),
            (3_105_105, answered(&ReplyDescription::Other)),
            (3_209_911, Event::Lost { call: append(419), loss: Loss::RequestLost }),
            (
                3_300_000,
                Event::Lost { call: append(420), loss: Loss::Unreachable { until: Instant::from_millis(9_000) } },
            ),
            (4_500_000, Event::Crashed { server: S2 }),
        ]);
        let expected = "\
003.104500 LEAD S2.1 T7 leads
003.104617 LOG1 S2.1 T7 -> S0 AppendEntries#412 term=7 prev=12/6 entries=0 commit=11 bytes=9
003.105000 LOG2 S0.2 T0 <- S2 AppendEntries#412 delivered
003.105102 LOG2 S0.2 T0 <- S2 AppendEntries#412 answered term=7 ok
003.105103 LOG2 S0.2 T0 <- S2 AppendEntries#412 answered term=8 refused Ok(1)
003.105104 LOG2 S0.2 T0 <- S2 AppendEntries#412 answered term=7 granted
003.105105 LOG2 S0.2 T0 <- S2 AppendEntries#412 answered Ok(1)
003.209911 DROP S2.1 T7 -> S0 AppendEntries#419 request lost
003.300000 DROP S2.1 T7 -> S0 AppendEntries#420 unreachable, caller hears at 009.000000
004.500000 TEST crash S2.1
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_clients_do_is_told_by_the_tester_and_at_the_servers() {
        let call = ClientCall { number: 7, name: "Get", from: ClientId::new(3), to: S0.server };
        let told = |message| Event::Client { call, message };
        let (get, append) = (Operation::Get { key: "k" }, Operation::Append { key: "k", value: "x" });
        let client = call.from;
        let text = lines(&[
            (1, Event::OwnService { max_raft_state: None }),
            (1, Event::OwnService { max_raft_state: Some(1_000) }),
            (2, Event::OperationBegan { client, operation: append }),
            (3, Event::OperationEnded { client, operation: append, value: None }),
            (4, Event::OperationBegan { client, operation: get }),
            (5, told(ClientMessage::Sent { args: &"k", bytes: &[0; 2] })),
            (6, told(ClientMessage::Delivered(S0))),
            (7, told(ClientMessage::Answered { server: S0, reply: &Some(1), bytes: &[0] })),
            (8, told(ClientMessage::Held(Instant::from_millis(9)))),
            (9, told(ClientMessage::ReplyDelivered)),
            (10, told(ClientMessage::Lost(Loss::RequestLost))),
            (11, told(ClientMessage::Failed)),
            (12, Event::OperationEnded { client, operation: get, value: Some("x") }),
        ]);
        let expected = "\
000.000001 TEST the service above Raft is the implementation's own, without snapshots
000.000001 TEST the service above Raft is the implementation's own, and wants snapshots at 1000 bytes of saved state
000.000002 TEST C3 calls Append \"k\" \"x\"
000.000003 TEST C3 done Append \"k\" \"x\"
000.000004 TEST C3 calls Get \"k\"
000.000005 TEST C3 -> S0 Get#7 \"k\" bytes=2
000.000006 CLNT S0.2 T0 <- C3 Get#7 delivered
000.000007 CLNT S0.2 T0 <- C3 Get#7 answered Some(1)
000.000008 TEST C3 <- S0 Get#7 reply held until 000.009000
000.000009 TEST C3 <- S0 Get#7 reply delivered
000.000010 TEST C3 -> S0 Get#7 request lost
000.000011 TEST C3 -> S0 Get#7 call failed
000.000012 TEST C3 done Get \"k\" = \"x\"
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_read_of_nothing_shows_that_it_read_nothing() {
        let (client, operation) = (ClientId::new(0), Operation::Get { key: "k" });
        let text = lines(&[(1, Event::OperationEnded { client, operation, value: Some("") })]);
        assert_eq!(text, "000.000001 TEST C0 done Get \"k\" = \"\"\n");
    }

    #[test]
    fn payloads_are_shortened_and_stay_on_one_line() {
        let command = Command::from("y".repeat(300));
        let call = Call { number: 1, name: "Custom", kind: RpcKind::Other, from: S2, to: S0.server };
        let args = "a\nb".repeat(200);
        let text = lines(&[
            (0, Event::CommandAccepted { server: S2, index: 3, term: 1, command: &command }),
            (1, Event::RequestSent { call, description: &Description::Other, args: &args, bytes: &[] }),
            (2, Event::Log { server: None, target: "x", level: log::Level::Info, text: format_args!("a\nb") }),
        ]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().all(|line| line.len() < 220), "{text}");
    }

    #[test]
    fn instants_look_like_instants() {
        for micros in [0, 1, 999_999, 59_000_001, 999_999_999, 1_000_000_000, 98_765_432_101] {
            let mut line = Line::default();
            line.instant(Instant::from_micros(micros));
            assert_eq!(String::from_utf8_lossy(&line.buffer), Instant::from_micros(micros).to_string());
        }
    }

    #[test]
    fn a_full_medium_is_reported_once_at_the_end() {
        struct Full;
        impl Destination for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<()> {
                Err(io::ErrorKind::StorageFull.into())
            }
        }
        let mut sink = TextSink::new(Full);
        for _ in 0..10_000 {
            sink.note(Instant::START, Topic::Test, "something");
            sink.flush();
        }
        assert_eq!(sink.finish().err().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    }
}
