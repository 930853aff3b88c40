//! Part 2B: the log.

use std::time::Duration;

use super::Tester;
use crate::api::Started;
use crate::base::{Command, Index, ServerId, Term};
use crate::cluster::{Retry, Step};

/// Pause before another try of a test that needs a stable leader.
const BEFORE_NEXT_TRY: Duration = Duration::from_secs(3);

fn number(value: u64) -> Command {
    Command::integer(value)
}

/// Checks that nobody has applied anything at `index`.
pub(super) fn check_not_committed(t: &Tester, index: Index, why: &str) -> Step {
    match t.n_committed(index)? {
        (count, Some(command)) => {
            let evidence = format!("{count} servers have applied {command} at index {index}, {why}");
            t.fail("not committed", vec![], vec![evidence])
        }
        (_, None) => Ok(()),
    }
}

/// Checks that a command landed where it was expected.
fn check_index(t: &Tester, index: Index, expected: Index) -> Step {
    t.expect(index == expected, "index", &[], || format!("the command is at index {index}, expected was {expected}"))
}

/// B1 `TestBasicAgree`: a few commands, one after the other.
pub(super) async fn basic_agree(t: Tester) -> Step {
    for index in 1..=t.parameter("commands") {
        check_not_committed(&t, index, "before any command was submitted there")?;
        let reached = t.one(number(index * 100), t.servers().count(), Retry::Forbidden).await?;
        check_index(&t, reached, index)?;
    }
    Ok(())
}

/// B2 `TestRPCBytes`: each command is sent to each peer just once.
pub(super) async fn rpc_bytes(t: Tester) -> Step {
    let servers = t.servers().count();
    let (commands, size) = (t.parameter("commands"), t.count("command_bytes"));
    t.one(number(99), servers, Retry::Forbidden).await?;
    let before = t.total_bytes();

    for index in 2..2 + commands {
        let command = random_text(&t, size);
        let reached = t.one(command, servers, Retry::Forbidden).await?;
        check_index(&t, reached, index)?;
    }

    let used = t.total_bytes() - before;
    let allowed = servers as u64 * commands * size as u64 + t.parameter("extra_bytes_max");
    t.expect(used <= allowed, "RPC bytes", &[], || format!("{used} bytes were sent; {allowed} are allowed"))
}

fn random_text(t: &Tester, size: usize) -> Command {
    let letter = |_| char::from(t.random(|random| random.between(u64::from(b'!')..=u64::from(b'~'))) as u8);
    Command::from((0..size).map(letter).collect::<String>())
}

/// B3 `TestFollowerFailure`: agreement with one follower cut off, none with two.
pub(super) async fn follower_failure(t: Tester) -> Step {
    t.one(number(101), 3, Retry::Forbidden).await?;
    let first = t.check_one_leader().await?;
    t.disconnect(t.after(first, 1));

    // The leader and the remaining follower agree.
    t.one(number(102), 2, Retry::Forbidden).await?;
    t.sleep_elections(1).await;
    t.one(number(103), 2, Retry::Forbidden).await?;

    let second = t.check_one_leader().await?;
    t.disconnect(t.after(second, 1));
    t.disconnect(t.after(second, 2));
    let started = t.submit(second, number(104));
    check_started(&t, second, started, 4..=4)?;

    t.sleep_elections(2).await;
    check_not_committed(&t, 4, "without a majority")
}

/// Checks that the leader accepted a command at one of the `expected` indices.
fn check_started(
    t: &Tester,
    leader: ServerId,
    started: Option<Started>,
    expected: std::ops::RangeInclusive<Index>,
) -> Step<Index> {
    let Some(Started { index, .. }) = started else {
        return t.fail("start", vec![leader], vec![format!("the leader {leader} rejected a command")]);
    };
    let evidence = || format!("{leader} accepted the command at index {index}, expected was {expected:?}");
    t.expect(expected.contains(&index), "start", &[leader], evidence)?;
    Ok(index)
}

/// B4 `TestLeaderFailure`: agreement after the leader is cut off, none after the second.
pub(super) async fn leader_failure(t: Tester) -> Step {
    t.one(number(101), 3, Retry::Forbidden).await?;
    let first = t.check_one_leader().await?;
    t.disconnect(first);

    // The remaining two elect a leader and agree.
    t.one(number(102), 2, Retry::Forbidden).await?;
    t.sleep_elections(1).await;
    t.one(number(103), 2, Retry::Forbidden).await?;

    let second = t.check_one_leader().await?;
    t.disconnect(second);
    for server in t.servers() {
        t.submit(server, number(104));
    }
    t.sleep_elections(2).await;
    check_not_committed(&t, 4, "without a majority")
}

