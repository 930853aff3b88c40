//! The same run played twice: what differs was decided by something other than the seed.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::outcome::{Finding, Outcome};
use super::play::{Player, Run, play};
use crate::base::Seed;
use crate::lab::Test;
use crate::sim;
use crate::trace::TextSink;

/// Moves with the steps of whatever is played, for someone who watches.
pub type Pulse = Arc<sim::Pulse>;

/// Plays a run again; if it is not the same as `first`, says so in place of its outcome.
pub fn confirm(test: &Test, player: Player, seed: Seed, first: Run, pulse: &Pulse) -> Run {
    let second = play(test, player, seed, None, Some(pulse.clone()));
    if second.digest == first.digest {
        return first;
    }
    differing(test, player, seed, first, pulse)
}

/// The outcome of a run that is known to differ from one time to the next, with the first
/// difference that shows in two more plays.
pub(super) fn differing(test: &Test, player: Player, seed: Seed, first: Run, pulse: &Pulse) -> Run {
    let mut evidence = vec![format!(
        "the same seed gave two different runs: something other than `ctx` decides (a HashMap's order, the wall \
         clock, a thread, a static); the first one {}",
        first.outcome.name()
    )];
    let [one, other] = [text_of(test, player, seed, pulse), text_of(test, player, seed, pulse)];
    match one.lines().zip(other.lines()).find(|(one, other)| one != other) {
        Some((one, other)) => {
            evidence.push(format!("once:  {one}"));
            evidence.push(format!("again: {other}"));
        }
        None => evidence.push("two more plays did not differ".to_owned()),
    }
    Run { outcome: Outcome::Nondeterministic(Finding::new("determinism", evidence)), ..first }
}

fn text_of(test: &Test, player: Player, seed: Seed, pulse: &Pulse) -> String {
    let sink = Rc::new(RefCell::new(TextSink::new(Vec::new())));
    play(test, player, seed, Some(sink.clone()), Some(pulse.clone()));
    let text = sink.borrow_mut().finish().expect("memory does not fail").unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
