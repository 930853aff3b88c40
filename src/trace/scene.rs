//! What every server was at one instant, put together from the events until then.

use std::fmt;

use super::{Event, Inspection, LogChange, Progress, Role, Sink};
use crate::base::{Incarnation, Index, Instant, ServerId, Term};

/// Runs of entries of one term that are shown of a log's end.
const RUNS_SHOWN: usize = 4;

/// A cluster at one instant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scene {
    /// What comes after it is not looked at; none for the run's end.
    until: Option<Instant>,
    /// When the last event happened that was looked at.
    now: Instant,
    /// Something happened after `until`.
    goes_on: bool,
    unreliable: bool,
    reordering: bool,
    standings: Vec<Standing>,
}

/// One server at one instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The server, and its present or latest life.
    pub server: Incarnation,
    /// Whether it runs.
    pub condition: Condition,
    /// Whether it can talk to other servers.
    pub is_connected: bool,
    /// The term that it reports, and whether it says that it leads; none before it has been asked.
    pub reported: Option<(Term, bool)>,
    /// The index that its service took last; 0 if none in this life.
    pub applied: Index,
    /// What its glass box shows; none if it has none.
    pub shown: Option<ShownState>,
}

/// Whether a server runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Condition {
    /// Not started yet, or crashed.
    #[default]
    Down,
    /// It is up, but stands still.
    Paused,
    /// It runs.
    Up,
}

/// What a server's glass box showed last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ShownState {
    /// Its state.
    pub inspection: Inspection,
    /// The terms of the entries after its base.
    pub terms: Vec<Term>,
    /// The term of the entry at its base.
    pub base_term: Term,
    /// What a leader keeps of each server, by number; empty if it does not lead.
    pub progress: Vec<Progress>,
}

impl Scene {
    /// The scene at this instant, after everything that happens at it.
    pub fn at(instant: Instant) -> Scene {
        Scene { until: Some(instant), ..Scene::default() }
    }

    /// The servers, by number.
    pub fn servers(&self) -> &[Standing] {
        &self.standings
    }

    /// When this is: the instant that was asked for, or that of the last event.
    pub fn instant(&self) -> Instant {
        self.until.unwrap_or(self.now)
    }

    /// When the last event happened that was looked at.
    pub fn last_event(&self) -> Instant {
        self.now
    }

    /// Whether nothing happened after the instant that was asked for.
    pub fn has_ended(&self) -> bool {
        !self.goes_on
    }

    fn of(&mut self, server: ServerId) -> Option<&mut Standing> {
        self.standings.get_mut(server.number())
    }

    fn begin(&mut self, servers: usize) {
        self.standings = (0..servers).map(|number| Standing::down(ServerId::new(number))).collect();
    }

    fn set_condition(&mut self, server: Incarnation, condition: Condition) {
        if let Some(standing) = self.of(server.server) {
            standing.condition = condition;
        }
    }

    fn set_connected(&mut self, server: ServerId, is_connected: bool) {
        if let Some(standing) = self.of(server) {
            standing.is_connected = is_connected;
        }
    }

    fn set_applied(&mut self, server: Incarnation, index: Index) {
        if let Some(standing) = self.of(server.server) {
            standing.applied = index;
        }
    }

    fn start(&mut self, server: Incarnation) {
        if let Some(standing) = self.of(server.server) {
            *standing = Standing { server, condition: Condition::Up, ..Standing::down(server.server) };
        }
    }
}

impl Sink for Scene {
    fn event(&mut self, at: Instant, event: &Event<'_>) {
        if self.until.is_some_and(|until| at > until) {
            self.goes_on = true;
            return;
        }
        self.now = at;
        match *event {
            Event::Began { servers } => self.begin(servers),
            Event::Started { server } => self.start(server),
            Event::Crashed { server } => self.set_condition(server, Condition::Down),
            Event::Paused { server } => self.set_condition(server, Condition::Paused),
            Event::Resumed { server } => self.set_condition(server, Condition::Up),
            Event::Connected { server } => self.set_connected(server, true),
            Event::Disconnected { server } => self.set_connected(server, false),
            Event::NetworkChanged { reliable, reordering } => {
                (self.unreliable, self.reordering) = (!reliable, reordering);
            }
            Event::StateChanged { server, term, is_leader } => {
                if let Some(standing) = self.of(server.server) {
                    standing.reported = Some((term, is_leader));
                }
            }
            Event::Applied { server, index, .. }
            | Event::SnapshotApplied { server, index, .. }
            | Event::SnapshotRestored { server, index, .. } => self.set_applied(server, index),
            Event::Inspected { server, inspection, log, progress } => {
                if let Some(standing) = self.of(server.server) {
                    standing.shown.get_or_insert_default().update(inspection, log, progress);
                }
            }
            _ => {}
        }
    }
}

