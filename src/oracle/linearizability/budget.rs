//! How much a check may cost.

/// What a search may use before it gives up. Nothing of it is wall time: the same history always
/// gets the same answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Steps of the model, and comparisons of configurations, in the search for an order; of a service
    /// with several keys, for all of them together. Three million, one to two seconds: a hundred times what
    /// an ordinary history of the labs needs.
    pub steps: u64,
    /// Bytes of the configurations remembered in one such search, not counting what a hash table
    /// has to spare. 256 MiB.
    pub cache_bytes: u64,
    /// Steps of all the searches that look for the smallest contradiction, once there is one.
    /// One million; a contradiction beyond that is true as well, only longer.
    pub explain_steps: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { steps: 3_000_000, cache_bytes: 256 << 20, explain_steps: 1_000_000 }
    }
}

/// Which part of a [`Budget`] was used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// [`Budget::steps`].
    Steps,
    /// [`Budget::cache_bytes`].
    CacheBytes,
}
