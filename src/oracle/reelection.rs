//! Re-election: a majority that can talk to each other has a leader within five seconds.
//!
//! Source: the lab's text ("elects a new leader within five seconds of a failure"), made exact by
//! `lab-spec` §4.2, rule E. Knows who is live, in which term, and who says that it leads; knows
//! nothing of votes and logs. Measures every election, also where the lab promises nothing.

use std::time::Duration;

use super::members::{Change, Members};
use super::{Oracle, Violation};
use crate::base::{Instant, ServerId, Term};
use crate::trace::Event;

pub(super) const RULE: &str = "re-election";

/// How long a majority may be without a leader.
pub const ELECTION_BOUND: Duration = Duration::from_secs(5);

/// Watches, and measures, how long a majority is without a serving leader: a live server that
/// leads in a term that no live server is beyond.
///
/// The clock starts over whenever the set of live servers changes, because an election may then
/// have to start over; without a majority there is none. While the network is unreliable or
/// reorders, several rounds of an election may be lost, so the clock only records.
#[derive(Debug)]
pub struct Reelection {
    members: Members,
    vacancy: Option<Vacancy>,
    /// When the vacancy breaks the rule; later than any run if it cannot.
    /// Invariant: kept up to date with `vacancy` and the kind of the network.
    deadline: Instant,
    durations: Vec<Duration>,
}

/// A majority without a serving leader.
#[derive(Clone, Copy, Debug)]
struct Vacancy {
    since: Instant,
    cause: Cause,
    /// The highest term of those that could talk to each other.
    term: Term,
}

/// What made the clock start, or start over.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Constructed,
    Gone(ServerId),
    Came(ServerId),
    Reported(ServerId, Term),
    NetworkChanged,
}

const NEVER: Instant = Instant::from_micros(u64::MAX);

impl Default for Reelection {
    fn default() -> Reelection {
        Reelection { members: Members::default(), vacancy: None, deadline: NEVER, durations: Vec::new() }
    }
}

impl Reelection {
    /// How long each election took that ended with a serving leader: from the instant at which a
    /// majority was without one, or at which its members last changed.
    pub fn durations(&self) -> &[Duration] {
        &self.durations
    }

    /// Looks at the clock before anything happens at `at`. Cheap: called at every event.
    #[inline]
    pub(super) fn check_clock(&self, at: Instant) -> Result<(), Violation> {
        if at < self.deadline { Ok(()) } else { Err(self.late()) }
    }

    /// Takes note of an event without looking at the clock.
    pub(super) fn note(&mut self, at: Instant, event: &Event<'_>) {
        match self.members.observe(event) {
            Change::Nothing => return,
            Change::Report(server) => self.reported(at, server.server),
            Change::Live(server) => self.live_changed(at, server),
            Change::Constructed => self.begin_if_vacant(at, Cause::Constructed),
            Change::Network => self.network_changed(at),
        }
        self.deadline = match self.vacancy {
            Some(vacancy) if self.members.is_network_steady() => vacancy.since + ELECTION_BOUND,
            _ => NEVER,
        };
    }

    /// An election may have ended, or become necessary.
    fn reported(&mut self, at: Instant, server: ServerId) {
        match self.vacancy {
            None => {
                let term = self.members.live().find(|(live, _)| live.server == server).map_or(0, |(_, term)| term);
                self.begin_if_vacant(at, Cause::Reported(server, term));
            }
            Some(vacancy) if !self.is_vacant() => {
                self.durations.push(at.since(vacancy.since));
                self.vacancy = None;
            }
            Some(_) => {}
        }
    }

    /// Other servers can talk to each other now: whatever time was counted is void. A leader that
    /// came back was not elected, so nothing is recorded for it.
    fn live_changed(&mut self, at: Instant, server: ServerId) {
        self.vacancy = None;
        let cause = if self.members.is_live(server) { Cause::Came(server) } else { Cause::Gone(server) };
        self.begin_if_vacant(at, cause);
    }

    /// Time that passed while messages were lost does not count against the bound.
    fn network_changed(&mut self, at: Instant) {
        if self.members.is_network_steady() && self.vacancy.is_some() {
            self.begin_if_vacant(at, Cause::NetworkChanged);
        }
    }

    fn begin_if_vacant(&mut self, at: Instant, cause: Cause) {
        if self.is_vacant() {
            self.vacancy = Some(Vacancy { since: at, cause, term: self.highest_term() });
        }
    }

    fn highest_term(&self) -> Term {
        self.members.live().map(|(_, term)| term).max().unwrap_or(0)
    }

    fn is_vacant(&self) -> bool {
        self.members.is_constructed() && self.members.has_quorum() && self.members.serving_leader().is_none()
    }

    #[cold]
    fn late(&self) -> Violation {
        let servers: Vec<ServerId> = self.members.live().map(|(live, _)| live.server).collect();
        let terms: Vec<String> = self.members.live().map(|(live, term)| format!("{live} in term {term}")).collect();
        let mut evidence = Vec::new();
        if let Some(Vacancy { since, cause, term }) = self.vacancy {
            let (live, all) = (servers.len(), self.members.servers());
            evidence.push(format!(
                "{cause} at {since}; from then on the {live} of {all} servers {servers:?} could talk to each other, \
                 and had no leader"
            ));
            let rise = self.highest_term().saturating_sub(term);
            evidence.push(format!("meanwhile their highest term has risen by {rise}"));
        }
        evidence.push(format!("{} s later still none of them serves: {}", ELECTION_BOUND.as_secs(), terms.join(", ")));
        Violation { rule: RULE, at: self.deadline, servers, evidence }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cause::Constructed => write!(f, "the cluster was complete"),
            Cause::Gone(server) => write!(f, "{server} was crashed or cut off"),
            Cause::Came(server) => write!(f, "{server} was connected"),
            Cause::Reported(server, term) => write!(f, "{server} reported term {term} without leading it"),
            Cause::NetworkChanged => write!(f, "the network became reliable"),
        }
    }
}

