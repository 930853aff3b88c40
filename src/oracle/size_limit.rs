//! A service keeps its Raft's saved state small: it gives Raft snapshots, where and only where the test
//! asks for them.
//!
//! Source: lab 3B, `lab-spec/kv.md` §1.6. The course looks at sizes now and then, when all is quiet; here
//! each save is looked at. Saved state may be long without the service's doing, as a leader that is cut
//! off collects what it cannot commit, and who was away gets a long log at once. So only what the
//! service took a second ago counts, and has not yet given back in a snapshot: Raft must save all of
//! that, and cannot cut it on its own.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::{Oracle, Violation};
use crate::base::{Incarnation, Index, Instant, ServerId};
use crate::trace::Event;

pub(super) const RULE: &str = "size limit";

/// How many times the limit the saved state may come to.
pub const LIMIT_FACTOR: usize = 8;

/// How long a service may take to make a snapshot of what it has applied.
const GRACE: Duration = Duration::from_secs(1);

/// Watches what services leave in their Rafts' logs.
#[derive(Debug, Default)]
pub struct SizeLimit {
    /// What the test asks of the service; none if the service is the tester's.
    limit: Option<Limit>,
    /// By server, what its present life has applied and could be cut.
    applied: BTreeMap<ServerId, Uncut>,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    /// There are to be no snapshots.
    NoSnapshots,
    /// What saved state may grow to before there is a snapshot, in bytes.
    Bytes(usize),
}

/// Commands behind a service's newest snapshot.
#[derive(Debug, Default)]
struct Uncut {
    /// In order.
    commands: VecDeque<Taken>,
    bytes: usize,
}

/// A command that a service has applied.
#[derive(Debug)]
struct Taken {
    at: Instant,
    index: Index,
    size: usize,
}

impl Uncut {
    fn apply(&mut self, taken: Taken) {
        self.bytes += taken.size;
        self.commands.push_back(taken);
    }

    /// How many were taken long enough ago, and how many bytes they are.
    fn due(&self, now: Instant) -> (usize, usize) {
        let count = self.commands.partition_point(|taken| taken.at + GRACE <= now);
        (count, self.commands.iter().take(count).map(|taken| taken.size).sum())
    }

    fn cut_through(&mut self, last: Index) {
        let count = self.commands.partition_point(|taken| taken.index <= last);
        self.bytes -= self.commands.drain(..count).map(|taken| taken.size).sum::<usize>();
    }
}

impl SizeLimit {
    fn saved(&self, at: Instant, server: Incarnation, state_len: usize) -> Result<(), Violation> {
        let Some(Limit::Bytes(limit)) = self.limit else { return Ok(()) };
        let most = LIMIT_FACTOR * limit;
        // Few saves find so much that they need a closer look.
        match self.applied.get(&server.server).filter(|uncut| uncut.bytes > most) {
            Some(uncut) if uncut.due(at).1 > most => Err(not_cut(at, server, state_len, limit, uncut)),
            _ => Ok(()),
        }
    }

    fn cut(&mut self, server: Incarnation, index: Index) {
        if let Some(uncut) = self.applied.get_mut(&server.server) {
            uncut.cut_through(index);
        }
    }
}

