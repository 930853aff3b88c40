//! Part 3X: leaders that do not know that they lead no more, or do not know yet what is committed.
//!
//! For services that answer from what they have, that take any command at an index for their own, or wait
//! for one that will never come. In the course the timing of partitions decides whether this shows.

use std::rc::Rc;
use std::time::Duration;

use super::Tester;
use super::kv_checks::{check_appends, check_value, element, put};
use super::steering::{elected_among, revive_all, term_of};
use crate::base::{ServerId, Term};
use crate::cluster::{Client, Step};
use crate::net::Messages;
use crate::sim::JoinHandle;
use crate::trace::RpcKind;

/// Long enough for a request to arrive, and for a leader to send on what it asks for.
const ARRIVAL: Duration = Duration::from_millis(50);
/// Long enough for a wrong answer to come.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a call may take when nothing is in its way any more. As for every agreement: an election may
/// have to come first.
const COMPLETION: Duration = Duration::from_secs(10);

/// The leader, and who could elect another one.
struct Sides {
    old: ServerId,
    term: Term,
    others: Vec<ServerId>,
    everybody: Vec<ServerId>,
    /// Clients that reach the old leader only, and know it: they need not look for it later.
    below: [Rc<Client>; 2],
}

impl Sides {
    async fn find(t: &Tester) -> Step<Sides> {
        let old = t.check_one_leader().await?;
        let everybody: Vec<ServerId> = t.servers().collect();
        let others = everybody.iter().copied().filter(|server| *server != old).collect();
        let below = [served_by(t, old, &everybody).await?, served_by(t, old, &everybody).await?];
        Ok(Sides { old, term: term_of(t, old), others, everybody, below })
    }

    /// A client that reaches the others only.
    fn above(&self, t: &Tester) -> Client {
        t.cluster().client(&self.others)
    }
}

/// A client that reaches this server only, and was served by it.
async fn served_by(t: &Tester, leader: ServerId, everybody: &[ServerId]) -> Step<Rc<Client>> {
    let client = Rc::new(t.cluster().client(&[leader]));
    let mut reading = Reading::begin(t, client.clone(), "k");
    if t.within(ANSWER, &mut reading.value).await.is_none() {
        // It leads no more, by chance.
        reading.ends(t, everybody).await?;
    }
    Ok(client)
}

/// A client of a deposed leader reads what clients of the others have overwritten. First the old leader is
/// cut off, then it stood still and wakes up.
pub(super) async fn deposed_reads(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    put(&t.cluster().client(&everybody), "k", "old").await;
    for round in 0..t.parameter("rounds") {
        let sides = Sides::find(&t).await?;
        let cut = t.cluster().partition(&[&[sides.old], &sides.others]);
        let reading = overwrite_and_read(&t, &sides, &format!("cut {round}")).await?;
        t.sleep(ANSWER).await;
        drop(cut);
        reading.ends_with(&t, &sides, &format!("cut {round}")).await?;

        let sides = Sides::find(&t).await?;
        let paused = t.cluster().pause(sides.old);
        let reading = overwrite_and_read(&t, &sides, &format!("paused {round}")).await?;
        t.sleep(ARRIVAL).await;
        drop(paused);
        reading.ends_with(&t, &sides, &format!("paused {round}")).await?;
    }
    Ok(())
}

/// The others elect a leader, by which the value is written; then somebody asks the old one for it.
async fn overwrite_and_read(t: &Tester, sides: &Sides, value: &str) -> Step<Reading> {
    elected_among(t, &sides.others, sides.term).await?;
    put(&sides.above(t), "k", value).await;
    Ok(Reading::begin(t, sides.below[0].clone(), "k"))
}

/// Nobody but the old leader knows that a write is committed, and it answers and crashes. The next one has
/// the write in its log, and must not answer a read before it knows.
pub(super) async fn new_leader_reads(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    put(&t.cluster().client(&everybody), "k", "old").await;
    for round in 0..t.parameter("rounds") {
        let (sides, value) = (Sides::find(&t).await?, format!("round {round}"));
        let appends = Messages::REQUESTS.of(RpcKind::AppendEntries).from(sides.old);
        let answers = t.cluster().hold(Messages::REPLIES.of(RpcKind::AppendEntries).to(sides.old));
        let mut writing = Writing::begin(&t, sides.below[0].clone(), "k", &value);
        t.sleep(ARRIVAL).await;
        let silent = t.cluster().hold(appends);
        drop(answers);
        let wrote = writing.has_ended_within(&t, ANSWER).await;
        t.crash(sides.old);
        elected_among(&t, &sides.others, sides.term).await?;
        // If the write has not ended, there is nothing that must be read.
        if wrote {
            check_value(&t, &sides.above(&t), "k", &value).await?;
        }
        drop(silent);
        revive_all(&t)?;
        writing.ends(&t, &sides).await?;
    }
    Ok(())
}

