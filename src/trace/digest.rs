//! Sixty-four bits that stand for a whole run.

use std::fmt;

/// Bytes at each end of a long payload that a digest looks at.
const SAMPLED: usize = 32;

/// A running hash over a run's events. Two runs with the same digest did the same.
///
/// Its algorithm is fixed: digests may be compared between machines and releases.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(u64);

impl Digest {
    /// The digest of nothing.
    pub const EMPTY: Digest = Digest(0x6a09_e667_f3bc_c908);

    /// A digest read back from its number.
    pub const fn from_bits(bits: u64) -> Digest {
        Digest(bits)
    }

    /// The digest as a number.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Folds one word in.
    pub const fn word(&mut self, word: u64) {
        let product = (self.0 ^ word) as u128 * 0x9fb2_1c65_1e98_df25_u128;
        self.0 = (product as u64) ^ ((product >> 64) as u64).rotate_left(23) ^ word.rotate_left(41);
    }

    /// Folds bytes in, all of them.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// The digest of many bytes, by which they are told from others: in four strands, for a word takes
    /// as long as the one before it must be waited for. It is another one than [`Digest::bytes`] makes.
    pub fn of_many(bytes: &[u8]) -> Digest {
        let (blocks, rest) = bytes.as_chunks::<32>();
        let mut strands = [Digest::EMPTY; 4];
        for block in blocks {
            for (strand, word) in strands.iter_mut().zip(block.as_chunks().0) {
                strand.word(u64::from_le_bytes(*word));
            }
        }
        let mut digest = Digest::EMPTY;
        strands.iter().for_each(|strand| digest.word(strand.0));
        digest.bytes(rest);
        digest.word(bytes.len() as u64);
        digest
    }

    /// Folds the length and both ends of a payload in. What stands in the middle of a long one
    /// shows in the events that follow from it.
    pub fn sample(&mut self, payload: &[u8]) {
        if payload.len() <= 2 * SAMPLED {
            return self.bytes(payload);
        }
        self.word(payload.len() as u64);
        self.bytes(&payload[..SAMPLED]);
        self.bytes(&payload[payload.len() - SAMPLED..]);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[u64]) -> Digest {
        let mut digest = Digest::EMPTY;
        words.iter().for_each(|word| digest.word(*word));
        digest
    }

    #[test]
    fn order_and_every_word_count() {
        assert_eq!(of(&[1, 2, 3]), of(&[1, 2, 3]));
        assert_ne!(of(&[1, 2, 3]), of(&[1, 3, 2]));
        assert_ne!(of(&[1, 2]), of(&[1, 2, 0]));
        assert_ne!(of(&[Digest::EMPTY.bits(), 1]), of(&[Digest::EMPTY.bits(), 2]));
    }

    #[test]
    fn bytes_are_told_from_padding() {
        let digest = |bytes: &[u8]| {
            let mut digest = Digest::EMPTY;
            digest.bytes(bytes);
            digest
        };
        assert_ne!(digest(b"a"), digest(b"a\0"));
        assert_ne!(digest(b""), digest(b"\0"));
    }

    #[test]
    fn of_many_bytes_each_one_its_place_and_the_length_count() {
        let many: Vec<u8> = (0..100).collect();
        let all = Digest::of_many(&many);
        for place in 0..many.len() {
            let mut other = many.clone();
            other[place] ^= 1;
            assert_ne!(Digest::of_many(&other), all, "{place}");
        }
        let mut swapped = many.clone();
        swapped.swap(0, 8);
        assert_ne!(Digest::of_many(&swapped), all);
        assert_ne!(Digest::of_many(&[0; 32]), Digest::of_many(&[0; 64]));
        assert_ne!(Digest::of_many(b""), Digest::of_many(b"\0"));
    }

    #[test]
    fn the_algorithm_is_pinned() {
        let mut digest = of(&[1, 2, 3]);
        digest.sample(&[7; 100]);
        assert_eq!(digest.to_string(), "308be1c54b99d805");
    }
}