#[cold]
fn not_cut(at: Instant, server: Incarnation, state_len: usize, limit: usize, uncut: &Uncut) -> Violation {
    let first = uncut.commands.front().map_or(0, |taken| taken.index);
    let (count, bytes) = uncut.due(at);
    let evidence = vec![
        format!("{server} saved {state_len} bytes of Raft's state at {at}; a snapshot is due at {limit} bytes"),
        format!(
            "{GRACE:?} before, its service had applied {count} commands since index {first}, {bytes} bytes, and it \
             has given Raft no snapshot of them: {} bytes are the most that is allowed",
            LIMIT_FACTOR * limit
        ),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

#[cold]
fn unasked(at: Instant, server: Incarnation, index: Index) -> Violation {
    let evidence = vec![
        format!("the service of {server} gave its Raft a snapshot through index {index} at {at}"),
        "`max_raft_state` is `None`, so there are to be none".to_owned(),
    ];
    Violation { rule: RULE, at, servers: vec![server.server], evidence }
}

impl Oracle for SizeLimit {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match *event {
            Event::OwnService { max_raft_state } => {
                self.limit = Some(max_raft_state.map_or(Limit::NoSnapshots, Limit::Bytes));
            }
            Event::SnapshotTaken { server, index, .. } => match self.limit {
                Some(Limit::NoSnapshots) => return Err(unasked(at, server, index)),
                _ => self.cut(server, index),
            },
            // Commands that it stands for were not cut one by one.
            Event::SnapshotApplied { server, index, .. } => self.cut(server, index),
            Event::Applied { server, index, command } if matches!(self.limit, Some(Limit::Bytes(_))) => {
                let size = command.as_bytes().len();
                self.applied.entry(server.server).or_default().apply(Taken { at, index, size });
            }
            // What is not in the snapshot that the next life restores, it applies again.
            Event::Crashed { server } => drop(self.applied.remove(&server.server)),
            Event::Saved { server, state_len, .. } => return self.saved(at, server, state_len),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    /// A service that is to snapshot at so many bytes; commands have eight.
    fn told(max_raft_state: Option<usize>) -> History<SizeLimit> {
        let mut history = History::new(SizeLimit::default(), 3);
        history.event(&Event::OwnService { max_raft_state });
        history
    }

    fn apply_all(history: &mut History<SizeLimit>, indices: std::ops::RangeInclusive<Index>) {
        for index in indices {
            history.apply(0, index, index);
        }
    }

    #[test]
    fn who_snapshots_in_time_may_save_whatever_there_is() {
        let mut history = told(Some(10));
        apply_all(&mut history, 1..=10);
        history.at(10).save(0).take_snapshot(0, 8, b"eight");
        apply_all(&mut history, 11..=18);
        history.at(20).save(0).legal();
    }

    #[test]
    fn applied_commands_without_a_snapshot_are_too_much_at_the_next_save() {
        let mut history = told(Some(10));
        apply_all(&mut history, 1..=10);
        history.at(10).save(0).at(20).apply(0, 11, 1).save(1).at(1_019).save(0).at(1_020).save(0);
        let violation = history.illegal(1_020, &[0]);
        assert_says(&violation, "1s before, its service had applied 11 commands since index 1, 88 bytes");
        assert_says(&violation, "80 bytes are the most that is allowed");
    }

    #[test]
    fn who_gets_a_long_log_at_once_has_time_to_cut_it() {
        let mut history = told(Some(10));
        history.at(5_000);
        apply_all(&mut history, 1..=1_000);
        history.save(0).at(5_999).save(0).take_snapshot(0, 1_000, b"all").at(9_000).save(0).legal();
    }

    #[test]
    fn a_snapshot_of_less_does_not_help() {
        let mut history = told(Some(10));
        apply_all(&mut history, 1..=12);
        history.take_snapshot(0, 1, b"one").at(1_000).save(0);
        assert_says(&history.illegal(1_000, &[0]), "since index 2, 88 bytes");
    }

    #[test]
    fn what_a_snapshot_from_raft_or_another_life_stands_for_does_not_count() {
        let mut history = told(Some(10));
        apply_all(&mut history, 1..=10);
        history.apply_snapshot(0, 20, b"twenty");
        apply_all(&mut history, 21..=30);
        history.at(2_000).save(0).crash(0).start(0);
        apply_all(&mut history, 21..=30);
        history.at(4_000).save(0).legal();
    }

    #[test]
    fn where_no_snapshots_are_wanted_any_is_one_too_many_and_logs_may_grow() {
        let mut history = told(None);
        apply_all(&mut history, 1..=100);
        history.save(0).at(30).take_snapshot(0, 9, b"nine");
        assert_says(&history.illegal(30, &[0]), "there are to be none");
    }

    #[test]
    fn the_testers_own_service_is_not_judged() {
        let mut history = History::new(SizeLimit::default(), 3);
        apply_all(&mut history, 1..=100);
        history.save(0).take_snapshot(0, 9, b"nine").legal();
    }
}
