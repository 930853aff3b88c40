//! State machine safety: the command at an index is the same on every server, for ever.
//!
//! Source: Raft paper, Figure 3, last property. Sees only `Applied` events. Keeps one map for the
//! whole run, so that neither a restart nor a snapshot wipes out what was once applied. Says
//! nothing about the order in which a server applies; see `apply_order`.

use std::collections::BTreeMap;

use super::{Oracle, Violation};
use crate::base::{Command, Incarnation, Index, Instant};
use crate::trace::Event;

pub(super) const RULE: &str = "state machine safety";

/// Watches that nobody ever applies two commands at one index.
#[derive(Debug, Default)]
pub struct StateMachineSafety {
    /// Who was the first to apply what, by index from 1 on without gaps: all there is in a run
    /// that keeps the apply order, and quick to look up.
    /// Invariant: no index is in both, and none is ever overwritten.
    applied: Vec<First>,
    /// The same for indices that were applied while there was a gap before them.
    scattered: BTreeMap<Index, First>,
}

#[derive(Debug)]
struct First {
    server: Incarnation,
    command: Command,
    at: Instant,
}

impl StateMachineSafety {
    fn apply(&mut self, at: Instant, server: Incarnation, index: Index, command: &Command) -> Result<(), Violation> {
        match self.first(index) {
            Some(first) if first.command == *command => Ok(()),
            Some(first) => Err(two_commands(at, server, index, command, first)),
            None => {
                self.remember(index, First { server, command: command.clone(), at });
                Ok(())
            }
        }
    }

    fn first(&self, index: Index) -> Option<&First> {
        let position = usize::try_from(index).unwrap_or(usize::MAX).wrapping_sub(1);
        self.applied.get(position).or_else(|| self.scattered.get(&index))
    }

    fn remember(&mut self, index: Index, first: First) {
        if index == self.applied.len() as Index + 1 {
            self.applied.push(first);
        } else {
            self.scattered.insert(index, first);
        }
    }
}

#[cold]
fn two_commands(at: Instant, server: Incarnation, index: Index, command: &Command, first: &First) -> Violation {
    let mut servers = vec![first.server.server, server.server];
    servers.dedup();
    let evidence = vec![
        format!("{} applied {} at index {index} at {}", first.server, first.command, first.at),
        format!("{server} applied {command} at index {index} at {at}"),
    ];
    Violation { rule: RULE, at, servers, evidence }
}

impl Oracle for StateMachineSafety {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::Applied { server, index, command } => self.apply(at, server, index, command),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn three() -> History<StateMachineSafety> {
        History::new(StateMachineSafety::default(), 3)
    }

    #[test]
    fn the_same_commands_everywhere_are_legal() {
        three().at(10).apply(0, 1, 17).apply(0, 2, 18).at(12).apply(1, 1, 17).at(90).apply(2, 1, 17).legal();
    }

    #[test]
    fn another_command_at_the_same_index_is_not() {
        let mut history = three();
        history.at(10).apply(0, 7, 17).at(20).apply(2, 7, 65);
        let violation = history.illegal(20, &[0, 2]);
        assert_says(&violation, "S0.1 applied 17 at index 7 at 000.010000");
        assert_says(&violation, "S2.1 applied 65 at index 7 at 000.020000");
    }

    #[test]
    fn a_server_may_not_change_its_mind_in_a_later_life() {
        let mut history = three();
        history.at(10).apply(0, 1, 17).at(20).crash(0).start(0).at(30).apply(0, 1, 18);
        assert_says(&history.illegal(30, &[0]), "S0.2 applied 18 at index 1");
    }

    #[test]
    fn indices_after_a_gap_are_remembered_too() {
        let scattered = || {
            let mut history = three();
            history
                .apply(0, 0, 10)
                .apply(0, 3, 13)
                .apply(0, 1, 11)
                .apply(0, 2, 12)
                .apply(0, u64::MAX, 9)
                .apply(0, 4, 14);
            history.at(10);
            history
        };
        for index in [0, 1, 2, 3, 4, u64::MAX] {
            scattered().apply(1, index, 99).illegal(10, &[0, 1]);
        }
    }

    #[test]
    fn the_same_command_at_two_indices_is_legal() {
        three().apply(0, 1, 17).apply(0, 2, 17).apply(1, 1, 17).legal();
    }
}
