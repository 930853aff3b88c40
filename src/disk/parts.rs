//! A byte string in shared parts.

use bytes::Bytes;

/// Bytes to be saved, in one or more parts that may be shared with whoever made them.
///
/// A Raft saves its whole log again and again. One that keeps its log encoded can hand over the
/// parts that did not change without copying them; anybody else just saves one `Vec<u8>`.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    parts: Vec<Bytes>,
    len: usize,
}

impl Parts {
    /// No bytes.
    pub fn new() -> Parts {
        Parts::default()
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: Bytes) {
        self.len += part.len();
        self.parts.push(part);
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bytes in one piece; copies unless there is just one part.
    pub fn joined(&self) -> Bytes {
        match self.parts.as_slice() {
            [one] => one.clone(),
            parts => parts.concat().into(),
        }
    }
}

impl FromIterator<Bytes> for Parts {
    fn from_iter<I: IntoIterator<Item = Bytes>>(parts: I) -> Parts {
        let parts: Vec<Bytes> = parts.into_iter().collect();
        Parts { len: parts.iter().map(Bytes::len).sum(), parts }
    }
}

impl From<Bytes> for Parts {
    fn from(bytes: Bytes) -> Parts {
        Parts { len: bytes.len(), parts: vec![bytes] }
    }
}

impl From<Vec<u8>> for Parts {
    fn from(bytes: Vec<u8>) -> Parts {
        Bytes::from(bytes).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_back_as_one() {
        let parts: Parts = [Bytes::from_static(b"ab"), Bytes::new(), Bytes::from_static(b"c")].into_iter().collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.joined(), "abc");
        assert!(Parts::new().joined().is_empty());
        assert_eq!(Parts::from(vec![1, 2]).joined().as_ref(), [1, 2]);
    }
}
