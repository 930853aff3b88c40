//! What services check about what is applied, and their snapshots (`lab-spec` §2.8 and §2.9).

use super::puppet::{
    S0, S1, S2, apply, apply_through, deliver, millis, play, play_to_failure, seen, setup, with_snapshots,
};
use crate::api::{ApplyMsg, Bytes};
use crate::base::{Command, Index, ServerId};
use crate::cluster::{Cluster, Setup};

/// Lets 100 ms pass, in which a run with a wrong apply must have ended.
async fn must_end(t: &Cluster) {
    t.sleep(millis(100)).await;
    panic!("went on after a wrong apply");
}

/// Plays `act` and gives the evidence of the apply check that must end the run.
fn refused(setup: Setup, act: fn()) -> String {
    let failure = play_to_failure(setup, move |t| async move {
        act();
        must_end(&t).await;
    });
    assert_eq!(failure.check, "apply");
    failure.evidence.concat()
}

fn deliver_snapshot(server: ServerId, index: Index, snapshot: Bytes) {
    deliver(server, ApplyMsg::Snapshot { index, term: 1, snapshot });
}

/// The snapshot that `S0` took through `index`.
fn snapshot_of_s0(index: Index) -> Bytes {
    let taken = seen().snapshots;
    let found = taken.into_iter().find(|(server, at, _)| (*server, *at) == (S0, index));
    found.expect("S0 took this snapshot").2
}

#[test]
fn different_commands_at_one_index_end_the_run() {
    let evidence = refused(setup(), || {
        apply(S0, 1, 17);
        apply(S1, 1, 41);
    });
    let either =
        ["S1 applied 41 at index 1, where S0 had applied 17", "S0 applied 17 at index 1, where S1 had applied 41"];
    assert!(either.contains(&evidence.as_str()), "{evidence}");
}

#[test]
fn a_gap_ends_the_run_with_and_without_snapshots() {
    for setup in [setup(), with_snapshots()] {
        let evidence = refused(setup, || apply(S0, 2, 20));
        assert!(evidence.contains("S0 applied index 2 out of order"), "{evidence}");
    }
}

#[test]
fn an_index_that_no_log_has_ends_the_run() {
    for setup in [setup(), with_snapshots()] {
        let evidence = refused(setup, || apply(S0, 0, 1));
        assert_eq!(evidence, "S0 applied index 0, which no log has");
    }
    refused(setup(), || apply(S0, Index::MAX, 1));
}

#[test]
fn without_snapshots_a_command_may_be_applied_again_also_after_a_restart() {
    play(setup(), |t| async move {
        apply_through(S0, 1, 3);
        apply_through(S0, 2, 3);
        t.sleep(millis(1)).await;
        t.start(S0).expect("there is nothing to restore");
        // Up to the earlier life's last index plus one: its record is still there.
        apply_through(S0, 4, 5);
        t.sleep(millis(1)).await;
        assert_eq!(t.n_committed(5), Ok((1, Some(Command::integer(50)))));
    });
}

#[test]
fn without_snapshots_snapshot_messages_are_ignored() {
    play(setup(), |t| async move {
        deliver_snapshot(S0, 5, Bytes::new());
        apply_through(S0, 1, 12);
        t.sleep(millis(1)).await;
        assert_eq!(t.n_committed(12), Ok((1, Some(Command::integer(120)))));
        assert!(seen().snapshots.is_empty());
    });
}

#[test]
fn with_snapshots_every_index_comes_exactly_once() {
    let evidence = refused(with_snapshots(), || {
        apply_through(S0, 1, 3);
        apply(S0, 3, 30);
    });
    assert_eq!(evidence, "S0 applied index 3 out of order: index 4 was expected");
}

#[test]
fn snapshots_are_taken_after_9_19_29_by_every_server_on_its_own() {
    play(with_snapshots(), |t| async move {
        apply_through(S0, 1, 29);
        apply_through(S1, 1, 18);
        t.sleep(millis(1)).await;
        let mut taken: Vec<(ServerId, Index)> =
            seen().snapshots.into_iter().map(|(server, index, _)| (server, index)).collect();
        taken.sort_unstable();
        assert_eq!(taken, [(S0, 9), (S0, 19), (S0, 29), (S1, 9)]);
    });
}

