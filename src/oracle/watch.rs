//! All oracles at one run's stream.
//!
//! Decides only who hears of which event: a run has a few hundred thousand, most of which concern
//! one or two rules. No rule lives here.

use std::time::Duration;

use super::apply_order::{self, ApplyOrder};
use super::catch_up::{self, CatchUp};
use super::election_safety::{self, ElectionSafety};
use super::first_heartbeat::{self, FirstHeartbeat};
use super::glass::{self, GlassRules};
use super::heartbeats;
use super::idle_traffic;
use super::linearizable::{self, Linearizable};
use super::message_roles::{self, MessageRoles};
use super::quorum::{self, QuorumCertificate};
use super::reelection::{self, Reelection};
use super::size_limit::{self, SizeLimit};
use super::snapshot_prefix::{self, SnapshotPrefix};
use super::snapshot_traffic::{self, SnapshotTraffic};
use super::stable_leader::{self, StableLeader};
use super::state_machine_safety::{self, StateMachineSafety};
use super::term_monotonic::{self, TermMonotonic};
use super::term_rule::{self, TermRule};
use super::traffic::Traffic;
use super::vote_uniqueness::{self, VoteUniqueness};
use super::{Oracle, Shown, Violation};
use crate::base::Instant;
use crate::trace::{Event, RpcKind, Sink};

/// A rule that is checked in every run, for help texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its name, as in [`Violation::rule`].
    pub name: &'static str,
    /// What it demands.
    pub says: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// What it needs of a submission.
    pub needs: Needs,
}

/// What a rule needs of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: the rule watches every submission.
    Nothing,
    /// Requests and replies that describe themselves (`Rpc::describe`, `Rpc::describe_reply`): others
    /// are not checked.
    Descriptions,
    /// A glass box (`Raft::inspect`), and descriptions.
    Inspection,
    /// A glass box that says what saved bytes mean (`Inspect::saved`), and descriptions.
    SavedState,
}

impl Needs {
    /// What an implementation must give, in its words; none if nothing.
    pub fn in_words(self) -> Option<&'static str> {
        match self {
            Needs::Nothing => None,
            Needs::Descriptions => Some("`Rpc::describe` and `Rpc::describe_reply`"),
            Needs::Inspection => Some("`Raft::inspect` and descriptions"),
            Needs::SavedState => Some("`Raft::inspect` with `Inspect::saved`, and descriptions"),
        }
    }
}

/// The rules that are checked in every run, in the order of the table in the module's head.
pub fn rules() -> impl Iterator<Item = Rule> {
    OUTSIDE.into_iter().chain(glass::RULES)
}

