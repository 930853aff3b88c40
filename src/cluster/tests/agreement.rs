//! n_committed, wait and one (`lab-spec` §2.11 to §2.13).

use super::puppet::{S0, S1, S2, accept, apply, deliver, follow, lead, millis, now, play, seen, setup};
use crate::api::ApplyMsg;
use crate::base::{Command, ServerId};
use crate::cluster::Retry;

fn number(value: u64) -> Command {
    Command::integer(value)
}

fn everybody_applies(index: u64, command: Command) {
    for server in [S0, S1, S2] {
        deliver(server, ApplyMsg::Command { index, command: command.clone() });
    }
}

/// Whom `one` has asked, and at which ms.
fn asked() -> Vec<(u64, ServerId)> {
    seen().asked.into_iter().map(|(at, server, _)| (at.as_micros() / 1_000, server)).collect()
}

#[test]
fn n_committed_counts_servers_also_those_cut_off_or_down() {
    play(setup(), |t| async move {
        assert_eq!(t.n_committed(1), Ok((0, None)));
        apply(S0, 1, 17);
        apply(S2, 1, 17);
        t.sleep(millis(1)).await;
        t.disconnect(S0);
        t.crash(S2);
        assert_eq!(t.n_committed(1), Ok((2, Some(number(17)))));
        t.start(S2).expect("there is nothing to restore");
        assert_eq!(t.n_committed(1), Ok((2, Some(number(17)))), "the record outlives a restart");
        assert_eq!(t.n_committed(2), Ok((0, None)));
    });
}

#[test]
fn one_gives_the_index_as_soon_as_enough_servers_have_applied_it() {
    play(setup(), |t| async move {
        lead(S1, 1);
        accept(everybody_applies);
        assert_eq!(t.one(number(7), 3, Retry::Forbidden).await, Ok(1));
        assert_eq!(t.one(number(8), 3, Retry::Forbidden).await, Ok(2));
        assert_eq!(now(&t), 2 * 20, "one look each at once, and one after 20 ms");
    });
}

#[test]
fn one_asks_the_servers_from_1_upwards_and_0_last() {
    play(setup(), |t| async move {
        lead(S0, 1);
        accept(everybody_applies);
        assert_eq!(t.one(number(7), 3, Retry::Forbidden).await, Ok(1));
        assert_eq!(asked(), [(0, S1), (0, S2), (0, S0)]);
    });
}

#[test]
fn one_asks_no_server_that_is_cut_off_or_down() {
    play(setup(), |t| async move {
        lead(S0, 1);
        lead(S1, 9);
        accept(everybody_applies);
        t.disconnect(S1);
        t.crash(S2);
        t.connect(S2);
        assert_eq!(t.one(number(7), 1, Retry::Forbidden).await, Ok(1));
        assert_eq!(asked(), [(0, S0)]);
    });
}

#[test]
fn one_waits_50_ms_between_rounds_without_a_leader_and_10_s_in_all() {
    play(setup(), |t| async move {
        let failure = t.one(number(7), 3, Retry::Forbidden).await.expect_err("nobody leads");
        assert_eq!((failure.check, now(&t)), ("one", 10_000));
        assert!(failure.evidence[1].contains("ever claimed to lead"), "{:?}", failure.evidence);
        let asked = asked();
        assert_eq!(asked.len(), 3 * 200, "three servers, twenty rounds per second");
        assert_eq!(asked[..4], [(0, S1), (0, S2), (0, S0), (50, S1)]);
    });
}

#[test]
fn one_finds_a_leader_that_comes_late_also_if_it_may_not_retry() {
    play(setup(), |t| async move {
        let there = t.clone();
        t.spawn(async move {
            there.sleep(millis(9_920)).await;
            lead(S2, 1);
            accept(everybody_applies);
        });
        assert_eq!(t.one(number(7), 3, Retry::Forbidden).await, Ok(1));
        assert_eq!(now(&t), 9_950 + 20);
    });
}

#[test]
fn one_that_may_not_retry_fails_two_seconds_after_its_submission() {
    play(setup(), |t| async move {
        lead(S1, 4);
        let failure = t.one(number(7), 3, Retry::Forbidden).await.expect_err("nobody applies anything");
        assert_eq!((failure.check, now(&t), failure.servers), ("one", 2_000, vec![S1]));
        assert_eq!(asked(), [(0, S1)]);
        let attempt = "at 000.000000 S1 accepted it at index 1 in term 4; applied there by []";
        assert_eq!(failure.evidence[1], attempt);
    });
}

