//! One message on its way, and which messages a fault is about.

use std::fmt;

use crate::base::{ServerId, Term};
use crate::trace::{Call, Description, ReplyDescription, RpcKind};

/// A request, or the reply to one, at the moment at which it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    /// The call that it belongs to.
    pub call: Call,
    /// What the request says of itself.
    pub request: Description,
    /// What the reply says of itself; none if this is the request.
    pub reply: Option<ReplyDescription>,
}

impl Message {
    /// Who sends it.
    pub fn from(&self) -> ServerId {
        if self.is_reply() { self.call.to } else { self.call.from.server }
    }

    /// Who gets it.
    pub fn to(&self) -> ServerId {
        if self.is_reply() { self.call.from.server } else { self.call.to }
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
    /// the names that it gave them.
    pub fn kind(&self) -> RpcKind {
        match self.call.kind {
            RpcKind::Other => kind_of(self.call.name),
            kind => kind,
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
        let (Call { name, number, .. }, from, to) = (self.call, self.from(), self.to());
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

/// Which messages a fault is about: all requests or all replies, less what is excluded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Messages {
    replies: bool,
    kind: Option<RpcKind>,
    from: Option<ServerId>,
    to: Option<ServerId>,
    accepting: Option<bool>,
    with_entries: bool,
}

impl Messages {
    /// All requests.
    pub const REQUESTS: Messages =
        Messages { replies: false, kind: None, from: None, to: None, accepting: None, with_entries: false };

    /// All replies.
    pub const REPLIES: Messages = Messages { replies: true, ..Messages::REQUESTS };

    /// Only those of this kind.
    #[must_use]
    pub const fn of(self, kind: RpcKind) -> Messages {
        Messages { kind: Some(kind), ..self }
    }

    /// Only those that this server sends.
    #[must_use]
    pub const fn from(self, server: ServerId) -> Messages {
        Messages { from: Some(server), ..self }
    }

    /// Only those that this server gets.
    #[must_use]
    pub const fn to(self, server: ServerId) -> Messages {
        Messages { to: Some(server), ..self }
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
            && self.from.is_none_or(|from| from == message.from())
            && self.to.is_none_or(|to| to == message.to())
            && self.kind.is_none_or(|kind| kind == message.kind())
            && self.accepting.is_none_or(|accepting| message.accepts() == Some(accepting))
            && (!self.with_entries || message.entries().is_some_and(|entries| entries > 0))
    }
}

impl fmt::Debug for Messages {
    /// As a trace shows it: `accepting RequestVote replies from S1 to S0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.accepting {
            Some(true) => write!(f, "accepting ")?,
            Some(false) => write!(f, "refusing ")?,
            None => {}
        }
        if let Some(kind) = self.kind {
            write!(f, "{kind:?} ")?;
        }
        write!(f, "{}", if self.replies { "replies" } else { "requests" })?;
        if self.with_entries {
            write!(f, " with entries")?;
        }
        for (word, server) in [("from", self.from), ("to", self.to)] {
            if let Some(server) = server {
                write!(f, " {word} {server}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Incarnation;

    const S0: ServerId = ServerId::new_const(0);
    const S1: ServerId = ServerId::new_const(1);

    fn call(name: &'static str, kind: RpcKind) -> Call {
        Call { number: 7, name, kind, from: Incarnation { server: S0, life: 1 }, to: S1 }
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
        assert_eq!((append(0).from(), append(0).to()), (S0, S1));
        assert_eq!((answered(true).from(), answered(true).to()), (S1, S0));
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
    }
}
