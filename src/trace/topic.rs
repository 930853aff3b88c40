//! The four-letter topics of trace lines, those that the course's log viewers know.

use super::RpcKind;

/// What a trace line is about. The viewers know these and no others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Topic {
    /// Election timers.
    Timr,
    /// RequestVote requests and replies.
    Vote,
    /// Leaders won and lost.
    Lead,
    /// Terms.
    Term,
    /// AppendEntries requests.
    Log1,
    /// AppendEntries deliveries and replies.
    Log2,
    /// Commands applied.
    Cmit,
    /// Saves.
    Pers,
    /// Snapshots.
    Snap,
    /// Messages lost.
    Drop,
    /// Commands accepted by a leader.
    Clnt,
    /// What the scenario does.
    Test,
    /// The implementation's own lines, by level.
    Info,
    /// Warnings of the implementation.
    Warn,
    /// Errors of the implementation.
    Erro,
    /// Everything else.
    Trce,
}

impl Topic {
    /// Every topic, for legends and parsers.
    pub const ALL: [Topic; 16] = [
        Topic::Timr,
        Topic::Vote,
        Topic::Lead,
        Topic::Term,
        Topic::Log1,
        Topic::Log2,
        Topic::Cmit,
        Topic::Pers,
        Topic::Snap,
        Topic::Drop,
        Topic::Clnt,
        Topic::Test,
        Topic::Info,
        Topic::Warn,
        Topic::Erro,
        Topic::Trce,
    ];

    /// The four letters.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Timr => "TIMR",
            Topic::Vote => "VOTE",
            Topic::Lead => "LEAD",
            Topic::Term => "TERM",
            Topic::Log1 => "LOG1",
            Topic::Log2 => "LOG2",
            Topic::Cmit => "CMIT",
            Topic::Pers => "PERS",
            Topic::Snap => "SNAP",
            Topic::Drop => "DROP",
            Topic::Clnt => "CLNT",
            Topic::Test => "TEST",
            Topic::Info => "INFO",
            Topic::Warn => "WARN",
            Topic::Erro => "ERRO",
            Topic::Trce => "TRCE",
        }
    }

    /// The topic with these four letters.
    pub fn named(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The topic of an implementation's log line: the one it names as its target
    /// (`log::debug!(target: "VOTE", …)`), or else the one of its level.
    pub fn of_log_line(target: &str, level: log::Level) -> Topic {
        Topic::named(target).unwrap_or(match level {
            log::Level::Error => Topic::Erro,
            log::Level::Warn => Topic::Warn,
            log::Level::Info | log::Level::Debug => Topic::Info,
            log::Level::Trace => Topic::Trce,
        })
    }

    /// The topic of a request on its way out.
    pub(super) const fn of_request(kind: RpcKind) -> Topic {
        match kind {
            RpcKind::RequestVote => Topic::Vote,
            RpcKind::AppendEntries => Topic::Log1,
            RpcKind::InstallSnapshot => Topic::Snap,
            RpcKind::Other => Topic::Trce,
        }
    }

    /// The topic of what becomes of a request after it arrived.
    pub(super) const fn of_reply(kind: RpcKind) -> Topic {
        match kind {
            RpcKind::AppendEntries => Topic::Log2,
            other => Topic::of_request(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_has_the_topic_it_names_or_that_of_its_level() {
        assert_eq!(Topic::of_log_line("VOTE", log::Level::Debug), Topic::Vote);
        assert_eq!(Topic::of_log_line("my_raft::vote", log::Level::Debug), Topic::Info);
        assert_eq!(Topic::of_log_line("my_raft", log::Level::Error), Topic::Erro);
    }
}
