//! Every probability and every delay of `lab-spec` §1.3, measured.
//!
//! Ten thousand calls each, at a fixed seed. A share may differ from its probability p by four
//! standard deviations of the binomial distribution, √(p(1−p)/n), and a mean from its expectation
//! by four of σ/√n: a right network stays within one such bound at all but one in 16 000 seeds. A
//! share that is wrong by two percentage points, or a range by a twentieth, does at hardly any.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;

use super::fixture::{ECHO, Net, S1, number, play, whole_millis};
use crate::base::Instant;
use crate::net::rules;

const CALLS: u64 = 10_000;
const DEVIATIONS: f64 = 4.0;

/// What was seen of one call; times in ms.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// When its handler ran, if it did; calls are made at 0.
    handled: Option<u64>,
    answered: bool,
    ended: u64,
}

impl Seen {
    /// How long the reply took.
    fn hold(&self) -> u64 {
        self.ended - self.handled.expect("only calls that were handled have a reply")
    }
}

/// Makes all calls at once, and looks what becomes of each.
async fn measure(net: Net) -> Vec<Seen> {
    let handled = Rc::new(RefCell::new(BTreeMap::new()));
    let (note, sim) = (handled.clone(), net.sim.clone());
    net.serve(S1, "note", move |args: Bytes| {
        note.borrow_mut().insert(number(&args), whole_millis(sim.now().since(Instant::START)));
        std::future::ready(args)
    });
    let calls: Vec<_> = (0..CALLS).map(|call| net.ask_meanwhile("note", call)).collect();
    let mut all = Vec::new();
    for (call, answer) in calls.into_iter().enumerate() {
        let (reply, ended) = answer.await;
        assert!(reply.is_none_or(|reply| reply == call as u64), "call {call} got the reply of {reply:?}");
        let handled = handled.borrow().get(&(call as u64)).copied();
        all.push(Seen { handled, answered: reply.is_some(), ended });
    }
    all
}

pub(super) fn assert_share(what: &str, count: usize, of: usize, probability: f64) {
    let share = count as f64 / of as f64;
    let deviation = (probability * (1.0 - probability) / of as f64).sqrt();
    assert!((share - probability).abs() <= DEVIATIONS * deviation, "{what}: {count} of {of}, expected {probability}");
}

fn assert_mean(what: &str, values: &[u64], expected: f64, sigma: f64) {
    let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
    let deviation = sigma / (values.len() as f64).sqrt();
    assert!((mean - expected).abs() <= DEVIATIONS * deviation, "{what}: mean {mean}, expected {expected}");
}

/// All values of `0..=max` are equally likely, in whole milliseconds: σ² = ((max+1)² − 1)/12.
fn assert_uniform(what: &str, values: &[u64], max: u64) {
    let width = (max + 1) as f64;
    assert_mean(what, values, max as f64 / 2.0, ((width * width - 1.0) / 12.0).sqrt());
    assert!(values.iter().all(|value| *value <= max), "{what}: one is above {max}");
    for quarter in 0..4 {
        let (low, high) = ((max + 1) * quarter / 4, (max + 1) * (quarter + 1) / 4);
        let count = values.iter().filter(|value| (low..high).contains(*value)).count();
        assert_share(&format!("{what} in {low}..{high}"), count, values.len(), (high - low) as f64 / width);
    }
}

fn count(all: &[Seen], which: impl Fn(&Seen) -> bool) -> usize {
    all.iter().filter(|seen| which(seen)).count()
}

#[test]
fn reliable_calls_are_all_answered_at_once() {
    play(2, |net| async move {
        let all = measure(net).await;
        assert!(all.iter().all(|seen| seen.answered && seen.ended == 0));
    });
}

#[test]
fn unreliable_calls_are_delayed_and_lost_as_often_as_the_lab_says() {
    play(2, |net| async move {
        let _unreliable = net.network.install(rules::Unreliable);
        let all = measure(net.clone()).await;
        let calls = all.len();
        assert_share("handler runs", count(&all, |seen| seen.handled.is_some()), calls, 0.90);
        assert_eq!(net.network.received_by(S1), count(&all, |seen| seen.handled.is_some()) as u64);
        assert_share("request lost", count(&all, |seen| seen.handled.is_none() && !seen.answered), calls, 0.10);
        assert_share("reply lost", count(&all, |seen| seen.handled.is_some() && !seen.answered), calls, 0.09);
        assert_share("answered", count(&all, |seen| seen.answered), calls, 0.81);
        assert!(
            all.iter().all(|seen| seen.handled.is_none_or(|handled| handled == seen.ended)),
            "replies are not delayed"
        );
    });
}

