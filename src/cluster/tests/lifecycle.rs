//! Servers that come and go, and what is counted (`lab-spec` §2.3 to §2.7, §2.14, §2.15).

use std::time::Duration;

use super::puppet::{
    S0, S1, S2, apply, apply_through, millis, ping_all, play, play_to_failure, seen, setup, with_snapshots,
};
use crate::api::Incarnation;
use crate::base::{Instant, ServerId};
use crate::cluster::{Cluster, Setup};
use crate::net::rules;

fn life(server: ServerId, life: u32) -> Incarnation {
    Incarnation { server, life }
}

/// Who hears a ping that a server sends to everybody now.
async fn heard_by(t: &Cluster, server: ServerId) -> Vec<ServerId> {
    let before = seen().pings.len();
    ping_all(t, server);
    t.sleep(millis(1)).await;
    let mut heard: Vec<ServerId> = seen().pings[before..].iter().map(|life| life.server).collect();
    heard.sort_unstable();
    heard
}

#[test]
fn after_construction_all_are_up_and_connected() {
    play(setup(), |t| async move {
        let booted = [S0, S1, S2].map(|server| (Instant::START, life(server, 1)));
        assert_eq!(seen().booted, booted);
        for server in [S0, S1, S2] {
            assert!(t.is_running(server) && t.is_connected(server));
            assert_eq!(heard_by(&t, server).await, [S0, S1, S2]);
        }
    });
}

#[test]
fn a_disconnected_server_reaches_nobody_and_is_reached_by_nobody() {
    play(setup(), |t| async move {
        t.disconnect(S0);
        t.disconnect(S0);
        assert_eq!(heard_by(&t, S0).await, []);
        assert_eq!(heard_by(&t, S1).await, [S1, S2]);
        t.disconnect(S1);
        t.connect(S0);
        t.connect(S0);
        assert_eq!(heard_by(&t, S0).await, [S0, S2], "connecting one heals nothing of another");
        assert!(t.is_running(S1) && !t.is_connected(S1));
    });
}

#[test]
fn a_crash_disconnects_and_ends_the_life() {
    play(setup(), |t| async move {
        t.crash(S0);
        t.crash(S0);
        assert!(!t.is_running(S0) && !t.is_connected(S0));
        assert_eq!((seen().killed, seen().dropped), (vec![S0], 1), "killed once, and gone");
        t.connect(S0);
        assert_eq!(heard_by(&t, S1).await, [S1, S2]);
    });
}

#[test]
fn a_start_makes_a_new_life_that_is_disconnected() {
    play(setup(), |t| async move {
        t.sleep(millis(5)).await;
        t.start(S1).expect("there is nothing to restore");
        assert_eq!(seen().killed, [S1], "starting a server that is up crashes it first");
        assert_eq!(seen().booted[3..], [(Instant::from_millis(5), life(S1, 2))]);
        assert!(t.is_running(S1) && !t.is_connected(S1));
        assert_eq!(heard_by(&t, S1).await, []);
        t.connect(S1);
        assert_eq!(heard_by(&t, S0).await, [S0, S1, S2]);
        assert_eq!(seen().pings.iter().filter(|life| life.server == S1).count(), 1);
        assert!(seen().pings.contains(&life(S1, 2)));
    });
}

#[test]
fn what_a_killed_server_still_tries_has_no_effect() {
    play(with_snapshots(), |t| async move {
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        assert_eq!(t.log_size(), 7, "the puppet saved seven bytes with its snapshot");
        let rpcs = t.figures().rpcs;
        // In `kill`, a puppet saves 999 bytes and pings everybody; and it still wants to apply.
        apply(S0, 10, 100);
        t.crash(S0);
        t.sleep(millis(1)).await;
        assert_eq!((t.log_size(), t.figures().rpcs), (7, rpcs));
        assert!(seen().pings.is_empty());
        assert_eq!(t.n_committed(10), Ok((0, None)));
    });
}

#[test]
fn what_was_saved_is_there_after_a_restart() {
    play(with_snapshots(), |t| async move {
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        t.crash(S0);
        assert_eq!(t.log_size(), 7, "servers that are down count as well");
        t.start(S0).expect("the saved snapshot is the service's own");
        assert_eq!(t.log_size(), 7);
        assert_eq!(t.n_committed(9).map(|(count, _)| count), Ok(1));
    });
}

