//! Labs 3A and 3B: GenericTest, which most tests of the key/value service are (`lab-spec/kv.md` §3.8).

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::Tester;
use super::kv_checks::{check_appends, element};
use crate::base::{Random, ServerId};
use crate::cluster::{Client, Step};
use crate::oracle::LIMIT_FACTOR;

/// How often clients come and go.
const ITERATIONS: usize = 3;
/// How long clients work before they are told to end.
const WORK: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);

/// What the clients of one iteration share with the tester.
#[derive(Clone)]
struct Work {
    t: Tester,
    done: Rc<Cell<bool>>,
    keys: usize,
    random_keys: bool,
}

/// `GenericTest`: clients append and read, while servers crash or are cut off from each other.
pub(super) async fn generic(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let checker = t.cluster().client(&everybody);
    for _ in 0..ITERATIONS {
        iteration(&t, &everybody, &checker).await?;
    }
    Ok(())
}

async fn iteration(t: &Tester, everybody: &[ServerId], checker: &Client) -> Step {
    let (clients, crash) = (t.count("clients"), t.parameter("crash") > 0);
    let partitions = t.parameter("partitions") > 0;
    let work = Work { t: t.clone(), done: Rc::default(), keys: clients, random_keys: t.parameter("random_keys") > 0 };
    let running: Vec<_> = (0..clients).map(|number| t.spawn(client(work.clone(), number))).collect();
    let partitioner = if partitions {
        t.sleep(SECOND).await;
        Some(t.spawn(partition_at_random(work.clone())))
    } else {
        None
    };
    t.sleep(WORK).await;
    work.done.set(true);
    if let Some(partitioner) = partitioner {
        partitioner.await;
        t.sleep(SECOND).await;
    }
    if crash {
        restart_all(t, everybody).await?;
    }
    for (number, client) in running.into_iter().enumerate() {
        let elements = client.await?;
        let value = checker.get(&number.to_string()).await;
        checker.count();
        if !work.random_keys {
            check_appends(t, &value, number, elements)?;
        }
    }
    check_sizes(t)
}

/// All servers down, and up again a second later.
async fn restart_all(t: &Tester, everybody: &[ServerId]) -> Step {
    everybody.iter().for_each(|server| t.crash(*server));
    t.sleep(SECOND).await;
    for server in everybody {
        t.cluster().start(*server)?;
    }
    everybody.iter().for_each(|server| t.connect(*server));
    Ok(())
}

/// One client: appends and reads until it is told to end; how many elements it wrote.
async fn client(work: Work, number: usize) -> Step<usize> {
    let t = &work.t;
    let servers: Vec<ServerId> = t.servers().collect();
    let client = t.cluster().client(&servers);
    let mut random = t.client_random(u64::from(client.id().number()));
    let own_key = number.to_string();
    let (mut elements, mut last) = (0, String::new());
    if !work.random_keys {
        client.put(&own_key, "").await;
        client.count();
    }
    while !work.done.get() {
        let key = if work.random_keys { random.below(work.keys as u64).to_string() } else { own_key.clone() };
        let next = element(number, elements);
        if random.chance(1, 2) {
            client.append(&key, &next).await;
            last.push_str(&next);
            elements += 1;
        } else if work.random_keys && random.chance(1, 10) {
            client.put(&key, &next).await;
            elements += 1;
        } else {
            let value = client.get(&key).await;
            let evidence = || {
                let (place, read, written) = difference(&value, &last);
                format!(
                    "{} read its own key {key}, which nobody else writes: behind the first {place} characters, it read \
                     {read} and had written {written}",
                    client.id()
                )
            };
            t.expect(work.random_keys || value == last, "own value", &[], evidence)?;
        }
        client.count();
    }
    Ok(elements)
}

/// Puts each server on one of two sides, again and again, and in the end all together.
async fn partition_at_random(work: Work) {
    let t = &work.t;
    let mut partition = None;
    while !work.done.get() {
        let sides = t.random(|random| sides(random, t.servers().collect()));
        // The old one goes first: nobody may be cut off by both.
        drop(partition.take());
        partition = Some(t.cluster().partition(&[&sides[0], &sides[1]]));
        let pause = t.random(|random| random.millis(1_000..=1_199));
        t.sleep(pause).await;
    }
    drop(partition);
}

fn sides(random: &mut Random, servers: Vec<ServerId>) -> [Vec<ServerId>; 2] {
    let (one, other) = servers.into_iter().partition(|_| random.chance(1, 2));
    [one, other]
}

/// What the saved state of a Raft, and snapshots, may have come to.
fn check_sizes(t: &Tester) -> Step {
    match t.count("max_raft_state") {
        0 => {
            let size = t.snapshot_size();
            let evidence = || format!("a server has saved a snapshot of {size} bytes, but there are to be none");
            t.expect(size == 0, "no snapshot", &[], evidence)
        }
        limit => {
            let (size, most) = (t.log_size(), LIMIT_FACTOR * limit);
            let evidence =
                || format!("a server has saved {size} bytes of Raft's state; {most} are the most that is allowed");
            t.expect(size <= most, "log trimmed", &[], evidence)
        }
    }
}

/// How many characters two values have in common at their beginnings, and how each goes on.
fn difference(one: &str, other: &str) -> (usize, String, String) {
    let common = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    (common, shown_from(one, common), shown_from(other, common))
}

/// What a value has behind its first `place` characters, shortened.
fn shown_from(value: &str, place: usize) -> String {
    const SHOWN: usize = 40;
    let rest = value.chars().skip(place);
    match rest.clone().count() {
        0 => "nothing".to_owned(),
        length if length <= SHOWN => format!("{:?}", rest.collect::<String>()),
        length => format!("{:?}… ({length} characters)", rest.take(SHOWN).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_shown_from_where_it_is_wrong() {
        assert_eq!(difference("abc", "abd"), (2, r#""c""#.to_owned(), r#""d""#.to_owned()));
        assert_eq!(difference("", "ä"), (0, "nothing".to_owned(), r#""ä""#.to_owned()));
        let (place, read, written) = difference(&"ä".repeat(50), "ä");
        assert_eq!((place, written.as_str()), (1, "nothing"));
        assert_eq!(read, format!("{:?}… (49 characters)", "ä".repeat(40)));
    }

    #[test]
    fn sides_hold_every_server_once_and_differ_from_draw_to_draw() {
        let servers: Vec<ServerId> = (0..5).map(ServerId::new).collect();
        let mut random = Random::new(1);
        let drawn: Vec<_> = (0..200).map(|_| sides(&mut random, servers.clone())).collect();
        for sides in &drawn {
            let mut together = sides.concat();
            together.sort_unstable();
            assert_eq!(together, servers);
        }
        assert!(drawn.iter().any(|[one, _]| one.is_empty()), "a side may be empty");
        assert_ne!(drawn[0], drawn[1]);
    }
}
