//! What becomes of single calls when servers are cut off, crash or come back meanwhile
//! (`lab-spec` §1.4 and §1.5), and what is counted (§1.6).

use std::time::Duration;

use bytes::Bytes;

use super::fixture::{ECHO, Fixed, NAP, Net, S0, S1, play, play_within};
use crate::base::Instant;
use crate::net::{Fate, RuleGuard, rules};
use crate::sim::{End, Limit, Limits, timeout};

/// Requests arrive after this time, in ms.
const DELAY: u64 = 10;
/// Replies are held back for this time, in ms.
const HOLD: u64 = 1_000;

fn delayed(net: &Net) -> RuleGuard {
    net.network.install(Fixed(Fate { request_delay: Duration::from_millis(DELAY), ..Fate::default() }))
}

fn held_back(net: &Net) -> RuleGuard {
    net.network.install(Fixed(Fate { reply_hold: Some(Duration::from_millis(HOLD)), ..Fate::default() }))
}

// §1.4, row by row; rows of lost messages are in `numbers`.

#[test]
fn a_server_that_is_down_is_unreachable() {
    play(2, |net| async move {
        net.network.set_service(S1, None);
        let (reply, millis) = net.ask(ECHO, b"x").await;
        assert!(reply.is_none() && millis < 100, "{reply:?} after {millis} ms");
    });
}

#[test]
fn the_handler_takes_its_time() {
    play(2, |net| async move {
        assert_eq!(net.ask_meanwhile(NAP, 12_345).await, (Some(12_345), 12_345));
    });
}

#[test]
fn a_cut_while_the_handler_runs_is_told_at_the_next_look_if_the_handler_returns_later() {
    for side in [S0, S1] {
        play(2, move |net| async move {
            let call = net.ask_meanwhile(NAP, 250);
            net.until(120).await;
            net.cut.set_connected(side, false);
            assert_eq!(call.await, (None, 200));
            net.until(300).await;
            assert_eq!(net.finished_naps(), [250], "the handler runs to its end");
        });
    }
}

#[test]
fn a_cut_while_the_handler_runs_is_told_when_the_handler_returns_earlier() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 50);
        net.until(20).await;
        net.cut.set_connected(S1, false);
        assert_eq!(call.await, (None, 50));
    });
}

#[test]
fn a_cut_that_is_healed_before_the_next_look_does_no_harm() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 250);
        for (cut, heal) in [(10, 90), (110, 190), (210, 240)] {
            net.until(cut).await;
            net.cut.set_connected(S1, false);
            net.until(heal).await;
            net.cut.set_connected(S1, true);
        }
        assert_eq!(call.await, (Some(250), 250));
    });
}

#[test]
fn looks_are_counted_from_the_arrival_of_the_request() {
    play(2, |net| async move {
        let _delayed = delayed(&net);
        let call = net.ask_meanwhile(NAP, 250);
        net.until(120).await;
        net.cut.set_connected(S1, false);
        assert_eq!(call.await, (None, 2 * 100 + DELAY));
    });
}

/// The original lets a killed server's handler go on, and tells the caller when it returns. A
/// crashed server does nothing more here, so the next look is what tells.
#[test]
fn a_crash_of_the_target_is_told_at_the_next_look_and_ends_the_handler() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 150);
        net.until(120).await;
        net.crash(S1);
        assert_eq!(call.await, (None, 200));
        assert!(net.finished_naps().is_empty());
    });
}

#[test]
fn a_restart_of_the_target_is_told_like_a_crash() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 250);
        net.until(120).await;
        net.restart(S1);
        assert_eq!(call.await, (None, 200));
        assert_eq!(net.network.received_by(S1), 0);
    });
}

#[test]
fn a_crash_before_the_handler_began_to_run_is_told_too() {
    play(2, |net| async move {
        // The crash meets the request at the instant of its arrival, before the handler's turn.
        let _delayed = delayed(&net);
        let call = net.ask_meanwhile(NAP, 0);
        net.until(1).await;
        let there = net.clone();
        net.sim.schedule(Instant::from_millis(DELAY), move || there.crash(S1));
        assert_eq!(call.await, (None, DELAY + 100));
    });
}