impl Standing {
    fn down(server: ServerId) -> Standing {
        Standing {
            server: Incarnation { server, life: 0 },
            condition: Condition::Down,
            is_connected: false,
            reported: None,
            applied: 0,
            shown: None,
        }
    }

    /// What it is to the others, in a word.
    fn role(&self) -> &'static str {
        let role = self.shown.as_ref().map(|shown| shown.inspection.role);
        match (role, self.reported) {
            (Some(Role::Leader), _) | (None, Some((_, true))) => "leader",
            (Some(Role::Candidate), _) => "candidate",
            (Some(Role::Follower), _) => "follower",
            (None, Some((_, false))) => "no leader",
            (None, None) => "unknown",
        }
    }

    fn term(&self) -> Option<Term> {
        let shown = self.shown.as_ref().map(|shown| shown.inspection.current_term);
        shown.or(self.reported.map(|(term, _)| term))
    }
}

impl ShownState {
    fn update(&mut self, inspection: &Inspection, log: LogChange<'_>, progress: &[Progress]) {
        let base = inspection.base_index;
        let compacted = base.saturating_sub(self.inspection.base_index) as usize;
        if base < self.inspection.base_index {
            self.terms.clear();
        }
        self.terms.drain(..compacted.min(self.terms.len()));
        self.terms.truncate(log.kept.saturating_sub(base) as usize);
        self.terms.extend(log.terms);
        self.base_term = log.base_term;
        self.inspection = *inspection;
        self.progress.clear();
        self.progress.extend(progress);
    }

    /// When it starts an election, or what it keeps of the others.
    fn outlook(&self, me: ServerId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(deadline) = self.inspection.election_deadline {
            write!(f, "  election at {deadline}")?;
        }
        let others = self.progress.iter().enumerate().filter(|(number, _)| *number != me.number());
        for (number, Progress { next_index, match_index }) in others {
            write!(f, "  S{number}: next {next_index} match {match_index}")?;
        }
        Ok(())
    }

    /// The log as runs of entries of one term: first and last index, and the term.
    fn runs(&self) -> Vec<(Index, Index, Term)> {
        let mut runs: Vec<(Index, Index, Term)> = Vec::new();
        for (index, term) in (self.inspection.base_index + 1..).zip(&self.terms) {
            match runs.last_mut() {
                Some((_, last, of)) if of == term => *last = index,
                _ => runs.push((index, index, *term)),
            }
        }
        runs
    }
}

impl fmt::Display for Scene {
    /// A line per server, and one for the network if it is not reliable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for standing in &self.standings {
            writeln!(f, "{standing}")?;
        }
        match (self.unreliable, self.reordering) {
            (false, false) => Ok(()),
            (true, false) => writeln!(f, "the network is unreliable"),
            (false, true) => writeln!(f, "the network holds replies back"),
            (true, true) => writeln!(f, "the network is unreliable and holds replies back"),
        }
    }
}

