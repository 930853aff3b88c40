//! What whoever grades should look at in a submission's sources.
#![cfg(unix)]

use std::collections::BTreeMap;

use crate::sources::{ACCESS, Source, search};

/// Places that are named of each kind.
const NAMED: usize = 3;

/// What stands in the sources that has no business in a Raft, a sentence for each kind.
pub(super) fn of_sources(sources: &[Source]) -> Vec<String> {
    let mut kinds: BTreeMap<usize, (&str, Vec<String>)> = BTreeMap::new();
    for sighting in search(sources, ACCESS) {
        let kind = ACCESS.iter().position(|sign| std::ptr::eq(sign, sighting.sign)).unwrap_or(usize::MAX);
        kinds.entry(kind).or_insert((sighting.sign.does, vec![])).1.push(sighting.place());
    }
    kinds.into_values().map(|(does, places)| format!("{does}: {}", named(&places))).collect()
}

fn named(places: &[String]) -> String {
    let more = places.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", places[..places.len().min(NAMED)].join(", "))
}