#[test]
fn a_handler_that_never_returns_blocks_its_caller_while_the_target_is_reachable() {
    play(2, |net| async move {
        net.serve(S1, "never", |_| std::future::pending());
        let call = net.ask_meanwhile("never", 1);
        net.until(60_050).await;
        net.cut.set_connected(S1, false);
        assert_eq!(call.await, (None, 60_100));
    });
}

#[test]
#[should_panic(expected = "S1.1 has no handler for nonsense")]
fn a_request_that_nobody_handles_is_a_mistake_of_the_implementation() {
    play(2, |net| async move {
        net.ask("nonsense", b"").await;
    });
}

// §1.5, statement by statement.

#[test]
fn a_request_under_way_is_executed_although_a_side_was_cut_off_meanwhile() {
    for side in [S0, S1] {
        play(2, move |net| async move {
            let _delayed = delayed(&net);
            let call = net.ask_meanwhile(NAP, 0);
            net.until(DELAY / 2).await;
            net.cut.set_connected(side, false);
            assert_eq!(call.await, (None, DELAY));
            assert_eq!((net.finished_naps().len(), net.network.received_by(S1)), (1, 1));
        });
    }
}

#[test]
fn a_request_under_way_is_executed_although_its_sender_crashed_meanwhile() {
    play(2, |net| async move {
        let _delayed = delayed(&net);
        let call = net.call(S0, S1, NAP, &0_u64.to_le_bytes());
        net.until(DELAY / 2).await;
        net.crash(S0);
        drop(call);
        net.until(DELAY + 1).await;
        assert_eq!(net.finished_naps().len(), 1);
        assert_eq!(net.network.total_bytes(), 8, "the reply is not delivered");
    });
}

/// In the original the old, killed instance would execute it, in vain. Here it is dead.
#[test]
fn a_request_under_way_never_reaches_a_later_life_of_its_target() {
    play(2, |net| async move {
        let _delayed = delayed(&net);
        let call = net.ask_meanwhile(NAP, 0);
        net.until(DELAY / 2).await;
        net.restart(S1);
        assert_eq!(call.await, (None, DELAY));
        assert!(net.finished_naps().is_empty());
        assert_eq!((net.network.received_by(S1), net.service(S1, Some(1)).received()), (0, 0));
    });
}

#[test]
fn a_reply_for_an_earlier_life_of_the_caller_is_suppressed() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 50);
        net.until(20).await;
        net.restart(S0);
        assert_eq!(call.await, (None, 50));
        assert_eq!(net.network.total_bytes(), 8, "the endpoints of the first life are never enabled again");
    });
}

#[test]
fn a_reply_held_back_is_delivered_whatever_happens_meanwhile() {
    for fault in [Net::crash, Net::restart, |net: &Net, server| net.cut.set_connected(server, false)] {
        for side in [S0, S1] {
            play(2, move |net| async move {
                let _held = held_back(&net);
                let call = net.ask_meanwhile(ECHO, 7);
                net.until(HOLD / 2).await;
                assert_eq!(net.network.total_bytes(), 8);
                fault(&net, side);
                assert_eq!(call.await, (Some(7), HOLD));
                assert_eq!(net.network.total_bytes(), 16, "counted when delivered");
            });
        }
    }
}

#[test]
fn a_connected_server_reaches_itself_and_a_disconnected_one_does_not() {
    play(1, |net| async move {
        assert_eq!(net.call(S0, S0, ECHO, b"x").await, Some(Bytes::from_static(b"x")));
        net.cut.set_connected(S0, false);
        assert_eq!(net.call(S0, S0, ECHO, b"x").await, None);
        assert_eq!(net.network.received_by(S0), 1);
    });
}

#[test]
fn reconnecting_does_not_shorten_the_wait_for_an_unreachable_server() {
    // A rule of one value instead of a range, to know how long the wait is.
    play(2, |net| async move {
        let _wait = net.network.install(rules::Unreachable(5_000..=5_000));
        net.cut.set_connected(S1, false);
        let call = net.ask_meanwhile(ECHO, 1);
        net.until(1).await;
        net.cut.set_connected(S1, true);
        assert_eq!(net.ask_meanwhile(ECHO, 2).await, (Some(2), 0), "later calls are not held up");
        assert_eq!(call.await, (None, 5_000));
    });
}