impl fmt::Display for Standing {
    /// `S1.2  follower   T3  voted S0  log 1-4:T1 5-6:T3  commit 5  applied 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.server.to_string();
        if self.server.life == 0 {
            return write!(f, "{name:<5} not started yet");
        }
        let role = if self.condition == Condition::Down { "down" } else { self.role() };
        write!(f, "{name:<5} {role:<9}")?;
        if let Some(term) = self.term() {
            write!(f, " T{term}")?;
        }
        if self.condition == Condition::Paused {
            f.write_str("  paused")?;
        }
        if self.condition != Condition::Down && !self.is_connected {
            f.write_str("  cut off")?;
        }
        if let Some(shown) = &self.shown {
            write!(f, "{shown}")?;
        }
        write!(f, "  applied {}", self.applied)?;
        match &self.shown {
            // Timers and what a leader keeps of others ended with it.
            Some(shown) if self.condition != Condition::Down => shown.outlook(self.server.server, f),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ShownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inspection { voted_for, base_index, commit_index, .. } = self.inspection;
        if let Some(candidate) = voted_for {
            write!(f, "  voted {candidate}")?;
        }
        f.write_str("  log")?;
        let runs = self.runs();
        if base_index > 0 {
            write!(f, " snapshot through {base_index}/T{}", self.base_term)?;
        } else if runs.is_empty() {
            f.write_str(" empty")?;
        }
        let hidden = runs.len().saturating_sub(RUNS_SHOWN);
        if hidden > 0 {
            f.write_str(" …")?;
        }
        for (first, last, term) in &runs[hidden..] {
            if first == last { write!(f, " {first}:T{term}")? } else { write!(f, " {first}-{last}:T{term}")? }
        }
        write!(f, "  commit {commit_index}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S0: Incarnation = Incarnation { server: ServerId::new_const(0), life: 1 };
    const S1: Incarnation = Incarnation { server: ServerId::new_const(1), life: 1 };

    fn scene(until: u64, events: &[(u64, Event<'_>)]) -> Scene {
        let mut scene = Scene::at(Instant::from_millis(until));
        events.iter().for_each(|(at, event)| scene.event(Instant::from_millis(*at), event));
        scene
    }

    fn inspected<'a>(inspection: &'a Inspection, kept: Index, terms: &'a [Term]) -> Event<'a> {
        Event::Inspected { server: S0, inspection, log: LogChange { base_term: 1, kept, terms }, progress: &[] }
    }

    #[test]
    fn servers_come_go_and_are_cut_off() {
        let events = [
            (0, Event::Began { servers: 2 }),
            (0, Event::Started { server: S0 }),
            (0, Event::Connected { server: S0.server }),
            (10, Event::StateChanged { server: S0, term: 3, is_leader: true }),
            (20, Event::Started { server: S1 }),
            (30, Event::Crashed { server: S1 }),
            (30, Event::Disconnected { server: S0.server }),
            (40, Event::Paused { server: S0 }),
        ];
        assert_eq!(scene(10, &events).to_string(), "S0.1  leader    T3  applied 0\nS1.0  not started yet\n");
        assert_eq!(
            scene(20, &events).to_string(),
            "S0.1  leader    T3  applied 0\nS1.1  unknown    cut off  applied 0\n"
        );
        assert_eq!(
            scene(30, &events).to_string(),
            "S0.1  leader    T3  cut off  applied 0\nS1.1  down       applied 0\n"
        );
        assert!(scene(99, &events).to_string().starts_with("S0.1  leader    T3  paused  cut off"));
    }

    #[test]
    fn a_log_is_followed_and_its_end_is_shown() {
        let state =
            |base_index, last_index| Inspection { current_term: 6, base_index, last_index, ..Inspection::default() };
        let (first, second, third) = (state(0, 6), state(0, 5), state(3, 5));
        let mut events = vec![
            (0, Event::Began { servers: 1 }),
            (0, Event::Started { server: S0 }),
            (1, inspected(&first, 0, &[1, 1, 2, 3, 4, 5])),
        ];
        assert!(scene(1, &events).to_string().contains("log … 3:T2 4:T3 5:T4 6:T5  commit 0"), "{}", scene(1, &events));
        events.push((2, inspected(&second, 3, &[6, 6])));
        assert!(scene(2, &events).to_string().contains("log 1-2:T1 3:T2 4-5:T6  commit 0"), "{}", scene(2, &events));
        events.push((3, inspected(&third, 5, &[])));
        let text = scene(3, &events).to_string();
        assert!(text.contains("follower  T6  cut off  log snapshot through 3/T1 4-5:T6"), "{text}");
    }

    #[test]
    fn what_comes_later_is_not_seen() {
        let events = [(5, Event::NetworkChanged { reliable: false, reordering: false })];
        assert_eq!(scene(4, &events).to_string(), "");
        assert_eq!(scene(5, &events).to_string(), "the network is unreliable\n");
    }
}
