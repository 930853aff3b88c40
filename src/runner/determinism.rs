//! The same run played twice: what differs was decided by something other than the seed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::outcome::{Finding, Outcome, server_of_group};
use super::play::{Player, Run, play};
use super::suspects::Suspects;
use crate::base::{Instant, Seed, ServerId};
use crate::lab::Test;
use crate::sim;
use crate::trace::TextSink;

/// Moves with the steps of whatever is played, for someone who watches.
pub type Pulse = Arc<sim::Pulse>;

/// Plays a run again; if it is not the same as `first`, says so in place of its outcome.
pub fn confirm(test: &Test, player: Player, seed: Seed, first: Run, pulse: &Pulse, suspects: &Suspects) -> Run {
    let second = play(test, player, seed, None, Some(pulse.clone()));
    if second.digest == first.digest {
        return first;
    }
    differing(test, player, seed, first, pulse, suspects)
}

/// The outcome of a run that is known to differ from one time to the next, with the first
/// difference that shows in two more plays, and with what in the sources may be why.
pub(super) fn differing(
    test: &Test,
    player: Player,
    seed: Seed,
    first: Run,
    pulse: &Pulse,
    suspects: &Suspects,
) -> Run {
    let mut evidence = vec![format!(
        "the same seed gave two different runs: something other than `ctx` decides; the first one {}",
        first.outcome.name()
    )];
    let [one, other] = [text_of(test, player, seed, pulse), text_of(test, player, seed, pulse)];
    let difference = Difference::of(&one, &other);
    match &difference {
        Some(difference) => evidence.extend(difference.sentences()),
        None => evidence.push("two more plays did not differ: it does not happen every time".to_owned()),
    }
    evidence.extend(suspects.sentences());
    let (at, servers) = difference.map_or((None, vec![]), |difference| (difference.at(), difference.servers()));
    let place = suspects.place();
    let finding = Finding { at, servers, place, ..Finding::new("determinism", evidence) };
    Run { outcome: Outcome::Nondeterministic(finding), ..first }
}

fn text_of(test: &Test, player: Player, seed: Seed, pulse: &Pulse) -> String {
    let sink = Rc::new(RefCell::new(TextSink::new(Vec::new())));
    play(test, player, seed, Some(sink.clone()), Some(pulse.clone()));
    let text = sink.borrow_mut().finish().expect("memory does not fail").unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// The first lines in which two traces differ.
struct Difference<'a> {
    /// The last line that was still the same.
    before: Option<&'a str>,
    /// None if the trace has ended.
    once: Option<&'a str>,
    again: Option<&'a str>,
}

impl<'a> Difference<'a> {
    /// None if they are the same.
    fn of(one: &'a str, other: &'a str) -> Option<Difference<'a>> {
        let (mut one, mut other, mut before) = (one.lines(), other.lines(), None);
        loop {
            match (one.next(), other.next()) {
                (None, None) => return None,
                (once, again) if once == again => before = once,
                (once, again) => return Some(Difference { before, once, again }),
            }
        }
    }

    fn sentences(&self) -> Vec<String> {
        let shown = |line: Option<&str>| line.unwrap_or("(the run has ended)").to_owned();
        let before = self.before.map(|line| format!("both:  {line}"));
        let differing = [format!("once:  {}", shown(self.once)), format!("again: {}", shown(self.again))];
        before.into_iter().chain(differing).collect()
    }

    fn lines(&self) -> impl Iterator<Item = &'a str> {
        [self.once, self.again].into_iter().flatten()
    }

    /// The earlier one of the two instants.
    fn at(&self) -> Option<Instant> {
        self.lines().filter_map(|line| instant(line.split(' ').next()?)).min()
    }

    /// Whose lines they are.
    fn servers(&self) -> Vec<ServerId> {
        let servers: BTreeSet<ServerId> =
            self.lines().filter_map(|line| server_of_group(line.split(' ').nth(2)?)).collect();
        servers.into_iter().collect()
    }
}

/// An instant as lines begin with it: `003.104582`.
fn instant(text: &str) -> Option<Instant> {
    let (seconds, micros) = text.split_once('.')?;
    let (seconds, micros): (u64, u64) = (seconds.parse().ok()?, micros.parse().ok()?);
    Some(Instant::from_micros(seconds * 1_000_000 + micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAME: &str = "000.000000 TEST scenario begins\n000.350000 LEAD S1.1 T1 leads\n";

    #[test]
    fn the_first_difference_is_told_with_its_instant_and_servers() {
        let one = format!("{SAME}000.400001 VOTE S2.1 T1 x\n");
        let other = format!("{SAME}000.400000 VOTE S0.3 T1 y\n");
        let difference = Difference::of(&one, &other).expect("they differ");
        assert_eq!(
            difference.sentences(),
            [
                "both:  000.350000 LEAD S1.1 T1 leads",
                "once:  000.400001 VOTE S2.1 T1 x",
                "again: 000.400000 VOTE S0.3 T1 y"
            ]
        );
        assert_eq!(difference.at(), Some(Instant::from_micros(400_000)));
        assert_eq!(difference.servers(), [ServerId::new(0), ServerId::new(2)]);
    }

    #[test]
    fn a_run_that_ends_earlier_differs_there() {
        let other = format!("{SAME}000.400000 TEST crash S0\n");
        let difference = Difference::of(SAME, &other).expect("they differ");
        assert_eq!(difference.sentences()[1], "once:  (the run has ended)");
        assert_eq!((difference.at(), difference.servers()), (Some(Instant::from_millis(400)), vec![]));
        assert!(Difference::of(SAME, SAME).is_none());
    }
}
