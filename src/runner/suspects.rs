//! What in the submission's sources may be why its runs differ.

use std::sync::OnceLock;

use crate::sources::{NONDETERMINISM, Package, search};

/// So many places are told.
const TOLD: usize = 8;

/// What usually makes runs differ, wherever it stands in the sources. They are read when somebody asks
/// for the first time, if ever.
#[derive(Debug, Default)]
pub struct Suspects(OnceLock<Found>);

#[derive(Debug)]
enum Found {
    /// Nobody knows where the sources are.
    NoSources,
    /// Each place, and what happens there.
    Places(Vec<(String, &'static str)>),
}

impl Suspects {
    /// The most suspicious place, as `file:line:column`.
    pub(super) fn place(&self) -> Option<String> {
        match self.found() {
            Found::Places(places) => places.first().map(|(place, _)| place.clone()),
            Found::NoSources => None,
        }
    }

    /// What to look at, or for, a sentence each.
    pub(super) fn sentences(&self) -> Vec<String> {
        match self.found() {
            Found::NoSources => vec![
                "look for a HashMap or HashSet that is iterated, threads, the wall clock, random numbers that are not \
                 of `ctx`, and statics"
                    .to_owned(),
            ],
            Found::Places(places) if places.is_empty() => {
                vec!["nothing in `src` is known to do so; look into the libraries that it uses".to_owned()]
            }
            Found::Places(places) => {
                let told = places.iter().take(TOLD).map(|(place, does)| format!("suspect: {place} {does}"));
                let rest = places.len().saturating_sub(TOLD);
                told.chain((rest > 0).then(|| format!("and {rest} more"))).collect()
            }
        }
    }

    fn found(&self) -> &Found {
        self.0.get_or_init(|| {
            let Some(package) = Package::of_this_program() else { return Found::NoSources };
            let sources = package.sources();
            let sightings = search(&sources, NONDETERMINISM);
            Found::Places(sightings.iter().map(|sighting| (sighting.place(), sighting.sign.does)).collect())
        })
    }
}