#[test]
fn an_apply_is_over_when_the_service_took_the_message() {
    play(setup(), |t| async move {
        t.sleep(millis(3)).await;
        apply(S2, 1, 10);
        t.sleep(millis(1)).await;
        assert_eq!(seen().taken, [(Instant::from_millis(3), S2)]);
    });
}

#[test]
fn messages_take_the_latency_of_the_setup_each_way() {
    let latency = Duration::from_millis(3)..=Duration::from_millis(3);
    play(Setup { latency, ..setup() }, |t| async move {
        ping_all(&t, S0);
        t.sleep(Duration::from_micros(2_999)).await;
        assert!(seen().pings.is_empty());
        t.sleep(Duration::from_micros(2)).await;
        assert_eq!(seen().pings.len(), 3);
    });
}

#[test]
fn a_fault_is_at_work_for_as_long_as_its_guard_lives() {
    play(setup(), |t| async move {
        let fault = t.inject(rules::OneWay::Into(S1));
        assert_eq!(heard_by(&t, S0).await, [S0, S2]);
        assert_eq!(heard_by(&t, S1).await, [S0, S2], "it cannot even reach itself");
        drop(fault);
        assert_eq!(heard_by(&t, S0).await, [S0, S1, S2]);
    });
}

#[test]
fn the_networks_kind_can_be_changed_and_changed_back() {
    play(Setup { unreliable: true, ..setup() }, |t| async move {
        let lost = |t: &Cluster| 300 * 3 - t.requests_received();
        for _ in 0..300 {
            ping_all(&t, S0);
        }
        t.sleep(millis(30)).await;
        // 900 × 0.1, and four deviations of √(900 × 0.1 × 0.9) = 9.
        assert!((54..=126).contains(&lost(&t)), "{}", lost(&t));
        t.set_reliable(false);
        t.set_reliable(true);
        let before = t.requests_received();
        for _ in 0..300 {
            ping_all(&t, S0);
        }
        t.sleep(millis(1)).await;
        assert_eq!(t.requests_received() - before, 900, "nothing is lost or late any more");
    });
}

#[test]
fn figures_count_time_requests_bytes_and_indices() {
    play(setup(), |t| async move {
        ping_all(&t, S0);
        t.disconnect(S0);
        ping_all(&t, S0);
        apply_through(S1, 1, 4);
        apply_through(S2, 1, 2);
        t.sleep(millis(2_500)).await;
        let figures = t.figures();
        assert_eq!((figures.virtual_time, figures.rpcs, figures.ops), (millis(2_500), 6, 4));
        assert_eq!((figures.bytes, t.total_bytes()), (0, 0), "a ping has no bytes");
    });
}

#[test]
fn requests_received_are_those_of_the_present_lives() {
    play(setup(), |t| async move {
        heard_by(&t, S0).await;
        assert_eq!(t.requests_received(), 3);
        t.start(S1).expect("there is nothing to restore");
        assert_eq!(t.requests_received(), 2);
    });
}

#[test]
fn nothing_of_a_run_is_left_when_it_is_over_however_it_ended() {
    play(setup(), |t| async move {
        t.start(S1).expect("there is nothing to restore");
        apply(S0, 1, 10);
        ping_all(&t, S0);
    });
    assert_eq!(seen().dropped, 4, "three servers, one of them twice");
    play_to_failure(setup(), |t| async move {
        apply(S0, 2, 10);
        t.sleep(millis(1)).await;
    });
    assert_eq!(seen().dropped, 3);
}

#[test]
fn servers_stand_in_a_circle() {
    play(setup(), |t| async move {
        assert_eq!(t.after(S2, 2), S1);
        let mut drawn: Vec<ServerId> = (0..100).map(|_| t.random_server()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [S0, S1, S2]);
        let commands: Vec<u64> = (0..100).filter_map(|_| t.random_command().as_integer()).collect();
        assert!(commands.len() == 100 && commands.iter().all(|command| *command < 1 << 63), "63 bits, not 64");
    });
}
