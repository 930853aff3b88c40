//! The tests that the course's network package has itself (`lab-spec` §1.8), in its order.

use std::time::Duration;

use bytes::Bytes;

use super::fixture::{ECHO, NAP, Net, S0, S1, number, play, whole_millis};
use crate::base::{Instant, ServerId};
use crate::net::{Answer, rules};
use crate::sim::timeout;

fn two_handlers(net: &Net) {
    net.serve(S1, "text to number", |args| async move {
        let text = std::str::from_utf8(&args).expect("the test sends text");
        let number: u64 = text.parse().expect("the test sends digits");
        number.to_le_bytes().to_vec().into()
    });
    net.serve(S1, "number to text", |args| async move { format!("handler2-{}", number(&args)).into() });
}

/// Basic and Types. Whether a handler takes its arguments by value or by reference is no matter
/// of this floor, where they are bytes.
#[test]
fn basic_and_types() {
    play(2, |net| async move {
        two_handlers(&net);
        let (reply, _) = net.ask("number to text", &111_u64.to_le_bytes()).await;
        assert_eq!(reply, Some(Bytes::from_static(b"handler2-111")));
        let (reply, _) = net.ask("text to number", b"9099").await;
        assert_eq!(reply.map(|reply| number(&reply)), Some(9099));
    });
}

#[test]
fn disconnect() {
    play(2, |net| async move {
        net.cut.set_connected(S1, false);
        assert_eq!(net.ask(ECHO, b"x").await.0, None);
        net.cut.set_connected(S1, true);
        assert_eq!(net.ask(ECHO, b"x").await.0, Some(Bytes::from_static(b"x")));
    });
}

#[test]
fn counts() {
    play(2, |net| async move {
        for _ in 0..17 {
            net.ask(ECHO, b"x").await;
        }
        assert_eq!(net.network.received_by(S1), 17);
    });
}

/// The course allows for what gob adds; here, nothing is added, and the sums are exact. They lie
/// within the course's bounds (4828 to 6000, and 1800 to 2500) all the same.
#[test]
fn bytes() {
    play(2, |net| async move {
        net.serve(S1, "length", |args| async move { (args.len() as u64).to_le_bytes().to_vec().into() });
        net.serve(S1, "text", |args| async move { vec![b'x'; number(&args) as usize].into() });
        for _ in 0..17 {
            net.ask("length", &[b'x'; 284]).await;
        }
        assert_eq!(net.network.total_bytes(), 17 * (284 + 8));
        for _ in 0..17 {
            net.ask("text", &107_u64.to_le_bytes()).await;
        }
        assert_eq!(net.network.total_bytes(), 17 * (284 + 8) + 17 * (8 + 107));
    });
}

async fn calls_in_turn(net: Net, from: ServerId, calls: u64) {
    for call in 0..calls {
        let args = (from.number() as u64 * 1_000 + call).to_le_bytes();
        assert_eq!(net.call(from, S0, ECHO, &args).await.as_deref(), Some(args.as_slice()));
    }
}

#[test]
fn concurrent_many() {
    play(21, |net| async move {
        let clients: Vec<_> =
            (1..=20).map(|client| net.spawn(calls_in_turn(net.clone(), ServerId::new(client), 10))).collect();
        for client in clients {
            client.await;
        }
        assert_eq!(net.network.received_by(S0), 200);
        assert_eq!(net.network.total_rpcs(), 200);
    });
}

/// 300 calls of 30 clients instead of 300 clients: no cluster is that large.
#[test]
fn unreliable() {
    play(31, |net| async move {
        let _unreliable = net.network.install(rules::Unreliable);
        let mut successes = 0;
        let calls: Vec<_> = (0..300).map(|call| net.call(ServerId::new(1 + call % 30), S0, ECHO, b"x")).collect();
        for call in calls {
            successes += u32::from(call.await.is_some());
        }
        assert!((1..300).contains(&successes), "{successes} of 300 calls were answered");
    });
}

#[test]
fn concurrent_one() {
    play(2, |net| async move {
        let calls: Vec<_> = (0..20).map(|call| (call, net.ask_meanwhile(ECHO, call))).collect();
        for (expected, call) in calls {
            assert_eq!(call.await, (Some(expected), 0));
        }
        assert_eq!(net.network.received_by(S1), 20);
    });
}

/// Calls that wait for an unreachable server hold up no later call on the same link. The course
/// enables the link after 100 ms, when all of them may be over; here some certainly still wait.
#[test]
fn regression_1() {
    play(2, |net| async move {
        net.cut.set_connected(S0, false);
        let early: Vec<_> = (0..20).map(|call| net.ask_meanwhile(ECHO, call)).collect();
        net.until(50).await;
        net.cut.set_connected(S0, true);
        let late = net.ask(ECHO, b"x").await;
        assert_eq!(late, (Some(Bytes::from_static(b"x")), 0));
        for call in early {
            let (reply, millis) = call.await;
            assert!(reply.is_none() && millis < 100, "{reply:?} after {millis} ms");
        }
        assert_eq!(net.network.received_by(S1), 1);
    });
}

#[test]
fn killed() {
    play(2, |net| async move {
        let call = net.ask_meanwhile(NAP, 20_000);
        net.until(1_000).await;
        let mut call = std::pin::pin!(call);
        let early = timeout(net.sim.clone(), Duration::from_millis(100), call.as_mut()).await;
        assert_eq!(early, None, "the handler still sleeps");
        net.network.set_service(S1, None);
        let (reply, millis) = call.await;
        assert!(reply.is_none() && millis <= 1_200, "{reply:?} after {millis} ms");
    });
}

/// The course's benchmark, for its answers only.
#[test]
fn benchmark() {
    play(2, |net| async move {
        calls_in_turn(net.clone(), S1, 10_000).await;
        assert_eq!(net.network.received_by(S0), 10_000);
    });
}

/// LongDelayRace: the kind of delay may change while calls wait; each keeps the one it drew.
#[test]
fn long_delay_race() {
    play(2, |net| async move {
        net.cut.set_connected(S1, false);
        let mut calls = Vec::new();
        for call in 0..100 {
            let _long = (call % 2 == 0).then(|| net.network.install(rules::Unreachable::LONG));
            calls.push((call, net.call(S0, S1, ECHO, b"x")));
        }
        let tasks: Vec<_> =
            calls.into_iter().map(|(call, answer)| net.spawn(ended(net.clone(), call, answer))).collect();
        let mut waits = Vec::new();
        for task in tasks {
            waits.push(task.await);
        }
        assert!(waits.iter().all(|(call, millis)| *millis < if call % 2 == 0 { 7_000 } else { 100 }), "{waits:?}");
        assert!(waits.iter().any(|(_, millis)| *millis > 5_000), "{waits:?}");
    });
}

async fn ended(net: Net, call: u64, answer: Answer) -> (u64, u64) {
    assert_eq!(answer.await, None);
    (call, whole_millis(net.sim.now().since(Instant::START)))
}