/// Those that see what anybody sees.
const OUTSIDE: [Rule; 20] = [
    Rule {
        name: election_safety::RULE,
        says: "no term ever has two leaders",
        source: "Raft paper, Figure 3",
        needs: Needs::Nothing,
    },
    Rule {
        name: term_monotonic::RULE,
        says: "a server's term never goes down, also over restarts",
        source: "Raft paper, Figure 2",
        needs: Needs::Nothing,
    },
    Rule {
        name: state_machine_safety::RULE,
        says: "the command at an index is the same on every server, for ever",
        source: "Raft paper, Figure 3",
        needs: Needs::Nothing,
    },
    Rule {
        name: apply_order::RULE,
        says: "every life of a server applies the log in order and without gaps",
        source: "Raft paper, Figure 2; lab 2D",
        needs: Needs::Nothing,
    },
    Rule {
        name: snapshot_prefix::RULE,
        says: "all snapshots through one index are the same, and a service made them",
        source: "Raft paper, Figure 13; lab 2D",
        needs: Needs::Nothing,
    },
    Rule {
        name: vote_uniqueness::RULE,
        says: "in each term a server votes for at most one candidate, also over restarts",
        source: "Raft paper, §5.2",
        needs: Needs::Descriptions,
    },
    Rule {
        name: quorum::RULE,
        says: "who becomes leader of a term has the votes of a majority in that term",
        source: "Raft paper, §5.2",
        needs: Needs::Descriptions,
    },
    Rule {
        name: message_roles::RULE,
        says: "only a term's leader sends its appends and snapshots, only its candidates ask for votes",
        source: "Raft paper, §5.1",
        needs: Needs::Descriptions,
    },
    Rule {
        name: term_rule::RULE,
        says: "a server adopts the term of what it answers, and serves nobody from an earlier term",
        source: "Raft paper, Figure 2",
        needs: Needs::Descriptions,
    },
    Rule {
        name: heartbeats::RULE,
        says: "a leader sends a peer at most 10 heartbeats in any second",
        source: "lab 2A",
        needs: Needs::Descriptions,
    },
    Rule {
        name: idle_traffic::RULE,
        says: "in an idle cluster the leader sends a peer at most 10 requests in any second, nobody else sends any",
        source: "lab 2A",
        needs: Needs::Nothing,
    },
    Rule {
        name: reelection::RULE,
        says: "a majority that can communicate has a leader within 5 s",
        source: "lab 2A",
        needs: Needs::Nothing,
    },
    Rule {
        name: stable_leader::RULE,
        says: "a leader whom all hear stays, as long as there is no fault",
        source: "lab 2A",
        needs: Needs::Nothing,
    },
    Rule {
        name: catch_up::RULE,
        says: "without a fault, who has not yet applied what the leader accepted goes on within 10 s",
        source: "lab 2B; Raft paper, §5.3",
        needs: Needs::Nothing,
    },
    Rule {
        name: first_heartbeat::RULE,
        says: "a new leader speaks to every peer at once",
        source: "Raft paper, Figure 2",
        needs: Needs::Nothing,
    },
    Rule {
        name: snapshot_traffic::RULE,
        says: "nobody sends a peer the same snapshot more than 20 times in any second",
        source: "Raft paper, §7",
        needs: Needs::Descriptions,
    },
    Rule {
        name: linearizable::EXACTLY_ONCE,
        says: "every write of a client takes effect once, however often it is sent",
        source: "lab 3A; Raft paper, §8",
        needs: Needs::Nothing,
    },
    Rule {
        name: linearizable::STALE_READ,
        says: "a read shows every write that was over before it",
        source: "lab 3A; Raft paper, §8",
        needs: Needs::Nothing,
    },
    Rule {
        name: linearizable::RULE,
        says: "every operation takes effect at one instant between its call and its return",
        source: "lab 3A; Herlihy and Wing 1990",
        needs: Needs::Nothing,
    },
    Rule {
        name: size_limit::RULE,
        says: "a service gives Raft snapshots in time, and none where there are to be none",
        source: "lab 3B",
        needs: Needs::Nothing,
    },
];

/// Watches a run with all oracles, up to the first violation.
#[derive(Debug, Default)]
pub struct Watch {
    violation: Option<Violation>,
    shown: Shown,
    election_safety: ElectionSafety,
    term_monotonic: TermMonotonic,
    state_machine_safety: StateMachineSafety,
    apply_order: ApplyOrder,
    snapshot_prefix: SnapshotPrefix,
    vote_uniqueness: VoteUniqueness,
    quorum: QuorumCertificate,
    message_roles: MessageRoles,
    term_rule: TermRule,
    traffic: Traffic,
    reelection: Reelection,
    stable_leader: StableLeader,
    catch_up: CatchUp,
    first_heartbeat: FirstHeartbeat,
    snapshot_traffic: SnapshotTraffic,
    linearizable: Linearizable,
    size_limit: SizeLimit,
    glass: GlassRules,
}

impl Watch {
    /// A watch with all oracles, before the run's first event.
    pub fn all() -> Watch {
        Watch { shown: Shown::watched(), ..Watch::default() }
    }

    /// What the implementation has given to the rules.
    pub fn shown(&self) -> Shown {
        self.shown
    }