/// B5 `TestFailAgree`: a follower that was cut off catches up.
pub(super) async fn fail_agree(t: Tester) -> Step {
    t.one(number(101), 3, Retry::Forbidden).await?;
    let leader = t.check_one_leader().await?;
    let follower = t.after(leader, 1);
    t.disconnect(follower);

    t.one(number(102), 2, Retry::Forbidden).await?;
    t.one(number(103), 2, Retry::Forbidden).await?;
    t.sleep_elections(1).await;
    t.one(number(104), 2, Retry::Forbidden).await?;
    t.one(number(105), 2, Retry::Forbidden).await?;

    t.connect(follower);
    t.one(number(106), 3, Retry::Allowed).await?;
    t.sleep_elections(1).await;
    t.one(number(107), 3, Retry::Allowed).await?;
    Ok(())
}

/// B6 `TestFailNoAgree`: no agreement while three of five are cut off.
pub(super) async fn fail_no_agree(t: Tester) -> Step {
    t.one(number(10), 5, Retry::Forbidden).await?;
    let leader = t.check_one_leader().await?;
    let followers = [t.after(leader, 1), t.after(leader, 2), t.after(leader, 3)];
    followers.iter().for_each(|follower| t.disconnect(*follower));

    let started = t.submit(leader, number(20));
    let index = check_started(&t, leader, started, 2..=2)?;
    t.sleep_elections(2).await;
    check_not_committed(&t, index, "without a majority")?;

    // The three may have chosen a leader among themselves that does not know index 2.
    followers.iter().for_each(|follower| t.connect(*follower));
    let second = t.check_one_leader().await?;
    let started = t.submit(second, number(30));
    check_started(&t, second, started, 2..=3)?;

    t.one(number(1000), 5, Retry::Allowed).await?;
    Ok(())
}

/// B7 `TestConcurrentStarts`: commands submitted at the same time all appear.
pub(super) async fn concurrent_starts(t: Tester) -> Step {
    for attempt in 0..t.parameter("tries") {
        if attempt > 0 {
            t.sleep(BEFORE_NEXT_TRY).await;
        }
        if try_concurrent_starts(&t).await? {
            return Ok(());
        }
    }
    t.fail("concurrent starts", vec![], vec!["the term changed in every try".to_owned()])
}

/// One try; false if it says nothing because the term moved.
async fn try_concurrent_starts(t: &Tester) -> Step<bool> {
    let leader = t.check_one_leader().await?;
    let Some(Started { term, .. }) = t.submit(leader, number(1)) else { return Ok(false) };

    let commands: Vec<u64> = (100..100 + t.parameter("commands")).collect();
    let submitting = commands.iter().map(|command| {
        let (tester, command) = (t.clone(), number(*command));
        t.spawn(async move { tester.submit(leader, command) })
    });
    let mut indices = Vec::new();
    for started in submitting.collect::<Vec<_>>() {
        indices.extend(started.await.filter(|started| started.term == term).map(|started| started.index));
    }
    if t.term_moved(term) {
        return Ok(false);
    }

    let Some(seen) = collect_integers(t, indices, Some(term)).await? else { return Ok(false) };
    for command in commands {
        t.expect(seen.contains(&command), "concurrent starts", &[leader], || {
            format!("command {command} was accepted in term {term} but is missing in {seen:?}")
        })?;
    }
    Ok(true)
}

/// Waits for all servers to apply these indices, and gives the integers there; none if the term
/// moved.
async fn collect_integers(t: &Tester, indices: Vec<Index>, term: Option<Term>) -> Step<Option<Vec<u64>>> {
    let mut seen = Vec::new();
    for index in indices {
        let Some(command) = t.wait(index, t.servers().count(), term).await? else { return Ok(None) };
        seen.push(integer_at(t, index, &command)?);
    }
    Ok(Some(seen))
}

/// The integer that a command of this test must be.
pub(super) fn integer_at(t: &Tester, index: Index, command: &Command) -> Step<u64> {
    match command.as_integer() {
        Some(value) => Ok(value),
        None => {
            let evidence = format!("{command}, applied at index {index}, is not one of the integers submitted");
            t.fail("value", vec![], vec![evidence])
        }
    }
}

/// B8 `TestRejoin`: a leader comes back with entries that nobody else has.
pub(super) async fn rejoin(t: Tester) -> Step {
    t.one(number(101), 3, Retry::Allowed).await?;
    let first = t.check_one_leader().await?;
    t.disconnect(first);

    // The old leader takes commands that it cannot commit.
    for command in [102, 103, 104] {
        t.submit(first, number(command));
    }
    // The new leader commits, also at the index after the last common one.
    t.one(number(103), 2, Retry::Allowed).await?;

    // The new leader goes, the old one is back.
    let second = t.check_one_leader().await?;
    t.disconnect(second);
    t.connect(first);
    t.one(number(104), 2, Retry::Allowed).await?;

    // All together.
    t.connect(second);
    t.one(number(105), 3, Retry::Allowed).await?;
    Ok(())
}