#[test]
fn a_call_keeps_the_kind_of_network_that_it_was_handed_to() {
    play(2, |net| async move {
        let lossy = net.network.install(Fixed(Fate { reply_lost: true, ..Fate::default() }));
        let under_loss = net.ask_meanwhile(NAP, 50);
        net.until(10).await;
        drop(lossy);
        let reliable = net.ask_meanwhile(NAP, 50);
        net.until(20).await;
        let _held = held_back(&net);
        assert_eq!(under_loss.await, (None, 50));
        assert_eq!(reliable.await, (Some(50), 50));
    });
}

#[test]
fn calls_on_one_link_overtake_each_other() {
    play(2, |net| async move {
        let calls: Vec<_> = [30, 20, 10].into_iter().map(|millis| net.ask_meanwhile(NAP, millis)).collect();
        for (call, millis) in calls.into_iter().zip([30, 20, 10]) {
            assert_eq!(call.await, (Some(millis), millis));
        }
        assert_eq!(net.finished_naps(), [10, 20, 30]);
    });
}

/// The original goes on counting calls of killed instances; here a dead one has no effect at all.
#[test]
fn a_dead_caller_sends_nothing_and_hears_nothing() {
    play(2, |net| async move {
        net.restart(S0);
        let ghost = net.service(S0, Some(1));
        let answer = net.call_as(&ghost, S1, ECHO, b"x");
        assert_eq!(timeout(net.sim.clone(), Duration::from_secs(100), answer).await, None);
        assert_eq!((net.network.total_rpcs(), net.network.total_bytes()), (0, 0));
        assert_eq!(net.network.received_by(S1), 0);
    });
}

// §1.6, counter by counter.

#[test]
fn every_request_is_counted_but_only_replies_that_arrive() {
    play(2, |net| async move {
        let counters = || (net.network.total_rpcs(), net.network.total_bytes(), net.network.received_by(S1));
        net.ask(ECHO, b"four").await;
        assert_eq!(counters(), (1, 8, 1), "answered");
        net.call(S1, S1, ECHO, b"self").await;
        assert_eq!(counters(), (2, 16, 2), "to itself");
        {
            let _lossy = net.network.install(Fixed(Fate { request_lost: true, ..Fate::default() }));
            assert_eq!(net.ask(ECHO, b"four").await.0, None);
            assert_eq!(counters(), (3, 20, 2), "request lost");
        }
        {
            let _lossy = net.network.install(Fixed(Fate { reply_lost: true, ..Fate::default() }));
            assert_eq!(net.ask(ECHO, b"four").await.0, None);
            assert_eq!(counters(), (4, 24, 3), "reply lost");
        }
        net.cut.set_connected(S0, false);
        assert_eq!(net.ask(ECHO, b"four").await.0, None);
        assert_eq!(counters(), (5, 28, 3), "unreachable");
    });
}

#[test]
fn the_reply_to_a_caller_that_does_not_wait_any_more_is_counted() {
    play(2, |net| async move {
        drop(net.call(S0, S1, NAP, &5_u64.to_le_bytes()));
        net.until(10).await;
        assert_eq!((net.network.total_bytes(), net.network.received_by(S1)), (16, 1));
    });
}

#[test]
fn the_incoming_counter_begins_again_with_each_life() {
    play(2, |net| async move {
        net.ask(ECHO, b"x").await;
        assert_eq!(net.network.received_by(S1), 1);
        net.crash(S1);
        assert_eq!(net.network.received_by(S1), 0);
        net.restart(S1);
        assert_eq!(net.network.received_by(S1), 0);
        net.ask(ECHO, b"x").await;
        assert_eq!(net.network.received_by(S1), 1);
        assert_eq!(net.network.total_rpcs(), 2, "the network's counter goes on");
    });
}

#[test]
fn requests_that_pile_up_are_a_limit() {
    let limits = Limits { messages: 10, ..Limits::default() };
    let end = play_within(limits, 2, |net| async move {
        net.cut.set_connected(S1, false);
        for _ in 0..10 {
            drop(net.call(S0, S1, ECHO, b"x"));
        }
        net.until(100).await;
        for call in 1..=10 {
            drop(net.call(S0, S1, ECHO, b"x"));
            assert_eq!(net.network.total_rpcs(), 10 + call);
        }
        drop(net.call(S0, S1, ECHO, b"one too many"));
        net.until(200).await;
        panic!("went on with eleven calls in flight");
    });
    assert_eq!(end, End::OverLimit(Limit::Messages, "S0.1".into()));
}
