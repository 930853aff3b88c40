//! Who leads, and in which term (`lab-spec` §2.10).

use super::puppet::{S0, S1, S2, follow, lead, millis, now, play, setup};
use crate::base::ServerId;

#[test]
fn the_first_look_is_after_450_to_549_ms() {
    play(setup(), |t| async move {
        lead(S1, 1);
        let mut looks = Vec::new();
        for _ in 0..200 {
            let began = t.now();
            assert_eq!(t.check_one_leader().await, Ok(S1));
            looks.push((t.now() - began).as_millis());
        }
        assert!(looks.iter().all(|look| (450..=549).contains(look)), "{looks:?}");
        assert!(looks.iter().any(|look| *look < 460) && looks.iter().any(|look| *look > 539), "{looks:?}");
    });
}

#[test]
fn without_a_leader_it_fails_after_ten_looks() {
    play(setup(), |t| async move {
        t.disconnect(S2);
        let failure = t.check_one_leader().await.expect_err("nobody leads");
        assert!((10 * 450..=10 * 549).contains(&now(&t)), "{}", now(&t));
        assert_eq!((failure.check, failure.at, failure.servers), ("one leader", t.now(), vec![S0, S1]));
    });
}

#[test]
fn a_leader_that_comes_late_is_found_at_the_next_look() {
    play(setup(), |t| async move {
        let there = t.clone();
        t.spawn(async move {
            there.sleep(millis(3_000)).await;
            lead(S2, 4);
        });
        assert_eq!(t.check_one_leader().await, Ok(S2));
        assert!((3_000..3_550).contains(&now(&t)), "{}", now(&t));
    });
}

#[test]
fn two_leaders_of_one_term_fail_at_the_first_look() {
    play(setup(), |t| async move {
        lead(S0, 3);
        lead(S2, 3);
        lead(S1, 4);
        let failure = t.check_one_leader().await.expect_err("there are two leaders");
        assert!(now(&t) < 550, "{}", now(&t));
        assert_eq!((failure.check, failure.servers), ("one leader", vec![S0, S2]));
        assert_eq!(failure.evidence, ["[S0, S2] all lead in term 3"]);
    });
}

#[test]
fn of_leaders_in_different_terms_the_highest_counts() {
    play(setup(), |t| async move {
        for (server, term) in [(S0, 5), (S1, 9), (S2, 7)] {
            lead(server, term);
        }
        assert_eq!(t.check_one_leader().await, Ok(S1));
    });
}

#[test]
fn only_connected_servers_are_asked() {
    play(setup(), |t| async move {
        lead(S0, 5);
        lead(S1, 5);
        t.disconnect(S0);
        assert_eq!(t.check_one_leader().await, Ok(S1));
        t.disconnect(S1);
        assert_eq!(t.check_no_leader(), Ok(()));
        assert_eq!(t.check_terms(), Ok(0), "S2 is in term 0");
    });
}

#[test]
fn check_terms_wants_all_connected_servers_in_one_term() {
    play(setup(), |t| async move {
        for server in [S0, S1, S2] {
            follow(server, 6);
        }
        assert_eq!(t.check_terms(), Ok(6));
        follow(S1, 7);
        let failure = t.check_terms().expect_err("S1 is ahead");
        assert_eq!((failure.check, failure.servers), ("same term", vec![S0, S1, S2]));
        t.disconnect(S1);
        assert_eq!(t.check_terms(), Ok(6));
    });
}

#[test]
fn check_no_leader_fails_for_a_connected_leader_at_once() {
    play(setup(), |t| async move {
        assert_eq!(t.check_no_leader(), Ok(()));
        lead(S2, 1);
        let failure = t.check_no_leader().expect_err("S2 leads");
        assert_eq!((failure.check, failure.servers, now(&t)), ("no leader", vec![S2], 0));
    });
}

#[test]
fn a_server_that_is_down_has_no_state() {
    play(setup(), |t| async move {
        lead(S0, 1);
        t.crash(S0);
        t.connect(S0);
        assert_eq!(t.state(S0), None);
        assert_eq!(t.check_no_leader(), Ok(()));
        assert!(!t.term_moved(0), "the puppets that are up are in term 0");
        follow(S1, 1);
        assert!(t.term_moved(0));
        assert_eq!(t.servers().collect::<Vec<ServerId>>(), [S0, S1, S2]);
    });
}