/// A deposed leader takes commands, and hears of the others' only then. With `operations`, those stand at
/// the same indices; without, its own stand there until somebody wants something else.
pub(super) async fn replaced_commands(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let anybody = t.cluster().client(&everybody);
    put(&anybody, "known", "value").await;
    for round in 0..t.count("rounds") {
        let sides = Sides::find(&t).await?;
        let cut = t.cluster().partition(&[&[sides.old], &sides.others]);
        elected_among(&t, &sides.others, sides.term).await?;
        let above = sides.above(&t);
        for number in 0..t.parameter("operations") {
            put(&above, "other", &number.to_string()).await;
        }
        let mut appending = Writing::append(&t, sides.below[0].clone(), "k", &element(0, round));
        let reading = Reading::begin(&t, sides.below[1].clone(), "known");
        t.sleep(ARRIVAL).await;
        drop(cut);
        reading.ends_with(&t, &sides, "value").await?;
        appending.ends(&t, &sides).await?;
        let value = anybody.get("k").await;
        anybody.count();
        check_appends(&t, &value, 0, round + 1)?;
    }
    Ok(())
}

/// A read on its way.
struct Reading {
    client: Rc<Client>,
    value: JoinHandle<String>,
}

impl Reading {
    fn begin(t: &Tester, client: Rc<Client>, key: &'static str) -> Reading {
        let reader = client.clone();
        let value = t.spawn(async move { reader.get(key).await });
        Reading { client, value }
    }

    /// Now that its client may reach everybody, it ends; what it has read.
    async fn ends(&mut self, t: &Tester, everybody: &[ServerId]) -> Step<String> {
        self.client.connect(everybody);
        match t.within(COMPLETION, &mut self.value).await {
            Some(value) => Ok(value),
            None => not_ended(t, &self.client, "Get"),
        }
    }

    /// The same, and what it must have read.
    async fn ends_with(mut self, t: &Tester, sides: &Sides, expected: &str) -> Step {
        let value = self.ends(t, &sides.everybody).await?;
        self.client.count();
        let client = self.client.id();
        let evidence = || format!("{client} read {value:?}, but {expected:?} was written before it asked");
        t.expect(value == expected, "value read", &[], evidence)
    }
}

/// A write on its way.
struct Writing {
    client: Rc<Client>,
    done: JoinHandle<()>,
    has_ended: bool,
}

impl Writing {
    fn begin(t: &Tester, client: Rc<Client>, key: &'static str, value: &str) -> Writing {
        let (writer, value) = (client.clone(), value.to_owned());
        let done = t.spawn(async move { put(&writer, key, &value).await });
        Writing { client, done, has_ended: false }
    }

    fn append(t: &Tester, client: Rc<Client>, key: &'static str, value: &str) -> Writing {
        let (writer, value) = (client.clone(), value.to_owned());
        let done = t.spawn(async move {
            writer.append(key, &value).await;
            writer.count();
        });
        Writing { client, done, has_ended: false }
    }

    async fn has_ended_within(&mut self, t: &Tester, limit: Duration) -> bool {
        self.has_ended = self.has_ended || t.within(limit, &mut self.done).await.is_some();
        self.has_ended
    }

    /// Now that its client may reach everybody, it ends.
    async fn ends(&mut self, t: &Tester, sides: &Sides) -> Step {
        self.client.connect(&sides.everybody);
        if self.has_ended_within(t, COMPLETION).await { Ok(()) } else { not_ended(t, &self.client, "write") }
    }
}

fn not_ended<T>(t: &Tester, client: &Client, what: &str) -> Step<T> {
    let evidence = format!("a {what} of {} has not ended {COMPLETION:?} after nothing was in its way", client.id());
    t.fail("completion", vec![], vec![evidence])
}
