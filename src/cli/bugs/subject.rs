//! What a bug is in: the reference's Raft, or its key/value service. Each is played on parts of its own.

/// What a bug is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    Raft,
    Service,
}

impl Subject {
    pub(super) const ALL: [Subject; 2] = [Subject::Raft, Subject::Service];

    /// The subject that is tested by one of the course's parts.
    pub(super) fn of_part(part: &str) -> Option<Subject> {
        Subject::ALL.into_iter().find(|subject| subject.course_parts().contains(&part))
    }

    /// The course's parts about it.
    pub(super) fn course_parts(self) -> &'static [&'static str] {
        match self {
            Subject::Raft => &["2A", "2B", "2C", "2D"],
            Subject::Service => &["3A", "3B"],
        }
    }

    /// The part beyond the course, which is always played.
    pub(super) fn beyond(self) -> &'static str {
        match self {
            Subject::Raft => "2X",
            Subject::Service => "3X",
        }
    }

    /// All parts about it: the columns of its table.
    pub(super) fn parts(self) -> impl Iterator<Item = &'static str> {
        self.course_parts().iter().copied().chain([self.beyond()])
    }

    /// What its table says in front of all.
    pub(super) fn title(self) -> &'static str {
        match self {
            Subject::Raft => "Raft",
            Subject::Service => "The key/value service",
        }
    }
}
