//! A key/value service of the implementation's own, and its clients (`lab-spec/kv.md` §3).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::puppet::{S0, S1, S2, apply, deliver, millis, play, play_and_tell, play_to_failure};
use super::puppet_kv::{seen, setup, setup_without_raft, take_snapshot};
use crate::api::ApplyMsg;
use crate::base::{Alive, Incarnation, Seed, ServerId};
use crate::cluster::{Client, Cluster, Setup};
use crate::net::Messages;

const ALL: [ServerId; 3] = [S0, S1, S2];

#[test]
fn every_server_gets_the_limit_and_what_its_raft_applies() {
    play(setup(), |t| async move {
        apply(S1, 1, 10);
        apply(S1, 2, 20);
        t.sleep(millis(1)).await;
        assert_eq!(seen().limits, [Some(1_000); 3]);
        assert_eq!(seen().applied, [(S1, 1), (S1, 2)]);
        t.crash(S1);
        assert_eq!(seen().killed, [S1]);
    });
}

#[test]
fn operations_are_counted_where_a_scenario_says_so() {
    play(setup(), |t| async move {
        let client = t.client(&ALL);
        client.put("k", "v").await;
        assert_eq!(t.figures().ops, 0);
        client.count();
        client.count();
        assert_eq!(t.figures().ops, 2);
    });
}

#[test]
fn what_a_client_does_is_told_with_its_beginning_and_its_end() {
    let told = play_and_tell(setup(), |t| async move {
        let client = Rc::new(t.client(&ALL));
        client.put("k", "v").await;
        let waits = client.clone();
        let append = t.spawn(async move { waits.append("k", "w").await });
        t.sleep(millis(5)).await;
        assert!(!append.is_finished());
    });
    let of_client: Vec<&str> = told.lines().filter_map(|line| line.split_once("TEST C0 ")).map(|line| line.1).collect();
    assert_eq!(of_client, [r#"calls Put "k" "v""#, r#"done Put "k" "v""#, r#"calls Append "k" "w""#]);
}

async fn order_of(client: &Client) -> String {
    client.get("order").await
}

/// The orders in which the first clerks of a run see the servers.
fn orders(seed: u64) -> Vec<String> {
    let orders = Rc::new(std::cell::RefCell::new(Vec::new()));
    let found = orders.clone();
    play(Setup { seed: Seed(seed), ..setup() }, |t| async move {
        for _ in 0..20 {
            let order = order_of(&t.client(&ALL)).await;
            found.borrow_mut().push(order);
        }
    });
    orders.take()
}

#[test]
fn clerks_see_the_servers_in_orders_that_the_seed_decides() {
    let first = orders(1);
    assert_eq!(first, orders(1));
    assert_ne!(first, orders(2));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 6, "{first:?}");
}

#[test]
fn a_client_reaches_whom_it_is_connected_to_whatever_the_partition() {
    play(setup(), |t| async move {
        let client = t.client(&[S1]);
        let reached = |order: String| order.chars().filter(char::is_ascii_digit).collect::<BTreeSet<_>>();
        assert_eq!(reached(order_of(&client).await), BTreeSet::from(['1']));
        client.connect(&[S2]);
        assert_eq!(reached(order_of(&client).await), BTreeSet::from(['1', '2']));
        let _partition = t.partition(&[&[S0], &[S1, S2]]);
        assert_eq!(reached(order_of(&client).await), BTreeSet::from(['1', '2']));
        t.crash(S2);
        assert_eq!(reached(order_of(&client).await), BTreeSet::from(['1']));
    });
}

#[test]
fn what_clients_ask_is_counted_copied_and_kept_as_what_servers_say_is() {
    play(setup(), |t| async move {
        let (client, other) = (t.client(&ALL), t.client(&ALL));
        let (tally, copies) = (t.tally(Messages::CLIENT_REQUESTS), t.copy(Messages::CLIENT_REQUESTS.from(client.id())));
        order_of(&client).await;
        order_of(&other).await;
        assert_eq!((tally.count(), copies.len()), (6, 3), "both asked all servers");

        let before = t.requests_received();
        copies.release_all();
        t.sleep(millis(5)).await;
        assert_eq!(t.requests_received() - before, 3, "each arrives again");

        let kept = t.hold(Messages::CLIENT_REQUESTS.to(S1));
        assert!(t.within(millis(1_000), order_of(&other)).await.is_none() && kept.len() == 1);
    });
}

#[test]
fn a_client_reaches_a_server_that_is_up_again_before_its_peers_do() {
    play(setup(), |t| async move {
        let client = t.client(&[S2]);
        start(&t, S2);
        assert!(!t.is_connected(S2));
        assert!(order_of(&client).await.contains('2'));
    });
}

#[test]
fn the_largest_snapshot_counts_also_of_a_server_that_is_down() {
    play(setup(), |t| async move {
        assert_eq!(t.snapshot_size(), 0);
        take_snapshot(S0, 1, b"12345");
        take_snapshot(S1, 1, b"123");
        t.crash(S0);
        assert_eq!(t.snapshot_size(), 5);
    });
}

#[test]
fn a_server_that_starts_no_raft_ends_the_run() {
    let failure = play_to_failure(setup_without_raft(), |t| async move { t.sleep(millis(1)).await });
    assert_eq!((failure.check, &failure.servers[..]), ("no raft", &[S0][..]));
    assert!(failure.evidence[0].contains("nobody called `boot.raft.start()`"), "{failure:?}");
}

fn start(t: &Rc<Cluster>, server: ServerId) {
    t.start(server).expect("it has saved what its service gave it");
}

/// What is told of snapshots that were restored, by its last words.
fn restored(told: &str) -> Vec<&str> {
    told.lines().filter_map(|line| line.split_once("service restored ")).map(|line| line.1).collect()
}

#[test]
fn a_server_comes_up_with_what_it_saved() {
    let told = play_and_tell(setup(), |t| async move {
        take_snapshot(S0, 3, b"three");
        start(&t, S0);
        start(&t, S1);
        assert_eq!(seen().booted[3..], [(S0, b"three"[..].into()), (S1, b""[..].into())]);
    });
    assert_eq!(restored(&told), ["snapshot through 3 bytes=5"]);
}

/// After reads alone, a later snapshot is the same bytes.
#[test]
fn which_of_two_equal_snapshots_it_was_shows_when_something_is_applied() {
    let told = play_and_tell(setup(), |t| async move {
        take_snapshot(S0, 3, b"same");
        take_snapshot(S1, 5, b"same");
        start(&t, S0);
        apply(S0, 4, 40);
        t.sleep(millis(1)).await;
        start(&t, S1);
        apply(S1, 6, 60);
        t.sleep(millis(1)).await;
        start(&t, S0);
        deliver(S0, ApplyMsg::Snapshot { index: 3, term: 1, snapshot: b"same"[..].into() });
        t.sleep(millis(1)).await;
    });
    let told = restored(&told);
    assert_eq!(told, [5, 3, 5, 5, 3].map(|index| format!("snapshot through {index} bytes=4")));
}

#[test]
fn what_no_service_made_cannot_be_restored() {
    play(setup(), |t| async move {
        take_snapshot(S0, 3, b"three");
        t.crash(S0);
        let disk = t.servers.borrow()[0].disk.clone();
        let life = Incarnation { server: S0, life: 1 };
        disk.persister(life, Alive::new(), t.trace.clone()).save(vec![], Some(b"else"[..].into()));
        let failure = t.start(S0).expect_err("nobody made it");
        assert_eq!((failure.check, failure.servers), ("restore snapshot", vec![S0]));
    });
}