#[test]
fn a_snapshot_message_takes_the_place_of_the_commands() {
    play(with_snapshots(), |t| async move {
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        deliver_snapshot(S1, 9, snapshot_of_s0(9));
        apply_through(S1, 10, 10);
        t.sleep(millis(1)).await;
        for index in 1..=9 {
            assert_eq!(t.n_committed(index), Ok((2, Some(Command::integer(index * 10)))));
        }
        assert_eq!(t.n_committed(10), Ok((1, Some(Command::integer(100)))));
        assert_eq!(t.figures().ops, 10);
    });
}

#[test]
fn after_a_snapshot_the_next_command_must_follow_it() {
    let failure = play_to_failure(with_snapshots(), |t| async move {
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        deliver_snapshot(S1, 9, snapshot_of_s0(9));
        apply(S1, 9, 90);
        must_end(&t).await;
    });
    assert_eq!(failure.evidence, ["S1 applied index 9 out of order: index 10 was expected"]);
}

#[test]
fn a_snapshot_for_another_index_than_raft_says_ends_the_run() {
    let failure = play_to_failure(with_snapshots(), |t| async move {
        apply_through(S0, 1, 9);
        t.sleep(millis(1)).await;
        deliver_snapshot(S1, 8, snapshot_of_s0(9));
        must_end(&t).await;
    });
    assert_eq!((failure.check, failure.servers), ("apply", vec![S1]));
    assert_eq!(failure.evidence, ["S1 was given a snapshot for index 8 that is one for index 9"]);
}

#[test]
fn snapshots_that_no_service_made_end_the_run() {
    fn made_up(index: Index, commands: usize) -> Bytes {
        let commands = vec![None::<Command>; commands];
        postcard::to_stdvec(&(index, commands)).expect("this can be encoded").into()
    }
    let evidence = refused(with_snapshots(), || deliver_snapshot(S2, 5, Bytes::new()));
    assert_eq!(evidence, "S2 was given an empty snapshot");
    let evidence = refused(with_snapshots(), || deliver_snapshot(S2, 5, Bytes::from_static(b"\xff")));
    assert_eq!(evidence, "S2 was given a snapshot of 1 bytes that no service made");
    for commands in [0, 5, 7] {
        let refusal: fn() = match commands {
            0 => || deliver_snapshot(S2, Index::MAX, made_up(Index::MAX, 0)),
            5 => || deliver_snapshot(S2, 5, made_up(5, 5)),
            _ => || deliver_snapshot(S2, 5, made_up(5, 7)),
        };
        let evidence = refused(with_snapshots(), refusal);
        assert!(evidence.ends_with("that no service made"), "{evidence}");
    }
}

#[test]
fn after_a_restart_with_a_saved_snapshot_the_service_goes_on_from_there() {
    play(with_snapshots(), |t| async move {
        apply_through(S0, 1, 12);
        t.sleep(millis(1)).await;
        t.start(S0).expect("the saved snapshot is the service's own");
        apply_through(S0, 10, 12);
        t.sleep(millis(1)).await;
        assert_eq!(t.n_committed(12), Ok((1, Some(Command::integer(120)))));
    });
}

#[test]
fn after_a_restart_without_a_snapshot_the_service_begins_at_1() {
    let failure = play_to_failure(with_snapshots(), |t| async move {
        apply_through(S0, 1, 5);
        t.sleep(millis(1)).await;
        t.start(S0).expect("there is nothing to restore");
        apply(S0, 6, 60);
        must_end(&t).await;
    });
    assert_eq!(failure.evidence, ["S0 applied index 6 out of order: index 1 was expected"]);
}

#[test]
fn the_first_wrong_apply_is_the_one_that_is_reported() {
    let failure = play_to_failure(setup(), |t| async move {
        t.sleep(millis(5)).await;
        apply(S0, 7, 1);
        apply(S0, 9, 1);
        must_end(&t).await;
    });
    assert_eq!((failure.servers, failure.at.as_micros()), (vec![S0], 5_000));
    assert!(failure.evidence[0].contains("index 7"), "{:?}", failure.evidence);
}
