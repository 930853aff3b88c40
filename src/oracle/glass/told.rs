//! One rule of this folder as an oracle of its own, for stories told to it alone.

use super::world::World;
use crate::base::Instant;
use crate::oracle::history::{History, candidate, follower, leader};
use crate::oracle::{Oracle, Violation};
use crate::trace::Event;

/// A rule that looks inside.
pub(super) trait GlassRule: Default {
    const RULE: &'static str;

    fn judge(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation>;

    /// What only the end of the run decides.
    fn judge_end(&mut self, _: &World, _: Instant) -> Result<(), Violation> {
        Ok(())
    }
}

/// A rule, and the world that it is asked about.
#[derive(Default)]
pub(super) struct Told<R> {
    pub(super) world: World,
    rule: R,
}

impl<R: GlassRule> Oracle for Told<R> {
    fn rule(&self) -> &'static str {
        R::RULE
    }

    fn observe(&mut self, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
        self.world.observe(at, event);
        self.rule.judge(&self.world, at, event)?;
        self.world.settle(event);
        Ok(())
    }

    fn finish(&mut self, at: Instant) -> Result<(), Violation> {
        self.rule.judge_end(&self.world, at)
    }
}

/// Makes a rule's own methods those of [`GlassRule`].
macro_rules! glass_rules {
    ($($file:ident :: $rule:ident $(, $finish:ident)?;)*) => {$(
        impl GlassRule for super::$file::$rule {
            const RULE: &'static str = super::$file::RULE;

            fn judge(&mut self, world: &World, at: Instant, event: &Event<'_>) -> Result<(), Violation> {
                self.observe(world, at, event)
            }

            $(fn judge_end(&mut self, world: &World, at: Instant) -> Result<(), Violation> {
                self.$finish(world, at)
            })?
        }
    )*};
}

glass_rules! {
    commit_certificate::CommitCertificate;
    commit_rule::CommitRule;
    durability::Durability;
    grants::Grants;
    leader_append_only::LeaderAppendOnly;
    leader_completeness::LeaderCompleteness;
    ledger::Ledger;
    log_matching::LogMatching;
    match_truth::MatchTruth;
    reply_truth::ReplyTruth;
    request_truth::RequestTruth, finish;
    roles::Roles;
    snapshot_pair::SnapshotPair;
    state_truth::StateTruth;
    timer_rule::TimerRule;
}

/// A cluster that has shown itself; all are followers in term 0, with empty logs.
pub(super) fn cluster<R: GlassRule>(servers: usize) -> History<Told<R>> {
    let mut history = History::new(Told::default(), servers);
    for number in 0..servers {
        history.shows(number, follower(0));
    }
    history
}

/// Three servers, of which S0 leads term 1 by the votes of both others; all logs are empty. Later
/// calls count from 3.
pub(super) fn led<R: GlassRule>() -> History<Told<R>> {
    let mut history = cluster(3);
    history.at(300).ask(0, 1, 1).ask(0, 2, 1).shows(0, candidate(1));
    for voter in [1, 2] {
        history.again(voter).delivered().shows(voter, follower(1).vote(0)).vote(1, true);
    }
    history.shows(0, leader(1));
    history
}

/// As [`led`]; entry 1 of term 1 is in all logs, and S0 has committed it.
pub(super) fn committed<R: GlassRule>() -> History<Told<R>> {
    let mut history = led();
    history.at(400).shows(0, leader(1).log(&[1]));
    for follows in [1, 2] {
        history.shows(follows, follower(1).vote(0).log(&[1]));
    }
    history.shows(0, leader(1).log(&[1]).commit(1));
    history
}
