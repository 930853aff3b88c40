//! What tasks are at when a run cannot go on, in sentences with their places.

use std::collections::BTreeMap;

use super::outcome::{Finding, server_of_group};
use super::panics::Panic;
use crate::base::Incarnation;
use crate::sim::{Beat, Place, Standing};

/// Who knows more of borrows than a run can show.
const CLIPPY: &str = "`cargo clippy` names each borrow that lives across an `.await` (await_holding_refcell_ref)";

/// So many tasks are told one by one.
const TOLD: usize = 12;

/// Tasks that wait, a sentence each; those that stand at the same places in one.
pub(super) fn sentences<'a>(tasks: impl IntoIterator<Item = &'a Standing>) -> Vec<String> {
    let mut alike: Vec<(String, BTreeMap<&str, usize>)> = Vec::new();
    for task in tasks {
        let sentence = task.to_string();
        let place = alike.iter().position(|(known, _)| *known == sentence).unwrap_or_else(|| {
            alike.push((sentence, BTreeMap::new()));
            alike.len() - 1
        });
        *alike[place].1.entry(&task.group).or_default() += 1;
    }
    let rest = alike.len().saturating_sub(TOLD);
    let told = alike.into_iter().take(TOLD).map(|(sentence, groups)| {
        let groups: Vec<String> = groups.into_iter().map(|(group, times)| several(group, times)).collect();
        format!("{}: {sentence}", groups.join(", "))
    });
    let more = (rest > 0).then(|| format!("and {rest} more"));
    told.chain(more).collect()
}

fn several(group: &str, times: usize) -> String {
    if times == 1 { group.to_owned() } else { format!("{group} ({times} times)") }
}

/// The servers in which every task waits for another one, and what showed that nothing goes on.
pub(super) fn deadlock(dead: &[(Incarnation, Vec<Standing>)], noticed: &Finding) -> Finding {
    let names: Vec<String> = dead.iter().map(|(server, _)| server.to_string()).collect();
    let mut evidence = vec![format!(
        "every task of {} waits for another one: none is ready, sleeps, or waits for a reply, and no timer runs that \
         could start an election",
        names.join(", ")
    )];
    evidence.extend(sentences(dead.iter().flat_map(|(_, tasks)| tasks)));
    evidence.push(format!("noticed by: {}", noticed.rule));
    evidence.extend(noticed.evidence.iter().cloned());
    Finding {
        at: noticed.at,
        servers: dead.iter().map(|(server, _)| server.server).collect(),
        place: dead.first().and_then(|(_, tasks)| tasks.first()).map(|task| task.place().to_string()),
        ..Finding::new("deadlock", evidence)
    }
}

/// What is known of who holds a `RefCell` that was borrowed a second time: a name for it, and the
/// evidence. `is_held` says that the server cannot even be asked for its state any more.
pub(super) fn borrowed(panic: &Panic, waiting: &[Standing], is_held: bool) -> (&'static str, Vec<String>) {
    let place = &panic.place;
    let evidence = |sentence: String| {
        let mut evidence = vec![sentence];
        evidence.extend(sentences(waiting));
        evidence.push(CLIPPY.to_owned());
        evidence
    };
    if is_held && !waiting.is_empty() {
        let sentence = format!(
            "the RefCell that is needed at {place} is held by a task that waits: a borrow lives across an `.await`, \
             which with locks would be a deadlock; it is one of these"
        );
        return ("borrowed across await", evidence(sentence));
    }
    let called_back = format!("a call back into the server at {place}, while a caller of it still borrows the RefCell");
    if waiting.is_empty() {
        return ("borrowed twice", vec![format!("no other task of the server waits, so it is {called_back}")]);
    }
    let sentence = format!(
        "it is either {called_back}, or a borrow that lives across an `.await`, which with locks would be a deadlock; \
         then one of these holds it"
    );
    ("borrowed twice", evidence(sentence))
}

/// A task that is polled again and again.
pub(super) fn spinning(task: &Standing) -> String {
    match task.wait {
        Some(wait) => format!(
            "it is the task spawned at {}, which waits for the {} at {} and lets no time pass",
            task.spawned, wait.on, wait.place
        ),
        None => format!("it is the task spawned at {}, which wakes itself and lets no time pass", task.spawned),
    }
}

/// Of so many things, most stem from one place.
pub(super) fn most(places: impl IntoIterator<Item = (Place, usize)>) -> Option<(Place, usize)> {
    // The first one of equal ones, in the order of their places.
    places.into_iter().max_by_key(|(place, count)| (*count, std::cmp::Reverse(*place)))
}

/// How many tasks were spawned where.
pub(super) fn spawned<'a>(tasks: impl IntoIterator<Item = &'a Standing>) -> BTreeMap<Place, usize> {
    let mut places = BTreeMap::new();
    tasks.into_iter().for_each(|task| *places.entry(task.spawned).or_default() += 1);
    places
}

/// Of a run whose present step does not end: what it was at.
pub(super) fn endless(beat: &Beat) -> Finding {
    let Beat { steps, now, group, task } = beat;
    let who = group.as_deref().unwrap_or("raftlab itself");
    let what = match task {
        Some(place) => format!("in the task spawned at {place}"),
        None => "in a call from outside of any task".to_owned(),
    };
    let evidence = vec![format!("at work was {who}, {what}, after {steps} steps")];
    Finding {
        at: Some(*now),
        servers: group.as_deref().and_then(server_of_group).into_iter().collect(),
        place: task.map(ToString::to_string),
        ..Finding::new("never yields", evidence)
    }
}
