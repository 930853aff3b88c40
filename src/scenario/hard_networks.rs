//! Part 2C: unreliable networks, long reordering, and churn.

use std::time::Duration;

use super::Tester;
use super::log::integer_at;
use super::persistence::{CHURN_PAUSE, restart, short_pause};
use crate::base::{Command, Random};
use crate::cluster::{Retry, Step};

/// C5 `TestUnreliableAgree`: many commands at the same time over an unreliable network.
pub(super) async fn unreliable_agree(t: Tester) -> Step {
    let clients = t.parameter("clients");
    let mut waiting = Vec::new();
    for round in 1..=t.parameter("rounds") {
        for client in 0..clients {
            let tester = t.clone();
            let command = Command::integer(100 * round + client);
            waiting.push(t.spawn(async move { tester.one(command, 1, Retry::Allowed).await }));
        }
        t.one(Command::integer(round), 1, Retry::Allowed).await?;
    }

    t.set_reliable(true);
    for client in waiting {
        client.await?;
    }
    t.one(Command::integer(100), t.servers().count(), Retry::Allowed).await?;
    Ok(())
}

/// C6 `TestFigure8Unreliable`: as Figure 8, but leaders are cut off instead of crashed, over an
/// unreliable network that later on holds most replies back.
pub(super) async fn figure8_unreliable(t: Tester) -> Step {
    t.one(small_command(&t), 1, Retry::Allowed).await?;
    let servers = t.servers().count();
    let majority = servers / 2 + 1;
    let mut up = servers;
    for step in 0..t.parameter("steps") {
        if step == t.parameter("reordering_from") {
            t.set_long_reordering(true);
        }
        // Those that are cut off are asked, too.
        let mut leader = None;
        for server in t.servers() {
            if t.submit(server, small_command(&t)).is_some() && t.is_connected(server) {
                leader = Some(server);
            }
        }
        short_pause(&t).await;

        if let Some(leader) = leader
            && t.random(|random| random.chance(500, 1_000))
        {
            t.disconnect(leader);
            up -= 1;
        }
        if up < majority {
            let server = t.random_server();
            if !t.is_connected(server) {
                t.connect(server);
                up += 1;
            }
        }
    }

    t.servers().for_each(|server| t.connect(server));
    t.one(small_command(&t), servers, Retry::Allowed).await?;
    Ok(())
}

fn small_command(t: &Tester) -> Command {
    Command::integer(t.random(|random| random.below(10_000)))
}

/// C7 `TestReliableChurn` and C8 `TestUnreliableChurn`: clients go on while servers crash, restart
/// and are cut off. Nothing that a client saw committed may be lost.
pub(super) async fn churn(t: Tester) -> Step {
    let stop = std::rc::Rc::new(std::cell::Cell::new(false));
    let clients: Vec<_> =
        (0..t.parameter("clients")).map(|client| t.spawn(churn_client(t.clone(), client, stop.clone()))).collect();

    for _ in 0..t.parameter("rounds") {
        if t.random(|random| random.chance(200, 1_000)) {
            t.disconnect(t.random_server());
        }
        if t.random(|random| random.chance(500, 1_000)) {
            let server = t.random_server();
            if !t.is_running(server) {
                t.cluster().start(server)?;
            }
            t.connect(server);
        }
        if t.random(|random| random.chance(200, 1_000)) {
            t.crash(t.random_server());
        }
        t.sleep(CHURN_PAUSE).await;
    }

    t.sleep_elections(1).await;
    t.set_reliable(true);
    for server in t.servers() {
        if !t.is_running(server) {
            restart(&t, server)?;
        }
        t.connect(server);
    }
    stop.set(true);
    let mut confirmed = Vec::new();
    for client in clients {
        confirmed.extend(client.await?);
    }
    check_nothing_lost(&t, &confirmed).await
}

/// Everything that clients saw committed is in what all servers have applied in the end.
async fn check_nothing_lost(t: &Tester, confirmed: &[u64]) -> Step {
    t.sleep_elections(1).await;
    let servers = t.servers().count();
    let last = t.one(t.random_command(), servers, Retry::Allowed).await?;
    let mut applied = std::collections::BTreeSet::new();
    for index in 1..=last {
        let command = t.wait(index, servers, None).await?.unwrap_or_default();
        applied.insert(integer_at(t, index, &command)?);
    }
    for value in confirmed {
        t.expect(applied.contains(value), "lost value", &[], || {
            format!("a client saw {value} committed, but it is not among the {last} commands applied in the end")
        })?;
    }
    Ok(())
}

/// Submits values until told to stop, and gives those that it saw committed.
async fn churn_client(t: Tester, client: u64, stop: std::rc::Rc<std::cell::Cell<bool>>) -> Step<Vec<u64>> {
    let mut random = t.client_random(client);
    let mut confirmed = Vec::new();
    while !stop.get() {
        let value = random_value(&mut random);
        let mut index = None;
        for server in t.servers().filter(|server| t.is_running(*server)) {
            if let Some(started) = t.submit(server, Command::integer(value)) {
                index = Some(started.index);
            }
        }
        match index {
            Some(index) => {
                if is_committed(&t, index, value).await? {
                    confirmed.push(value);
                }
            }
            None => t.sleep(Duration::from_millis(79 + 17 * client)).await,
        }
    }
    Ok(confirmed)
}

fn random_value(random: &mut Random) -> u64 {
    random.bits() >> 1
}

/// Whether `value` is what is soon applied at `index`. Often it is not: leaders come and go.
async fn is_committed(t: &Tester, index: u64, value: u64) -> Step<bool> {
    for pause in [10, 20, 50, 100, 200] {
        if let (1.., Some(command)) = t.n_committed(index)? {
            return Ok(integer_at(t, index, &command)? == value);
        }
        t.sleep(Duration::from_millis(pause)).await;
    }
    Ok(false)
}
