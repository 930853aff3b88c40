//! The configurations that a search has been in: which operations were ordered, and what the
//! object held then.
//!
//! Hashes only say where to look: what is found is compared in full, so no two configurations are
//! ever taken for one. Nothing here depends on addresses or on an order of hashing.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A configuration, as a search describes it.
pub(super) struct Configuration<'a, S> {
    /// The first operation, of those that returned, that is not ordered.
    pub(super) first: usize,
    /// The words that differ between configurations with the same `first`; as many for each.
    pub(super) finished: &'a [u64],
    /// Which operations that never returned were ordered. As many words for every `first`.
    pub(super) unfinished: &'a [u64],
    /// What the object holds.
    pub(super) state: &'a S,
    /// Whether it is the state in which least may follow.
    pub(super) is_least: bool,
}

/// A set of configurations.
pub(super) struct Configurations<S> {
    table: HashTable<Slot<S>>,
    /// What the slots point to: `first`, `finished` and `unfinished`, one configuration after the
    /// other.
    words: Vec<u64>,
    /// Configurations that others were compared with so far.
    comparisons: u64,
}

struct Slot<S> {
    hash: u64,
    words_at: usize,
    state: S,
}

impl<S: Clone + Eq> Configurations<S> {
    pub(super) fn new() -> Configurations<S> {
        Configurations { table: HashTable::new(), words: Vec::new(), comparisons: 0 }
    }

    /// Remembers a configuration; false if there is no need to look further in it.
    ///
    /// That is if the search was in it, or in one that differs from it only in that fewer of the
    /// operations that never returned were used up, or that the object held something else and this
    /// is the least state: whatever can follow here, could follow there.
    pub(super) fn insert(&mut self, configuration: &Configuration<'_, S>) -> bool {
        let hash = hash(configuration);
        let (words, mut comparisons) = (&self.words, 0);
        let mut covers = |slot: &Slot<S>| {
            let is_like = slot.hash == hash;
            comparisons += u64::from(is_like);
            is_like && slot.covers(configuration, words)
        };
        let is_covered = self.table.iter_hash(hash).any(&mut covers);
        self.comparisons += comparisons;
        if is_covered {
            return false;
        }
        let slot = Slot { hash, words_at: self.words.len(), state: configuration.state.clone() };
        self.words.push(configuration.first as u64);
        self.words.extend_from_slice(configuration.finished);
        self.words.extend_from_slice(configuration.unfinished);
        self.table.insert_unique(hash, slot, |slot| slot.hash);
        true
    }

    /// How many configurations others were compared with. Where most operations never returned, hardly
    /// anything tells them apart beforehand, and this is the most of a search's work.
    pub(super) fn comparisons(&self) -> u64 {
        self.comparisons
    }

    /// The memory that the configurations take, not counting what is to spare.
    pub(super) fn bytes(&self) -> u64 {
        (self.table.len() * size_of::<Slot<S>>() + self.words.len() * size_of::<u64>()) as u64
    }
}

impl<S: Eq> Slot<S> {
    fn covers(&self, configuration: &Configuration<'_, S>, words: &[u64]) -> bool {
        let own = &words[self.words_at..];
        if own[0] != configuration.first as u64 || !(configuration.is_least || self.state == *configuration.state) {
            return false;
        }
        let (finished, rest) = own[1..].split_at(configuration.finished.len());
        let mut unfinished = rest.iter().zip(configuration.unfinished);
        finished == configuration.finished && unfinished.all(|(own, other)| own & !other == 0)
    }
}

/// Leaves out what configurations may differ in and still be compared: the operations that never
/// returned, and the state.
fn hash<S>(configuration: &Configuration<'_, S>) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(configuration.first as u64);
    configuration.finished.iter().for_each(|word| hasher.write_u64(*word));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: u8 = 0;

    fn insert(seen: &mut Configurations<u8>, finished: u64, unfinished: u64, state: u8) -> bool {
        let (finished, unfinished, is_least) = (&[finished], &[unfinished], state == LEAST);
        seen.insert(&Configuration { first: 3, finished, unfinished, state: &state, is_least })
    }

    #[test]
    fn a_configuration_is_new_once() {
        let mut seen = Configurations::new();
        assert!(insert(&mut seen, 0b10, 0, 1));
        assert!(!insert(&mut seen, 0b10, 0, 1));
        assert!(insert(&mut seen, 0b11, 0, 1) && insert(&mut seen, 0b10, 0, 2));
        assert_eq!(seen.bytes(), 3 * (size_of::<Slot<u8>>() + 3 * 8) as u64);
    }

    #[test]
    fn using_up_more_of_what_never_returned_leads_no_further() {
        let mut seen = Configurations::new();
        assert!(insert(&mut seen, 1, 0b0110, 1));
        assert!(!insert(&mut seen, 1, 0b1110, 1), "more were used up");
        assert!(insert(&mut seen, 1, 0b1010, 1), "others were used up");
        assert!(insert(&mut seen, 1, 0b0010, 1), "fewer were used up");
    }

    #[test]
    fn the_least_state_leads_no_further_than_another() {
        let mut seen = Configurations::new();
        assert!(insert(&mut seen, 1, 0b1, LEAST) && insert(&mut seen, 1, 0b1, 1));
        assert!(insert(&mut seen, 2, 0b1, 1) && !insert(&mut seen, 2, 0b1, LEAST));
        assert!(insert(&mut seen, 2, 0b0, LEAST), "fewer were used up");
    }
}