    /// The first violation, if there was one.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Says that the run has ended at `at`.
    pub fn finish(&mut self, at: Instant) {
        if self.violation.is_none() {
            self.violation = self.last_look(at).err();
        }
    }

    /// How long each election took, up to the first violation.
    pub fn reelections(&self) -> &[Duration] {
        self.reelection.durations()
    }

    /// What could not be decided although the run has ended, in words: nothing was broken, but it did not
    /// pass either.
    pub fn undecided(&self) -> Option<&str> {
        self.linearizable.undecided()
    }

    /// What is complete already but was not brought to light by an event. Of the rules about messages
    /// and leaders at most one is broken: `reelection` needs that there is no serving leader, the two
    /// before it that there is one. What clients were told comes last: it is what the others lead to.
    fn last_look(&mut self, at: Instant) -> Result<(), Violation> {
        self.glass.finish(at)?;
        self.message_roles.finish(at)?;
        self.term_rule.finish(at)?;
        self.traffic.finish(at)?;
        self.catch_up.finish(at)?;
        self.reelection.finish(at)?;
        self.linearizable.finish(at)
    }

    /// Who hears of which event.
    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        // Log lines are only written for somebody who reads them; whether they are must make no difference,
        // also not to when a clock is looked at.
        if matches!(event, Event::Log { .. }) {
            return Ok(());
        }
        self.reelection.check_clock(at)?;
        self.catch_up.check_clock(at)?;
        self.first_heartbeat.check_clock(at)?;
        self.outside(at, event)?;
        self.glass.observe(at, event)
    }

    /// The rules that see what anybody sees. They are asked first: what they say needs no trust in
    /// a glass box.
    fn outside(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        match event {
            Event::RequestSent { .. } => {
                self.first_heartbeat.note(at, event);
                self.snapshot_traffic.observe(at, event)?;
                self.request(at, event)
            }
            Event::RequestDelivered { .. } => self.request(at, event),
            Event::ReplySent { .. } => {
                self.stable_leader.observe(at, event)?;
                self.messages(at, event)
            }
            Event::ReplyHeld { .. } | Event::CallFailed { .. } => self.traffic.observe(at, event),
            Event::ReplyDelivered { .. } => self.reply(at, event),
            Event::CommandAccepted { .. } => {
                self.catch_up.note(at, event);
                self.traffic.observe(at, event)
            }
            Event::Applied { .. } => self.command(at, event),
            Event::SnapshotTaken { .. } | Event::SnapshotApplied { .. } => self.snapshot(at, event),
            Event::SnapshotRestored { .. } => self.snapshot(at, event),
            Event::StateChanged { .. } => self.report(at, event),
            Event::Began { .. } | Event::Constructed | Event::NetworkChanged { .. } => self.cluster(at, event),
            Event::Started { .. } | Event::Crashed { .. } => self.cluster(at, event),
            Event::Connected { .. } | Event::Disconnected { .. } => self.cluster(at, event),
            Event::Step { .. } | Event::CheckFailed { .. } | Event::Log { .. } => Ok(()),
            Event::Inspected { .. } => {
                self.catch_up.note(at, event);
                self.stable_leader.observe(at, event)
            }
            Event::SavedInspected { .. } => Ok(()),
            Event::Paused { .. } | Event::Resumed { .. } => {
                self.first_heartbeat.note(at, event);
                self.traffic.observe(at, event)
            }
            Event::Saved { .. } => self.saved(at, event),
            Event::OwnService { .. } => {
                self.snapshot_prefix.observe(at, event)?;
                self.size_limit.observe(at, event)
            }
            Event::OperationBegan { .. } | Event::OperationEnded { .. } => self.linearizable.observe(at, event),
            // How a clerk goes about it is its own business.
            Event::Client { .. } => Ok(()),
            Event::Lost { .. } => Ok(()),
        }
    }

    fn saved(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.vote_uniqueness.observe(at, event)?;
        self.size_limit.observe(at, event)
    }

    fn reply(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.quorum.observe(at, event)?;
        self.traffic.observe(at, event)
    }

    fn command(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.state_machine_safety.observe(at, event)?;
        self.apply_order.observe(at, event)?;
        self.size_limit.observe(at, event)?;
        self.catch_up.note(at, event);
        self.traffic.observe(at, event)
    }

    fn snapshot(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.apply_order.observe(at, event)?;
        self.snapshot_prefix.observe(at, event)?;
        self.size_limit.observe(at, event)?;
        self.catch_up.note(at, event);
        self.traffic.observe(at, event)
    }

    fn request(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.messages(at, event)?;
        self.traffic.observe(at, event)
    }

    fn report(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.election_safety.observe(at, event)?;
        self.term_monotonic.observe(at, event)?;
        self.cluster(at, event)
    }

    fn cluster(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.size_limit.observe(at, event)?;
        self.reelection.note(at, event);
        self.catch_up.note(at, event);
        self.first_heartbeat.note(at, event);
        self.stable_leader.observe(at, event)?;
        self.messages(at, event)?;
        self.traffic.observe(at, event)
    }

    /// The rules about what messages say.
    fn messages(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        if !is_replication(event) {
            self.vote_uniqueness.observe(at, event)?;
            self.quorum.observe(at, event)?;
        }
        self.message_roles.observe(at, event)?;
        self.term_rule.observe(at, event)
    }
}

