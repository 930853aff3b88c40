//! Campaigns that were played in slices, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::campaign::RunResult;
use super::ending::Ending;
use super::manifest::Manifest;
use super::progress::Progress;
use super::slice::Slice;
use super::store::{Store, StoreError, StoredCampaign};
use super::summary::Summary;
use crate::trace::Digest;

/// Slices of one campaign.
#[derive(Debug)]
pub struct Merged {
    /// The campaign as a whole.
    pub manifest: Manifest,
    /// What all runs come to.
    pub summary: Summary,
    /// Runs that are in more than one slice, and are the same there.
    pub doubled: u64,
    /// Runs that two slices say different things of.
    pub contradictions: Vec<Contradiction>,
    /// What is missing, in words: a slice that nobody has, or one that was not played to its end.
    pub missing: Vec<String>,
    slices: Vec<StoredCampaign>,
}

/// One run, played twice, that was not the same twice.
#[derive(Debug)]
pub struct Contradiction {
    /// The test's path.
    pub test: String,
    /// Which iteration.
    pub iteration: u64,
    /// Who has it.
    pub folders: [PathBuf; 2],
}

impl Merged {
    /// Puts the campaigns in these folders together.
    ///
    /// # Errors
    /// If one cannot be read, or does not belong to the first one.
    pub fn of(folders: &[PathBuf]) -> Result<Merged, StoreError> {
        let slices: Vec<StoredCampaign> =
            folders.iter().map(|folder| StoredCampaign::open(folder)).collect::<Result<_, _>>()?;
        let first = &slices[0];
        for slice in &slices {
            let differences = first.manifest.differences(&slice.manifest);
            if !differences.is_empty() {
                let differences =
                    differences.into_iter().map(|text| format!("{text} (seen from {})", first.folder.display()));
                let folder = slice.folder.clone();
                return Err(StoreError::Another { folder, differences: differences.collect() });
            }
        }
        let ending = slices.iter().filter_map(|slice| slice.manifest.ending).max();
        let manifest = Manifest { slice: Slice::WHOLE.to_string(), ending, ..first.manifest.clone() };
        let mut sums = Sums::new(&manifest);
        let mut missing = Vec::new();
        for (place, slice) in slices.iter().enumerate() {
            let mut played = BTreeSet::new();
            slice.read(|result| {
                played.insert(sums.add(place, &result));
            })?;
            missing.extend(lacks(slice, played.len() as u64));
        }
        missing.extend(absent(&slices));
        let summary = &mut sums.progress.summary;
        if summary.has_all() {
            summary.ending = Some(Ending::Complete);
        }
        let manifest = Manifest { ending: summary.ending, ..manifest };
        let contradictions = sums.contradictions.into_iter().map(|(test, iteration, places)| Contradiction {
            test: manifest.tests[test].info.path(),
            iteration,
            folders: places.map(|place| slices[place].folder.clone()),
        });
        Ok(Merged {
            summary: sums.progress.summary,
            doubled: sums.doubled,
            contradictions: contradictions.collect(),
            missing,
            manifest,
            slices,
        })
    }

    /// Writes everything into `folder`, ordered by test and iteration, as if it had been played there.
    ///
    /// # Errors
    /// If there is a campaign already, or those of the file system.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let mut store = Store::create(folder, &self.manifest)?;
        let mut runs: BTreeMap<(usize, u64), RunResult> = BTreeMap::new();
        for slice in &self.slices {
            slice.read(|result| {
                runs.entry((self.summary.place_of(&result), result.iteration)).or_insert(result);
            })?;
        }
        for result in runs.values() {
            store.append(result).map_err(|error| StoreError::Io { path: folder.to_owned(), error })?;
        }
        Ok(())
    }
}

/// What was read so far.
struct Sums {
    progress: Progress,
    /// By test and iteration, who had it first and what it was.
    seen: BTreeMap<(usize, u64), (usize, Digest)>,
    doubled: u64,
    contradictions: Vec<(usize, u64, [usize; 2])>,
}

impl Sums {
    fn new(manifest: &Manifest) -> Sums {
        Sums { progress: Progress::planned(manifest), seen: BTreeMap::new(), doubled: 0, contradictions: Vec::new() }
    }

    /// Takes a run into account, and says which one it is.
    fn add(&mut self, slice: usize, result: &RunResult) -> (usize, u64) {
        let key = (self.progress.summary.place_of(result), result.iteration);
        if self.progress.add(result) {
            self.seen.insert(key, (slice, result.run.digest));
            return key;
        }
        let (first, digest) = self.seen[&key];
        if digest == result.run.digest {
            self.doubled += 1;
        } else {
            self.contradictions.push((key.0, key.1, [first, slice]));
        }
        key
    }
}

/// What a slice was to play and has not. What its time budget cut off was not to be played, and
/// what has no end has nothing missing.
fn lacks(campaign: &StoredCampaign, played: u64) -> Option<String> {
    if campaign.manifest.ending == Some(Ending::TimeBudget) {
        return None;
    }
    let slice = campaign.manifest.slice();
    let planned: u64 = campaign.manifest.tests.iter().map(|test| slice.count(test.iterations)).sum::<Option<u64>>()?;
    let left = planned.saturating_sub(played);
    let folder = campaign.folder.display();
    (left > 0).then(|| format!("{folder} ({slice}) lacks {left} of its {planned} runs; --resume plays them"))
}

/// Slices that are in no folder, if the campaign was cut the same way everywhere.
fn absent(campaigns: &[StoredCampaign]) -> Vec<String> {
    let slices: Vec<Slice> = campaigns.iter().map(|campaign| campaign.manifest.slice()).collect();
    let of = slices[0].of();
    if slices.iter().any(|slice| slice.of() != of) {
        return Vec::new();
    }
    let all = (1..=of).filter_map(|number| Slice::new(number, of));
    all.filter(|slice| !slices.contains(slice)).map(|slice| format!("no folder holds {slice}")).collect()
}