impl Oracle for Reelection {
    fn rule(&self) -> &'static str {
        RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.check_clock(at)?;
        self.note(at, event);
        Ok(())
    }

    fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.check_clock(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::{History, assert_says};

    fn cluster(servers: usize) -> History<Reelection> {
        History::new(Reelection::default(), servers)
    }

    /// Three servers, of which S0 leads term 1 from 300 ms on.
    fn led() -> History<Reelection> {
        let mut history = cluster(3);
        history.at(300).elected(0, 1);
        history
    }

    fn durations(history: &mut History<Reelection>) -> Vec<u64> {
        history.legal().durations().iter().map(|duration| duration.as_millis() as u64).collect()
    }

    #[test]
    fn elections_in_time_are_legal_and_measured() {
        let mut history = led();
        history.at(1_000).disconnect(0).at(1_400).state(1, 2, false).at(1_410).state(1, 2, true).at(9_000);
        assert_eq!(durations(&mut history), [300, 410]);
    }

    #[test]
    fn the_clock_runs_from_the_end_of_construction() {
        let mut history = cluster(3);
        history.at(5_001).state(0, 1, true);
        assert_says(&history.illegal(5_000, &[0, 1, 2]), "the cluster was complete at 000.000000");
    }

    #[test]
    fn nothing_is_judged_before_construction() {
        let mut history = History::unborn(Reelection::default(), 3);
        (0..3).for_each(|number| {
            history.start(number).state(number, 0, false).connect(number);
        });
        history.at(60_000).legal();
    }

    #[test]
    fn exactly_five_seconds_are_too_long() {
        led().at(1_000).disconnect(0).at_micros(5_999_999).state(1, 2, true).legal();
        let mut history = led();
        history.at(1_000).disconnect(0).at(6_000).state(1, 2, true);
        let violation = history.illegal(6_000, &[1, 2]);
        assert_says(&violation, "S0 was crashed or cut off at 001.000000; from then on the 2 of 3 servers [S1, S2]");
        assert_says(&violation, "meanwhile their highest term has risen by 0");
        assert_says(&violation, "5 s later still none of them serves: S1.1 in term 1, S2.1 in term 1");
    }

    #[test]
    fn the_end_of_the_run_is_looked_at_too() {
        led().at(1_000).crash(0).at(5_999).legal();
        led().at(1_000).crash(0).at(7_000).illegal(6_000, &[1, 2]);
    }

    #[test]
    fn without_a_majority_there_is_no_verdict() {
        let mut history = led();
        history.at(1_000).disconnect(0).at(3_000).disconnect(1).at(60_000).connect(1).at(60_300).state(2, 5, true);
        assert_eq!(durations(&mut history), [300, 300]);
    }

    #[test]
    fn any_change_of_the_live_servers_starts_the_clock_over() {
        let mut history = cluster(5);
        history.at(300).elected(0, 1).at(1_000).disconnect(0).at(5_500).crash(1).at(9_000).start(1).state(1, 1, false);
        history.connect(1).at(13_900).state(1, 2, true);
        assert_eq!(durations(&mut history), [300, 4_900]);
    }

    #[test]
    fn a_change_that_leaves_the_live_servers_as_they_were_does_not() {
        // S0 is cut off already: that it crashes and starts again helps nobody.
        led().at(1_000).disconnect(0).at(4_000).crash(0).at(5_000).start(0).at(7_000).illegal(6_000, &[1, 2]);
    }

    #[test]
    fn a_cut_off_leader_does_not_serve() {
        let mut history = led();
        history.at(1_000).disconnect(0).at(2_000).state(0, 1, true).at(6_500).illegal(6_000, &[1, 2]);
    }

    #[test]
    fn a_leader_below_the_term_of_a_live_server_does_not_serve() {
        let mut history = led();
        history.at(1_000).state(2, 9, false).at(6_500);
        assert_says(&history.illegal(6_000, &[0, 1, 2]), "S2 reported term 9 without leading it at 001.000000");
    }

    #[test]
    fn a_leader_that_comes_back_ends_the_clock_but_is_no_election() {
        let mut history = led();
        history.at(1_000).disconnect(0).at(2_000).connect(0).at(60_000);
        assert_eq!(durations(&mut history), [300]);
    }

    #[test]
    fn while_messages_are_lost_time_is_only_recorded() {
        for (reliable, reordering) in [(false, false), (true, true), (false, true)] {
            let mut history = led();
            history.at(500).network(reliable, reordering).at(1_000).disconnect(0).at(9_000).state(1, 2, true);
            assert_eq!(durations(&mut history), [300, 8_000]);
        }
    }

    #[test]
    fn the_clock_starts_over_when_the_network_becomes_reliable() {
        let mut history = led();
        history
            .network(false, false)
            .at(1_000)
            .disconnect(0)
            .at(4_000)
            .network(true, false)
            .at(8_900)
            .state(1, 2, true);
        assert_eq!(durations(&mut history), [300, 4_900]);
        let mut history = led();
        history.network(false, false).at(1_000).disconnect(0).at(4_000).network(true, false).at(9_000);
        assert_says(&history.illegal(9_000, &[1, 2]), "the network became reliable at 004.000000");
    }

    #[test]
    fn a_reliable_network_that_is_made_reliable_changes_nothing() {
        led().at(1_000).disconnect(0).at(4_000).network(true, false).at(7_000).illegal(6_000, &[1, 2]);
    }
}