/// Whether an event is about a message that can have nothing to do with votes, as most are.
fn is_replication(event: &Event<'_>) -> bool {
    match event {
        Event::RequestSent { call, .. } | Event::RequestDelivered { call, .. } | Event::ReplySent { call, .. } => {
            matches!(call.kind, RpcKind::AppendEntries | RpcKind::InstallSnapshot)
        }
        _ => false,
    }
}

impl Sink for Watch {
    fn event(&mut self, at: Instant, event: &Event<'_>) {
        if self.violation.is_none() {
            self.shown.observe(event);
            self.violation = self.observe(at, event).err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::History;
    use crate::trace::Description;

    /// A watch, told a history like any oracle.
    #[derive(Default)]
    struct Watched(Watch);

    impl Oracle for Watched {
        fn rule(&self) -> &'static str {
            self.0.violation().map_or("none", |violation| violation.rule)
        }

        fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
            self.0.event(at, event);
            self.0.violation().cloned().map_or(Ok(()), Err)
        }

        fn finish(&mut self, at: Instant) -> Result<(), Violation> {
            self.0.finish(at);
            self.0.violation().cloned().map_or(Ok(()), Err)
        }
    }

    const SNAPSHOT: Description =
        Description::InstallSnapshot { term: 1, last_included_index: 9, last_included_term: 1, size: 100 };

    /// Three servers; S0 leads term 1 from 300 ms on.
    fn led() -> History<Watched> {
        let mut history = History::new(Watched::default(), 3);
        history.at(300).elected(0, 1).heartbeats(0, 1, 300, 2_300, 100);
        history
    }

    /// Whether a trace is written must make no difference to a run, and log lines are only there if one is.
    #[test]
    fn log_lines_let_no_rule_speak() {
        let mut watch = Watch::all();
        let server = |number| crate::base::ServerId::new(number);
        watch.event(Instant::START, &Event::Began { servers: 3 });
        for number in 0..3 {
            let life = crate::base::Incarnation { server: server(number), life: 1 };
            watch.event(Instant::START, &Event::Started { server: life });
            watch.event(Instant::START, &Event::Connected { server: server(number) });
        }
        watch.event(Instant::START, &Event::Constructed);
        let line = format_args!("nobody has led for a minute");
        let line = Event::Log { server: None, target: "", level: log::Level::Debug, text: line };
        watch.event(Instant::from_millis(60_000), &line);
        assert!(watch.violation().is_none());
        watch.event(Instant::from_millis(60_000), &Event::Step { text: format_args!("so") });
        assert_eq!(watch.violation().map(|violation| violation.rule), Some("re-election"));
    }