/// The order goes on where the last round ended, not from the beginning.
#[test]
fn one_that_may_retry_submits_every_two_seconds_for_ten() {
    play(setup(), |t| async move {
        lead(S1, 1);
        lead(S2, 2);
        t.one(number(7), 3, Retry::Allowed).await.expect_err("nobody applies anything");
        assert_eq!(now(&t), 10_000);
        assert_eq!(asked(), [(0, S1), (2_000, S2), (4_000, S0), (4_000, S1), (6_000, S2), (8_000, S0), (8_000, S1)]);
    });
}

#[test]
fn one_may_take_almost_twelve_seconds() {
    play(setup(), |t| async move {
        let there = t.clone();
        t.spawn(async move {
            there.sleep(millis(9_920)).await;
            lead(S1, 1);
        });
        t.one(number(7), 3, Retry::Allowed).await.expect_err("nobody applies anything");
        assert_eq!(now(&t), 9_950 + 2_000);
    });
}

#[test]
fn one_goes_on_looking_when_another_command_is_applied_at_its_index() {
    play(setup(), |t| async move {
        lead(S1, 1);
        accept(|index, _| everybody_applies(index, number(666)));
        t.one(number(7), 3, Retry::Forbidden).await.expect_err("666 was applied instead");
        assert_eq!(now(&t), 2_000);
    });
}

#[test]
fn one_wants_the_expected_number_of_servers() {
    play(setup(), |t| async move {
        lead(S1, 1);
        accept(|index, command| deliver(S1, ApplyMsg::Command { index, command }));
        assert_eq!(t.one(number(7), 1, Retry::Forbidden).await, Ok(1));
        let failure = t.one(number(8), 2, Retry::Forbidden).await.expect_err("only S1 applies it");
        assert!(failure.evidence[1].ends_with("applied there by [S1]"), "{:?}", failure.evidence);
    });
}

#[test]
fn one_may_be_asked_several_times_at_once() {
    play(setup(), |t| async move {
        lead(S1, 1);
        accept(everybody_applies);
        let ones: Vec<_> = (0..5)
            .map(|value| {
                let there = t.clone();
                t.spawn(async move { there.one(number(value), 3, Retry::Forbidden).await })
            })
            .collect();
        let mut indices = Vec::new();
        for one in ones {
            indices.push(one.await.expect("everybody applies everything"));
        }
        indices.sort_unstable();
        assert_eq!(indices, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn wait_gives_what_was_applied_at_the_next_look() {
    play(setup(), |t| async move {
        apply(S0, 1, 17);
        let there = t.clone();
        t.spawn(async move {
            there.sleep(millis(1_000)).await;
            apply(S1, 1, 17);
        });
        assert_eq!(t.wait(1, 2, None).await, Ok(Some(number(17))));
        assert_eq!(now(&t), 10 + 20 + 40 + 80 + 160 + 320 + 640);
    });
}

#[test]
fn wait_gives_up_after_thirty_ever_longer_pauses() {
    play(setup(), |t| async move {
        apply(S0, 1, 17);
        let failure = t.wait(1, 2, None).await.expect_err("only S0 applies it");
        assert_eq!((failure.check, now(&t)), ("wait", 30_710));
        assert_eq!(failure.evidence, ["only 1 servers have applied index 1; 2 were to apply it"]);
    });
}

#[test]
fn wait_ends_with_nothing_when_any_server_goes_beyond_the_term() {
    play(setup(), |t| async move {
        follow(S0, 3);
        t.disconnect(S2);
        let there = t.clone();
        t.spawn(async move {
            there.sleep(millis(100)).await;
            follow(S2, 4);
        });
        assert_eq!(t.wait(1, 2, Some(3)).await, Ok(None));
        assert_eq!(now(&t), 10 + 20 + 40 + 80, "terms are looked at after each pause");
    });
}

#[test]
fn wait_looks_at_terms_only_after_a_pause() {
    play(setup(), |t| async move {
        follow(S2, 9);
        apply(S0, 1, 17);
        t.sleep(millis(1)).await;
        assert_eq!(t.wait(1, 1, Some(3)).await, Ok(Some(number(17))));
        assert_eq!(now(&t), 1);
    });
}
