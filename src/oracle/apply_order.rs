//! Apply order: every life of a server applies the log from its beginning, without gaps.
//!
//! Source: Raft paper, Figure 2, "All Servers" (`lastApplied`), and `lab-spec` §2.9. Sees what
//! services take from their servers, and knows nothing of what the commands are. A server that
//! lives again starts over: behind the snapshot that its service restored, or at index 1.

use super::{Oracle, Violation};
use crate::base::{Command, Incarnation, Index, Instant};
use crate::trace::Event;

pub(super) const RULE: &str = "apply order";

/// Watches that every incarnation applies in order.
#[derive(Debug, Default)]
pub struct ApplyOrder {
    /// By server, what its latest life has applied.
    progress: Vec<Progress>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    life: u32,
    last_applied: Index,
    step: Step,
    at: Instant,
}

/// What brought a service to `last_applied`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Step {
    #[default]
    Started,
    Restored,
    Command,
    Snapshot,
}

impl ApplyOrder {
    /// The progress of `server`; none if it is a life that a later one has replaced.
    fn progress(&mut self, server: Incarnation) -> Option<&mut Progress> {
        let number = server.server.number();
        if number >= self.progress.len() {
            self.progress.resize(number + 1, Progress::default());
        }
        let progress = &mut self.progress[number];
        if server.life > progress.life {
            *progress = Progress { life: server.life, ..Progress::default() };
        }
        (server.life == progress.life).then_some(progress)
    }

    fn restore(&mut self, at: Instant, server: Incarnation, index: Index) {
        if let Some(progress) = self.progress(server) {
            *progress = Progress { last_applied: index, step: Step::Restored, at, ..*progress };
        }
    }

    fn apply(&mut self, at: Instant, server: Incarnation, index: Index, command: &Command) -> Result<(), Violation> {
        let Some(progress) = self.progress(server) else { return Ok(()) };
        let earlier = *progress;
        let next = earlier.last_applied.saturating_add(1);
        *progress = Progress { last_applied: index, step: Step::Command, at, ..earlier };
        if index == next {
            return Ok(());
        }
        let evidence = format!("{server} applied {command} at index {index} at {at}, index {next} was to come");
        Err(violation(at, server, vec![earlier.sentence(server), evidence]))
    }

    fn apply_snapshot(&mut self, at: Instant, server: Incarnation, index: Index) -> Result<(), Violation> {
        let Some(progress) = self.progress(server) else { return Ok(()) };
        let earlier = *progress;
        *progress = Progress { last_applied: index, step: Step::Snapshot, at, ..earlier };
        if index > earlier.last_applied || earlier.may_repeat(index) {
            return Ok(());
        }
        let evidence = format!("{server} applied a snapshot through index {index} at {at}, which leads back");
        Err(violation(at, server, vec![earlier.sentence(server), evidence]))
    }
}

impl Progress {
    /// The lab lets a server begin its life by handing the saved snapshot to its service, which
    /// has restored itself from it already. That rewinds nothing.
    fn may_repeat(self, index: Index) -> bool {
        self.step == Step::Restored && index == self.last_applied
    }

    fn sentence(self, server: Incarnation) -> String {
        let Progress { last_applied: index, at, .. } = self;
        match self.step {
            Step::Started => format!("{server} had applied nothing since its start"),
            Step::Restored => format!("the service of {server} restored a snapshot through index {index} at {at}"),
            Step::Command => format!("{server} applied index {index} at {at}"),
            Step::Snapshot => format!("{server} applied a snapshot through index {index} at {at}"),
        }
    }
}

#[cold]
fn violation(at: Instant, server: Incarnation, evidence: Vec<String>) -> Violation {
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

impl Oracle for ApplyOrder {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Applied { server, index, command } => self.apply(at, server, index, command),
            Event::SnapshotApplied { server, index, .. } => self.apply_snapshot(at, server, index),
            Event::SnapshotRestored { server, index, .. } => {
                self.restore(at, server, index);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn three() -> History<ApplyOrder> {
        History::new(ApplyOrder::default(), 3)
    }

    #[test]
    fn one_after_the_other_is_legal() {
        three().at(10).apply(0, 1, 11).apply(0, 2, 12).apply(1, 1, 11).at(20).apply(0, 3, 13).legal();
    }

    #[test]
    fn a_gap_is_not() {
        let mut history = three();
        history.at(10).apply(0, 1, 11).at(20).apply(0, 3, 13);
        let violation = history.illegal(20, &[0]);
        assert_says(&violation, "S0.1 applied index 1 at 000.010000");
        assert_says(&violation, "S0.1 applied 13 at index 3 at 000.020000, index 2 was to come");
    }

    #[test]
    fn neither_is_a_repetition() {
        three().at(10).apply(0, 1, 11).at(20).apply(0, 1, 11).illegal(20, &[0]);
    }

    #[test]
    fn every_life_starts_over() {
        three().apply(0, 1, 11).apply(0, 2, 12).at(20).crash(0).start(0).apply(0, 1, 11).apply(0, 2, 12).legal();
    }

    #[test]
    fn a_new_life_may_not_go_on_where_the_old_one_ended() {
        let mut history = three();
        history.apply(0, 1, 11).at(20).crash(0).start(0).at(30).apply(0, 2, 12);
        assert_says(&history.illegal(30, &[0]), "S0.2 had applied nothing since its start");
    }

    #[test]
    fn a_snapshot_moves_the_service_on() {
        three().apply(0, 1, 11).at(20).apply_snapshot(0, 9, b"9").apply(0, 10, 20).legal();
        three().at(20).apply_snapshot(0, 9, b"9").at(30).apply(0, 9, 19).illegal(30, &[0]);
    }

    #[test]
    fn a_snapshot_must_not_lead_back() {
        let mut history = three();
        history.at(20).apply_snapshot(0, 19, b"19").at(30).apply_snapshot(0, 9, b"9");
        assert_says(&history.illegal(30, &[0]), "S0.1 applied a snapshot through index 9 at 000.030000");
        three().apply(0, 1, 11).at(30).apply_snapshot(0, 1, b"1").illegal(30, &[0]);
    }

    #[test]
    fn a_restored_service_goes_on_behind_its_snapshot() {
        let restarted = || {
            let mut history = three();
            history.at(20).crash(0).start(0).restore_snapshot(0, 9, b"9");
            history
        };
        restarted().apply(0, 10, 20).legal();
        restarted().at(30).apply(0, 1, 11).illegal(30, &[0]);
        restarted().at(30).apply_snapshot(0, 5, b"5").illegal(30, &[0]);
    }

    #[test]
    fn the_restored_snapshot_may_be_applied_again_but_only_first() {
        let mut history = three();
        history.at(20).crash(0).start(0).restore_snapshot(0, 9, b"9");
        history.at(30).apply_snapshot(0, 9, b"9").apply(0, 10, 20).legal();
        history.at(40).apply_snapshot(0, 9, b"9").illegal(40, &[0]);
    }

    #[test]
    fn a_life_that_is_over_is_not_judged() {
        let mut history = three();
        history.at(20).crash(0).start(0).apply(0, 1, 11);
        let ghost = Incarnation { server: crate::oracle::history::server(0), life: 1 };
        history.event(&Event::Applied { server: ghost, index: 40, command: &Command::integer(1) }).legal();
    }
}
