//! A byte string that grows at its end, can be cut at both, and shares what does not change.

use bytes::Bytes;

/// Bytes are sealed, and shared from then on, in parts of about this size.
const PART: usize = 4 * 1024;

/// A growing byte string. Positions count from its very beginning, also after that was cut off.
#[derive(Default)]
pub(super) struct ByteLog {
    /// Where each sealed part begins, and the part. Invariant: none is empty, and each begins
    /// where the one before it ends.
    sealed: Vec<(u64, Bytes)>,
    /// Where the tail begins: the end of the last sealed part.
    tail_start: u64,
    tail: Vec<u8>,
}

impl ByteLog {
    /// The position after the last byte.
    pub(super) fn end(&self) -> u64 {
        self.tail_start + self.tail.len() as u64
    }

    /// Adds bytes at the end.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        self.seal_if_full();
    }

    /// Lets `encode` add bytes at the end of the buffer that it gets, and gives back.
    pub(super) fn append_with(&mut self, encode: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        self.tail = encode(std::mem::take(&mut self.tail));
        self.seal_if_full();
    }

    fn seal_if_full(&mut self) {
        if self.tail.len() >= PART {
            let part = Bytes::from(std::mem::take(&mut self.tail));
            let start = self.tail_start;
            self.tail_start += part.len() as u64;
            self.sealed.push((start, part));
        }
    }

    /// Cuts everything off from position `end` on.
    pub(super) fn truncate(&mut self, end: u64) {
        if end >= self.tail_start {
            return self.tail.truncate((end - self.tail_start) as usize);
        }
        self.tail.clear();
        self.tail_start = end;
        while let Some((start, part)) = self.sealed.pop_if(|(start, part)| *start + part.len() as u64 > end) {
            if start < end {
                self.sealed.push((start, part.slice(..(end - start) as usize)));
                return;
            }
        }
    }

    /// Cuts everything off before position `start`.
    pub(super) fn discard(&mut self, start: u64) {
        self.sealed.retain(|(first, part)| first + part.len() as u64 > start);
        if let Some((first, part)) = self.sealed.first_mut()
            && *first < start
        {
            *part = part.slice((start - *first) as usize..);
            *first = start;
        }
        if start > self.tail_start {
            self.tail.drain(..(start - self.tail_start) as usize);
            self.tail_start = start;
        }
    }

    /// The bytes from position `start` to before `end`. They were added together, and so are in
    /// one part.
    pub(super) fn slice(&self, start: u64, end: u64) -> &[u8] {
        let place = self.sealed.partition_point(|(first, part)| first + part.len() as u64 <= start);
        let (first, part) = match self.sealed.get(place) {
            Some((first, part)) => (*first, part.as_ref()),
            None => (self.tail_start, self.tail.as_slice()),
        };
        &part[(start - first) as usize..(end - first) as usize]
    }

    /// Copies the bytes from position `start` to before `end`.
    pub(super) fn copy(&self, start: u64, end: u64) -> Vec<u8> {
        let mut copied = Vec::with_capacity((end - start) as usize);
        let first = self.sealed.partition_point(|(first, part)| first + part.len() as u64 <= start);
        let sealed = self.sealed[first..].iter().map(|(first, part)| (*first, part.as_ref()));
        for (first, part) in sealed.chain([(self.tail_start, self.tail.as_slice())]) {
            if first >= end {
                break;
            }
            let from = start.saturating_sub(first).min(part.len() as u64) as usize;
            let to = (end - first).min(part.len() as u64) as usize;
            copied.extend_from_slice(&part[from..to]);
        }
        copied
    }

    /// All bytes, in parts that are shared except for the last.
    pub(super) fn parts(&self) -> impl Iterator<Item = Bytes> {
        let tail = (!self.tail.is_empty()).then(|| Bytes::copy_from_slice(&self.tail));
        self.sealed.iter().map(|(_, part)| part.clone()).chain(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside each byte log goes a plain vector, which is easy to get right.
    fn check(log: &ByteLog, start: u64, plain: &[u8]) {
        assert_eq!(log.end(), start + plain.len() as u64);
        assert_eq!(log.copy(start, log.end()), plain);
        assert_eq!(log.parts().flatten().collect::<Vec<u8>>(), plain);
        if plain.len() > 10 {
            assert_eq!(log.copy(start + 3, log.end() - 4), plain[3..plain.len() - 4]);
        }
    }

    #[test]
    fn behaves_like_a_vector_whatever_is_cut() {
        let mut log = ByteLog::default();
        let mut plain = Vec::new();
        for round in 0..1_000_u32 {
            let bytes: Vec<u8> = (0..round % 97).map(|byte| (byte + round) as u8).collect();
            log.append(&bytes);
            plain.extend_from_slice(&bytes);
        }
        check(&log, 0, &plain);
        for end in [40_000_u64, 39_999, 2 * PART as u64 + 96, 9_000, 8_192] {
            log.truncate(end);
            plain.truncate(end as usize);
            check(&log, 0, &plain);
            log.append(b"and on");
            plain.extend_from_slice(b"and on");
            check(&log, 0, &plain);
        }
        let mut start = 0;
        for cut in [0_u64, 5, 4_300, 8_198] {
            log.discard(cut);
            plain.drain(..(cut - start) as usize);
            start = cut;
            check(&log, start, &plain);
        }
        log.append(b"again");
        check(&log, start, b"again");
        log.truncate(start);
        check(&log, start, b"");
    }
}
