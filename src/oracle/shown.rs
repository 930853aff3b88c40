//! What an implementation has given to the rules, so that a summary can say which ones watched it.

use super::Needs;
use crate::trace::{Description, Event, ReplyDescription};

/// What was seen of an implementation, in one run or in many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    watched: bool,
    requests: bool,
    replies: bool,
    inspection: bool,
    saved: bool,
    /// Something was saved, whether or not the server says what it means.
    #[serde(default)]
    saves: bool,
}

impl Shown {
    /// Somebody watches; nothing was seen yet.
    pub(super) fn watched() -> Shown {
        Shown { watched: true, ..Shown::default() }
    }

    pub(super) fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::RequestSent { description, .. } => self.requests |= **description != Description::Other,
            Event::ReplySent { description, .. } => self.replies |= **description != ReplyDescription::Other,
            Event::Inspected { .. } => self.inspection = true,
            Event::SavedInspected { .. } => self.saved = true,
            Event::Saved { .. } => self.saves = true,
            _ => {}
        }
    }

    /// What was seen here or there.
    #[must_use]
    pub fn or(self, other: Shown) -> Shown {
        Shown {
            watched: self.watched | other.watched,
            requests: self.requests | other.requests,
            replies: self.replies | other.replies,
            inspection: self.inspection | other.inspection,
            saved: self.saved | other.saved,
            saves: self.saves | other.saves,
        }
    }

    /// Whether any rule watched at all.
    pub fn is_watched(self) -> bool {
        self.watched
    }

    /// Whether a rule with these needs could watch.
    pub fn meets(self, needs: Needs) -> bool {
        let described = self.requests && self.replies;
        self.watched
            && match needs {
                Needs::Nothing => true,
                Needs::Descriptions => described,
                Needs::Inspection => described && self.inspection,
                Needs::SavedState => described && self.inspection && self.saved,
            }
    }

    /// What a rule with these needs lacks, in words; none if it could watch.
    pub fn lacks(self, needs: Needs) -> Option<&'static str> {
        if self.meets(needs) {
            return None;
        }
        // Who has saved nothing could not have said what it means.
        match needs {
            Needs::SavedState if self.meets(Needs::Inspection) && !self.saves => {
                Some("saved state, which the labs ask for from part C on")
            }
            _ => needs.in_words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_watch_what_they_are_given() {
        let given = Shown { requests: true, replies: true, inspection: true, ..Shown::watched() };
        assert!(given.meets(Needs::Nothing) && given.meets(Needs::Descriptions) && given.meets(Needs::Inspection));
        assert!(!given.meets(Needs::SavedState));
        assert_eq!(given.lacks(Needs::Inspection), None);
        assert!(given.lacks(Needs::SavedState).is_some_and(|lack| lack.contains("part C")), "nothing was saved");
        assert_eq!(Shown { saves: true, ..given }.lacks(Needs::SavedState), Needs::SavedState.in_words());
        assert_eq!(Shown::watched().lacks(Needs::SavedState), Needs::SavedState.in_words(), "more is missing");
        assert!(given.or(Shown { saved: true, ..Shown::watched() }).meets(Needs::SavedState));
        assert!(!Shown { replies: false, ..given }.meets(Needs::Inspection), "a glass box alone tells of no message");
        assert!(!Shown::default().meets(Needs::Nothing), "nobody watched");
    }
}
