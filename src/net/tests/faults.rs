//! Faults that the course's network does not have.

use std::time::Duration;

use super::fixture::{ECHO, Fixed, NAP, Net, S0, S1, play};
use super::numbers::assert_share;
use crate::net::{Fate, RuleGuard, rules};

/// The second copy of a request arrives so long after the first, in ms.
const AGAIN: u64 = 50;
/// Requests that are sent where a share is measured.
const CALLS: u64 = 10_000;

fn twice(net: &Net) -> RuleGuard {
    net.network.install(Fixed(Fate { request_again: Some(Duration::from_millis(AGAIN)), ..Fate::default() }))
}

#[test]
fn a_request_that_arrives_twice_is_handled_twice_and_answered_once() {
    play(2, |net| async move {
        let _rule = twice(&net);
        let (reply, millis) = net.ask(ECHO, b"once").await;
        assert_eq!((reply.as_deref(), millis), (Some(b"once".as_slice()), 0));
        assert_eq!(net.network.received_by(S1), 1);
        net.until(AGAIN + 1).await;
        assert_eq!(net.network.received_by(S1), 2);
        assert_eq!((net.network.total_rpcs(), net.network.total_bytes()), (1, 8), "one request, one reply");
    });
}

#[test]
fn a_second_copy_does_not_answer_for_the_first() {
    play(2, |net| async move {
        let _rule = twice(&net);
        let call = net.ask_meanwhile(NAP, 500);
        net.until(300).await;
        assert_eq!(net.network.received_by(S1), 2);
        assert_eq!(call.await, (Some(500), 500));
        net.until(600).await;
        assert_eq!(net.finished_naps(), [500, 500]);
    });
}

#[test]
fn a_second_copy_never_reaches_a_later_life() {
    play(2, |net| async move {
        let _rule = twice(&net);
        net.ask(ECHO, b"x").await;
        net.restart(S1);
        net.until(AGAIN + 1).await;
        assert_eq!(net.network.received_by(S1), 0);
    });
}

#[test]
fn as_many_requests_arrive_twice_as_the_rule_says() {
    play(2, |net| async move {
        let _rule = net.network.install(rules::Duplicate { per_thousand: 300 });
        for _ in 0..CALLS {
            drop(net.call(S0, S1, ECHO, b"x"));
        }
        net.until(301).await;
        let again = net.network.received_by(S1) - CALLS;
        assert_share("second copies", again as usize, CALLS as usize, 0.3);
    });
}

#[test]
fn requests_are_held_back_as_long_and_as_often_as_the_rule_says() {
    play(2, |net| async move {
        let _rule = net.network.install(rules::SlowRequests { per_thousand: 300 });
        let calls: Vec<_> = (0..CALLS).map(|call| net.ask_meanwhile(ECHO, call)).collect();
        let mut held = Vec::new();
        for call in calls {
            let (reply, millis) = call.await;
            assert!(reply.is_some());
            held.extend((millis > 0).then_some(millis));
        }
        assert_share("held back", held.len(), CALLS as usize, 0.3);
        assert!(held.iter().all(|millis| (200..=3_000).contains(millis)));
        let mean = held.iter().sum::<u64>() as f64 / held.len() as f64;
        // σ of a uniform hold is 808 ms; four of σ/√n.
        assert!((mean - 1_600.0).abs() < 4.0 * 808.0 / (held.len() as f64).sqrt(), "{mean}");
    });
}

#[test]
fn a_cut_in_one_direction_leaves_the_other_alone() {
    for (rule, caller, cut_off) in [
        (rules::OneWay::Into(S1), S1, S0),
        (rules::OneWay::OutOf(S0), S1, S0),
        (rules::OneWay::Into(S0), S0, S1),
        (rules::OneWay::OutOf(S1), S0, S1),
    ] {
        play(2, move |net| async move {
            let guard = net.network.install(rule);
            let other = |server| if server == S0 { S1 } else { S0 };
            assert!(net.call(caller, other(caller), ECHO, b"x").await.is_some(), "{rule:?}");
            assert!(net.call(cut_off, other(cut_off), ECHO, b"x").await.is_none(), "{rule:?}");
            drop(guard);
            assert!(net.call(cut_off, other(cut_off), ECHO, b"x").await.is_some(), "{rule:?}");
        });
    }
}