    #[test]
    fn every_rule_of_the_table_is_watched() {
        type Offence = fn(&mut History<Watched>) -> &mut History<Watched>;
        let offences: [Offence; 20] = [
            |history| history.state(1, 1, true),
            |history| history.state(1, 0, false),
            |history| history.apply(0, 1, 7).apply(1, 1, 8),
            |history| history.apply(0, 2, 7),
            |history| history.apply_snapshot(0, 9, b"9"),
            |history| history.ask(1, 2, 1).delivered().vote(1, true).ask(0, 2, 1).delivered().vote(1, true),
            |history| history.disconnect(0).ask(1, 2, 2).delivered().vote(2, true).state(1, 2, true),
            |history| history.heartbeat(1, 2, 1).at(2_301),
            |history| history.at(2_400).ask(1, 2, 0).delivered().vote(1, true),
            |history| history.network(false, false).heartbeats(0, 1, 2_300, 3_000, 10),
            |history| history.request(1, 2, &Description::Other),
            |history| history.crash(0).at(8_000),
            |history| history.state(2, 2, false),
            |history| history.accept(0, 1, 1, 7).heartbeats(0, 1, 2_400, 12_400, 100),
            |history| history.crash(0).at(2_500).state(1, 2, false).state(1, 2, true).at(2_600).state(2, 2, false),
            |history| (0..21).fold(history, |history, _| history.request(0, 1, &SNAPSHOT)),
            |history| history.client_appends("x").client_reads("xx"),
            |history| history.client_puts("x").client_reads("x").client_reads(""),
            |history| history.client_reads("x"),
            |history| history.event(&Event::OwnService { max_raft_state: None }).take_snapshot(0, 1, b"one"),
        ];
        let caught = offences.map(|offence| offence(&mut led()).violation().rule);
        assert_eq!(caught.to_vec(), OUTSIDE.map(|rule| rule.name));
    }

    #[test]
    fn a_legal_run_is_measured() {
        let mut history = led();
        history.at(2_400).accept(0, 1, 1, 7).apply(0, 1, 7).apply(1, 1, 7).at(3_000).crash(0);
        history.at(3_250).state(1, 2, false).state(1, 2, true);
        let Watched(watch) = history.legal();
        assert_eq!(watch.reelections(), [Duration::from_millis(300), Duration::from_millis(250)]);
    }

    #[test]
    fn the_first_violation_stays() {
        let mut watch = Watch::all();
        let server = crate::base::Incarnation { server: crate::base::ServerId::new(0), life: 1 };
        for (millis, term) in [(1, 5), (2, 4), (3, 3)] {
            watch.event(Instant::from_millis(millis), &Event::StateChanged { server, term, is_leader: false });
        }
        watch.finish(Instant::from_millis(4));
        assert_eq!(watch.violation().map(|violation| violation.at), Some(Instant::from_millis(2)));
    }

    #[test]
    fn odd_histories_do_no_harm() {
        let mut history = History::unborn(Watched::default(), 0);
        history.event(&Event::Constructed).event(&Event::Began { servers: 1 });
        let ghost = crate::base::Incarnation { server: crate::base::ServerId::new(255), life: u32::MAX };
        history.event(&Event::Crashed { server: ghost });
        let command = crate::base::Command::integer(1);
        history.event(&Event::CommandAccepted { server: ghost, index: u64::MAX, term: u64::MAX, command: &command });
        history.event(&Event::SnapshotRestored { server: ghost, index: u64::MAX, snapshot: b"" });
        history.event(&Event::SnapshotApplied { server: ghost, index: u64::MAX, term: 0, snapshot: b"" });
        history.event(&Event::StateChanged { server: ghost, term: u64::MAX, is_leader: true }).at(100_000).legal();
    }
}
