//! One message on its way, and which messages a fault is about.

use std::fmt;

use super::wire::Wire;
use crate::base::{Party, Term};
use crate::trace::{Description, ReplyDescription, RpcKind};

/// A request, or the reply to one, at the moment at which it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    /// The call that it belongs to.
    pub(super) call: Wire,
    /// What the request says of itself.
    pub request: Description,
    /// What the reply says of itself; none if this is the request.
    pub reply: Option<ReplyDescription>,
}

impl Message {
    /// The number of its call: the network counts them.
    pub fn number(&self) -> u64 {
        self.call.number()
    }

    /// Who sends it.
    pub fn from(&self) -> Party {
        if self.is_reply() { Party::Server(self.call.to()) } else { self.call.from() }
    }

    /// Who gets it.
    pub fn to(&self) -> Party {
        if self.is_reply() { self.call.from() } else { Party::Server(self.call.to()) }
    }

    /// Whether a client asks, or is answered.
    fn is_of_client(&self) -> bool {
        matches!(self.call, Wire::Client(_))
    }

    /// Whether it is a reply.
    pub fn is_reply(&self) -> bool {
        self.reply.is_some()
    }

    /// The term of its request; none if that does not say.
    pub fn term(&self) -> Option<Term> {
        self.request.term()
    }

    /// Whether a reply grants the vote, or takes the entries; none if it does not say.
    pub fn accepts(&self) -> Option<bool> {
        match self.reply? {
            ReplyDescription::RequestVote { vote_granted, .. } => Some(vote_granted),
            ReplyDescription::AppendEntries { success, .. } => Some(success),
            ReplyDescription::InstallSnapshot { .. } | ReplyDescription::Other => None,
        }
    }

    /// Which of Raft's requests it is, or answers. Who does not describe its requests is taken by
    /// the names that it gave them; clients do not speak to Raft, whatever they call theirs.
    pub fn kind(&self) -> RpcKind {
        match self.call {
            Wire::Client(_) => RpcKind::Other,
            Wire::Server(call) if call.kind == RpcKind::Other => kind_of(call.name),
            Wire::Server(call) => call.kind,
        }
    }

    /// How many entries the request carries; none if it does not say.
    pub fn entries(&self) -> Option<usize> {
        match self.request {
            Description::AppendEntries { entries, .. } => Some(entries),
            _ => None,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, number, from, to) = (self.call.name(), self.number(), self.from(), self.to());
        let what = if self.is_reply() { "reply to " } else { "" };
        write!(f, "{from} -> {to} {what}{name}#{number}")
    }
}

/// What a request's name says of its kind.
fn kind_of(name: &str) -> RpcKind {
    let kinds = [
        ("Vote", RpcKind::RequestVote),
        ("Append", RpcKind::AppendEntries),
        ("Heartbeat", RpcKind::AppendEntries),
        ("Snapshot", RpcKind::InstallSnapshot),
    ];
    kinds.into_iter().find(|(word, _)| name.contains(word)).map_or(RpcKind::Other, |(_, kind)| kind)
}

/// Which messages a fault is about: all requests or all replies, among servers or of clients, less what
/// is excluded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Messages {
    replies: bool,
    of_clients: bool,
    kind: Option<RpcKind>,
    from: Option<Party>,
    to: Option<Party>,
    accepting: Option<bool>,
    with_entries: bool,
}

impl Messages {
    /// All requests of servers to each other.
    pub const REQUESTS: Messages = Messages {
        replies: false,
        of_clients: false,
        kind: None,
        from: None,
        to: None,
        accepting: None,
        with_entries: false,
    };

    /// All replies of servers to each other.
    pub const REPLIES: Messages = Messages { replies: true, ..Messages::REQUESTS };

    /// All requests of clients.
    pub const CLIENT_REQUESTS: Messages = Messages { of_clients: true, ..Messages::REQUESTS };

    /// Only those of this kind.
    #[must_use]
    pub const fn of(self, kind: RpcKind) -> Messages {
        Messages { kind: Some(kind), ..self }
    }

    /// Only those that this server or client sends.
    #[must_use]
    pub fn from(self, party: impl Into<Party>) -> Messages {
        Messages { from: Some(party.into()), ..self }
    }

    /// Only those that this server or client gets.
    #[must_use]
    pub fn to(self, party: impl Into<Party>) -> Messages {
        Messages { to: Some(party.into()), ..self }
    }

    /// Only replies that grant the vote or take the entries, or only those that do not. Who does
    /// not describe its replies has none of either.
    #[must_use]
    pub const fn accepting(self, accepting: bool) -> Messages {
        Messages { accepting: Some(accepting), ..self }
    }

    /// Only appends that carry entries: heartbeats pass.
    #[must_use]
    pub const fn with_entries(self) -> Messages {
        Messages { with_entries: true, ..self }
    }

    /// Whether they are replies.
    pub const fn are_replies(&self) -> bool {
        self.replies
    }

    /// Whether this is one of them.
    pub fn include(&self, message: &Message) -> bool {
        self.replies == message.is_reply()
            && self.of_clients == message.is_of_client()
            && self.from.is_none_or(|from| from == message.from())
            && self.to.is_none_or(|to| to == message.to())
            && self.kind.is_none_or(|kind| kind == message.kind())
            && self.accepting.is_none_or(|accepting| message.accepts() == Some(accepting))
            && (!self.with_entries || message.entries().is_some_and(|entries| entries > 0))
    }
}

