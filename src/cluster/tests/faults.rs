//! Faults that the course's tester does not have.

use std::rc::Rc;

use super::puppet::{S0, S1, S2, apply_through, lead, millis, ping_all, play, seen, setup, with_snapshots};
use crate::base::{Command, ServerId};
use crate::cluster::Cluster;
use crate::disk::Moment;
use crate::net::Messages;

/// Who heard pings in the last millisecond, in order, after `act`.
async fn heard_after(t: &Cluster, act: impl FnOnce()) -> Vec<ServerId> {
    let before = seen().pings.len();
    act();
    t.sleep(millis(1)).await;
    let mut heard: Vec<ServerId> = seen().pings[before..].iter().map(|life| life.server).collect();
    heard.sort_unstable();
    heard
}

/// A puppet saves when it gets its service's snapshot, which is at every tenth command.
async fn crash_at_second_save(t: Rc<Cluster>, moment: Moment, survives: u64) {
    t.crash_at_save(S0, 2, moment);
    apply_through(S0, 1, 18);
    t.sleep(millis(1)).await;
    assert!(t.is_running(S0), "{moment:?}: that was the first save");
    apply_through(S0, 19, 25);
    t.sleep(millis(1)).await;
    assert!(!t.is_running(S0) && !t.is_connected(S0), "{moment:?}");
    assert_eq!((seen().killed, seen().dropped), (vec![S0], 1), "{moment:?}");
    assert_eq!(t.n_committed(20), Ok((0, None)), "{moment:?}: what it wanted after the crash has no effect");

    t.start(S0).expect("the saved snapshot is the service's own");
    apply_through(S0, survives + 1, 30);
    t.sleep(millis(1)).await;
    assert!(t.is_running(S0), "{moment:?}: once is enough");
    assert_eq!(t.n_committed(30).map(|(count, _)| count), Ok(1));
}

#[test]
fn a_server_crashes_before_a_save_takes_effect() {
    play(with_snapshots(), |t| crash_at_second_save(t, Moment::Before, 9));
}

#[test]
fn a_server_crashes_after_a_save_took_effect() {
    play(with_snapshots(), |t| crash_at_second_save(t, Moment::After, 19));
}

#[test]
fn a_crash_at_a_save_is_forgotten_with_the_life_it_was_for() {
    play(with_snapshots(), |t| async move {
        t.crash_at_save(S0, 1, Moment::After);
        t.start(S0).expect("there is nothing to restore");
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        assert!(t.is_running(S0));
        t.crash_at_save(S2, 1, Moment::After);
        t.spare(S2);
        apply_through(S2, 1, 9);
        t.sleep(millis(1)).await;
        assert!(t.is_running(S2), "it was spared");
        t.crash(S1);
        t.crash_at_save(S1, 1, Moment::After);
        t.start(S1).expect("there is nothing to restore");
        apply_through(S1, 1, 9);
        t.sleep(millis(1)).await;
        assert!(t.is_running(S1), "who is down cannot be made to crash");
    });
}

#[test]
fn a_server_crashes_after_it_sent_something_which_arrives() {
    play(setup(), |t| async move {
        let guard = t.crash_after_send(S0, Messages::REQUESTS, 2);
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S1], "S0 is dead, and sends S2 nothing any more");
        assert!(!t.is_running(S0) && t.is_running(S1));
        drop(guard);
    });
}

#[test]
fn a_server_crashes_after_it_answered_and_the_reply_arrives() {
    play(setup(), |t| async move {
        let rpcs = t.figures();
        let guard = t.crash_after_send(S1, Messages::REPLIES, 1);
        ping_all(&t, S0);
        let replies = t.hold(Messages::REPLIES.from(S1));
        t.sleep(millis(1)).await;
        assert!(!t.is_running(S1));
        assert_eq!(replies.len(), 1, "the reply had left");
        ping_all(&t, S2);
        t.sleep(millis(1)).await;
        assert_eq!(replies.len(), 1);
        assert_eq!(t.figures().rpcs - rpcs.rpcs, 6);
        drop(guard);
    });
}

#[test]
fn a_crash_after_a_send_is_for_the_life_at_work_and_as_long_as_its_guard() {
    play(setup(), |t| async move {
        let guard = t.crash_after_send(S0, Messages::REQUESTS, 1);
        t.start(S0).expect("there is nothing to restore");
        t.connect(S0);
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S1, S2]);
        drop(guard);
        drop(t.crash_after_send(S0, Messages::REQUESTS, 1));
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S1, S2]);
        t.crash(S1);
        let _nobody = t.crash_after_send(S1, Messages::REQUESTS, 1);
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S2]);
    });
}

#[test]
fn a_paused_server_does_nothing_and_then_everything_at_once() {
    play(setup(), |t| async move {
        lead(S1, 1);
        let paused = t.pause(S1);
        assert_eq!((t.state(S1), t.submit(S1, Command::integer(1))), (None, None));
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S2]);
        t.sleep(millis(5_000)).await;
        assert_eq!(heard_after(&t, || drop(paused)).await, [S1]);
        assert!(t.state(S1).is_some() && t.submit(S1, Command::integer(1)).is_some());
    });
}

#[test]
fn a_paused_server_can_crash_and_its_next_life_is_not_paused() {
    play(setup(), |t| async move {
        let paused = t.pause(S1);
        t.start(S1).expect("there is nothing to restore");
        t.connect(S1);
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S1, S2]);
        drop(paused);
        t.crash(S2);
        drop(t.pause(S2));
    });
}

#[test]
fn messages_are_kept_until_they_are_let_go() {
    play(setup(), |t| async move {
        let mut held = t.hold(Messages::REQUESTS.to(S1));
        assert_eq!(heard_after(&t, || (0..3).for_each(|_| ping_all(&t, S0))).await, [S0, S0, S0, S2, S2, S2]);
        assert!(held.len() == 3 && !held.is_empty());
        let oldest = held.messages()[0].number();
        held.release_first();
        assert!(held.len() == 2 && held.messages()[0].number() > oldest, "in order");
        assert_eq!(heard_after(&t, || held.release(|_| false)).await, [S1]);
        held.stop();
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S1, S2]);
        assert_eq!(heard_after(&t, || drop(held)).await, [S1, S1], "what is left when it ends");
    });
}

#[test]
fn what_one_rule_copies_and_another_keeps_is_kept() {
    play(setup(), |t| async move {
        let copies = t.copy(Messages::REQUESTS.to(S1));
        let held = t.hold(Messages::REQUESTS.from(S0).to(S1));
        let others = t.hold(Messages::REQUESTS.to(S1));
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S2]);
        assert_eq!((copies.len(), held.len(), others.len()), (0, 1, 0));
    });
}

#[test]
fn copies_come_in_addition_and_reach_later_lives_but_nobody_who_is_down() {
    play(setup(), |t| async move {
        let copies = t.copy(Messages::REQUESTS.to(S1));
        assert_eq!(heard_after(&t, || ping_all(&t, S0)).await, [S0, S1, S2]);
        t.start(S1).expect("there is nothing to restore");
        t.disconnect(S0);
        assert_eq!(heard_after(&t, || copies.release_all()).await, [S1], "cuts are not looked at");
        assert_eq!(seen().pings.last().map(|life| life.life), Some(2));
        t.connect(S0);
        t.connect(S1);
        ping_all(&t, S0);
        t.crash(S1);
        assert_eq!(heard_after(&t, || copies.release_all()).await, [S0, S2]);
    });
}