/// B9 `TestBackup`: leaders must find quickly where long, wrong logs go wrong.
pub(super) async fn backup(t: Tester) -> Step {
    let commands = t.parameter("commands");
    t.one(t.random_command(), 5, Retry::Allowed).await?;

    // A leader and one follower, with many commands that cannot be committed.
    let first = t.check_one_leader().await?;
    let others = [t.after(first, 2), t.after(first, 3), t.after(first, 4)];
    others.iter().for_each(|other| t.disconnect(*other));
    submit_many(&t, first, commands);
    t.sleep(Duration::from_millis(500)).await;

    // The other three commit many.
    t.disconnect(first);
    t.disconnect(t.after(first, 1));
    others.iter().for_each(|other| t.connect(*other));
    agree_on_many(&t, commands, 3).await?;

    // Their leader and one of them, with many more that cannot be committed.
    let second = t.check_one_leader().await?;
    let other = if t.after(first, 2) == second { t.after(second, 1) } else { t.after(first, 2) };
    t.disconnect(other);
    submit_many(&t, second, commands);
    t.sleep(Duration::from_millis(500)).await;

    // The first two come back, with the one that was just cut off; they commit many.
    t.servers().for_each(|server| t.disconnect(server));
    t.connect(first);
    t.connect(t.after(first, 1));
    t.connect(other);
    agree_on_many(&t, commands, 3).await?;

    // All together.
    t.servers().for_each(|server| t.connect(server));
    t.one(t.random_command(), 5, Retry::Allowed).await?;
    Ok(())
}

fn submit_many(t: &Tester, server: ServerId, commands: u64) {
    for _ in 0..commands {
        t.submit(server, t.random_command());
    }
}

async fn agree_on_many(t: &Tester, commands: u64, expected: usize) -> Step {
    for _ in 0..commands {
        t.one(t.random_command(), expected, Retry::Allowed).await?;
    }
    Ok(())
}

/// B10 `TestCount`: neither elections, nor agreement, nor idling take too many RPCs.
pub(super) async fn count(t: Tester) -> Step {
    t.check_one_leader().await?;
    let election = t.requests_received();
    let allowed = t.parameter("election_rpcs_max");
    t.expect((1..=allowed).contains(&election), "RPC count", &[], || {
        format!("{election} RPCs were handled until the first leader was seen; 1 to {allowed} are allowed")
    })?;

    let after_agreement = count_agreement(&t).await?;
    t.sleep_elections(1).await;
    let idle = t.requests_received() - after_agreement;
    let allowed = t.parameter("idle_rpcs_max");
    t.expect(idle <= allowed, "RPC count", &[], || {
        format!("{idle} RPCs were handled in one second without commands; {allowed} are allowed")
    })
}

/// Counts the RPCs of a few commands in a stable term, and gives the count at the end.
async fn count_agreement(t: &Tester) -> Step<u64> {
    for attempt in 0..t.parameter("tries") {
        if attempt > 0 {
            t.sleep(BEFORE_NEXT_TRY).await;
        }
        if let Some(total) = try_count_agreement(t).await? {
            return Ok(total);
        }
    }
    t.fail("RPC count", vec![], vec!["the term changed in every try".to_owned()])
}

/// One try; none if it says nothing because the term moved.
async fn try_count_agreement(t: &Tester) -> Step<Option<u64>> {
    let leader = t.check_one_leader().await?;
    let before = t.requests_received();
    let Some(Started { index: first, term }) = t.submit(leader, number(1)) else { return Ok(None) };

    // The course submits one command more than it waits for.
    let awaited = t.parameter("commands");
    let mut commands = Vec::new();
    for index in first + 1..=first + awaited + 1 {
        let command = t.random(|random| random.bits() >> 33);
        match t.submit(leader, number(command)) {
            Some(started) if started.term == term => check_started(t, leader, Some(started), index..=index)?,
            _ => return Ok(None),
        };
        commands.push(command);
    }

    let indices = (first + 1..=first + awaited).collect();
    let Some(seen) = collect_integers(t, indices, Some(term)).await? else { return Ok(None) };
    t.expect(seen == commands[..seen.len()], "value", &[leader], || {
        format!("{commands:?} were submitted in this order, but {seen:?} were applied")
    })?;

    let total = t.requests_received();
    if t.term_moved(term) {
        return Ok(None);
    }
    let used = total - before;
    let allowed = (awaited + 1 + t.parameter("extra_commands")) * t.parameter("rpcs_per_command_max");
    t.expect(used <= allowed, "RPC count", &[leader], || {
        format!("{used} RPCs were handled for {} commands; {allowed} are allowed", awaited + 2)
    })?;
    Ok(Some(total))
}