impl fmt::Debug for Messages {
    /// As a trace shows it: `accepting RequestVote replies from S1 to S0`, `client requests from C0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.accepting {
            Some(true) => write!(f, "accepting ")?,
            Some(false) => write!(f, "refusing ")?,
            None => {}
        }
        if let Some(kind) = self.kind {
            write!(f, "{kind:?} ")?;
        }
        if self.of_clients {
            write!(f, "client ")?;
        }
        write!(f, "{}", if self.replies { "replies" } else { "requests" })?;
        if self.with_entries {
            write!(f, " with entries")?;
        }
        for (word, party) in [("from", self.from), ("to", self.to)] {
            if let Some(party) = party {
                write!(f, " {word} {party}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ClientId, Incarnation, ServerId};
    use crate::trace::{Call, ClientCall};

    const S0: ServerId = ServerId::new_const(0);
    const S1: ServerId = ServerId::new_const(1);

    fn call(name: &'static str, kind: RpcKind) -> Wire {
        Wire::Server(Call { number: 7, name, kind, from: Incarnation { server: S0, life: 1 }, to: S1 })
    }

    fn asked(client: u32) -> Message {
        let call = ClientCall { number: 8, name: "PutAppend", from: ClientId::new(client), to: S1 };
        Message { call: Wire::Client(call), request: Description::Other, reply: None }
    }

    fn append(entries: usize) -> Message {
        let request =
            Description::AppendEntries { term: 3, prev_log_index: 0, prev_log_term: 0, entries, leader_commit: 0 };
        Message { call: call("Ae", RpcKind::AppendEntries), request, reply: None }
    }

    fn answered(success: bool) -> Message {
        Message { reply: Some(ReplyDescription::AppendEntries { term: 3, success }), ..append(1) }
    }

    #[test]
    fn a_reply_goes_the_other_way() {
        assert_eq!((append(0).from(), append(0).to()), (Party::Server(S0), Party::Server(S1)));
        assert_eq!((answered(true).from(), answered(true).to()), (Party::Server(S1), Party::Server(S0)));
        assert_eq!(append(0).to_string(), "S0 -> S1 Ae#7");
        assert_eq!(answered(true).to_string(), "S1 -> S0 reply to Ae#7");
    }

    #[test]
    fn each_condition_excludes_something() {
        let requests = Messages::REQUESTS;
        assert!(requests.include(&append(0)) && !requests.include(&answered(true)));
        assert!(!Messages::REPLIES.include(&append(0)) && Messages::REPLIES.include(&answered(true)));
        assert!(requests.from(S0).to(S1).include(&append(0)));
        assert!(!requests.from(S1).include(&append(0)) && !requests.to(S0).include(&append(0)));
        assert!(requests.of(RpcKind::AppendEntries).include(&append(0)));
        assert!(!requests.of(RpcKind::RequestVote).include(&append(0)));
        assert!(requests.with_entries().include(&append(1)) && !requests.with_entries().include(&append(0)));
        for success in [true, false] {
            assert!(Messages::REPLIES.accepting(success).include(&answered(success)));
            assert!(!Messages::REPLIES.accepting(!success).include(&answered(success)));
        }
    }

    #[test]
    fn what_clients_say_is_apart_from_what_servers_do() {
        let requests = Messages::CLIENT_REQUESTS;
        assert!(requests.include(&asked(2)) && !requests.include(&append(1)));
        assert!(!Messages::REQUESTS.include(&asked(2)) && !Messages::REPLIES.include(&asked(2)));
        assert!(requests.from(ClientId::new(2)).to(S1).include(&asked(2)));
        assert!(!requests.from(ClientId::new(3)).include(&asked(2)) && !requests.to(S0).include(&asked(2)));
        assert_eq!(asked(2).kind(), RpcKind::Other, "whatever it is called");
    }

    #[test]
    fn requests_that_say_nothing_are_known_by_their_names() {
        for (name, kind) in [
            ("RequestVoteArgs", RpcKind::RequestVote),
            ("AppendEntries", RpcKind::AppendEntries),
            ("InstallSnapshot", RpcKind::InstallSnapshot),
            ("Ping", RpcKind::Other),
        ] {
            let message = Message { call: call(name, RpcKind::Other), request: Description::Other, reply: None };
            assert_eq!(message.kind(), kind, "{name}");
        }
    }

    #[test]
    fn it_is_shown_in_words() {
        let messages = Messages::REPLIES.of(RpcKind::RequestVote).from(S1).to(S0).accepting(true);
        assert_eq!(format!("{messages:?}"), "accepting RequestVote replies from S1 to S0");
        assert_eq!(format!("{:?}", Messages::REQUESTS.with_entries()), "requests with entries");
        assert_eq!(format!("{:?}", Messages::REPLIES.accepting(false)), "refusing replies");
        assert_eq!(format!("{:?}", Messages::CLIENT_REQUESTS.from(ClientId::new(2))), "client requests from C2");
    }
}