#[test]
fn the_unreliable_request_delay_is_uniform_also_for_lost_requests() {
    play(2, |net| async move {
        let _unreliable = net.network.install(rules::Unreliable);
        let all = measure(net).await;
        let delays: Vec<u64> = all.iter().map(|seen| seen.ended).collect();
        assert_uniform("request delay", &delays, 26);
        for millis in 0..=26 {
            let count = delays.iter().filter(|delay| **delay == millis).count();
            assert_share(&format!("request delay {millis}"), count, delays.len(), 1.0 / 27.0);
        }
        let lost: Vec<u64> = all.iter().filter(|seen| seen.handled.is_none()).map(|seen| seen.ended).collect();
        assert_uniform("delay of lost requests", &lost, 26);
    });
}

#[test]
fn unreliable_and_reordering_together_hold_two_thirds_of_the_replies_back() {
    play(2, |net| async move {
        let _unreliable = net.network.install(rules::Unreliable);
        let _reordering = net.network.install(rules::LongReordering);
        let all = measure(net).await;
        assert_share("handler runs", count(&all, |seen| seen.handled.is_some()), all.len(), 0.90);
        assert_share("request lost", count(&all, |seen| seen.handled.is_none()), all.len(), 0.10);
        assert_share("reply lost", count(&all, |seen| seen.handled.is_some() && !seen.answered), all.len(), 0.09);
        assert_share("answered at once", count(&all, |seen| seen.answered && seen.hold() == 0), all.len(), 0.27);
        assert_share("answered late", count(&all, |seen| seen.answered && seen.hold() > 0), all.len(), 0.54);
        assert!(all.iter().all(|seen| seen.answered || seen.ended <= 26), "losses are told early");
    });
}

/// 200 ms plus X, where X is uniform below a uniform bound K ≤ 1999. E(X) = E(K)/2 = 499.75, and
/// Var(X) = E(K(K+2))/12 + Var(K)/4 = 111 194 + 83 333 = 441.05². P(X < 500) is
/// ¼·(1 + 1/501 + … over 1/2000) = 0.5964, where a uniform hold would give 0.25.
#[test]
fn replies_are_held_back_mostly_shortly() {
    play(2, |net| async move {
        let _reordering = net.network.install(rules::LongReordering);
        let all = measure(net).await;
        let holds: Vec<u64> = all.iter().map(Seen::hold).filter(|hold| *hold > 0).collect();
        assert_share("held back", holds.len(), all.len(), 2.0 / 3.0);
        assert!(holds.iter().all(|hold| (200..=2_199).contains(hold)));
        assert_mean("hold", &holds, 699.75, 441.05);
        assert_share("hold below 700", holds.iter().filter(|hold| **hold < 700).count(), holds.len(), 0.5964);
        assert!(holds.contains(&200) && holds.iter().any(|hold| *hold > 2_000), "both ends are reached");
    });
}

async fn unreachable_waits(net: &Net) -> Vec<u64> {
    net.cut.set_connected(S1, false);
    let calls: Vec<_> = (0..CALLS).map(|call| net.ask_meanwhile(ECHO, call)).collect();
    let mut waits = Vec::new();
    for call in calls {
        let (reply, millis) = call.await;
        assert_eq!(reply, None);
        waits.push(millis);
    }
    waits
}

#[test]
fn unreachable_servers_keep_their_callers_waiting_up_to_seven_seconds() {
    play(2, |net| async move {
        let _long = net.network.install(rules::Unreachable::LONG);
        assert_uniform("unreachable", &unreachable_waits(&net).await, 6_999);
        assert_eq!(net.network.received_by(S1), 0);
    });
}

#[test]
fn without_long_delays_unreachable_servers_cost_a_tenth_of_a_second() {
    play(2, |net| async move {
        assert_uniform("unreachable", &unreachable_waits(&net).await, 99);
    });
}
