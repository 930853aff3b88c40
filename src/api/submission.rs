//! What an implementation gives to be tested.

use super::{MakeClerk, MakeKvServer, MakeRaft};

/// An implementation: its Raft, and the key/value service above it if it has one.
#[derive(Clone, Copy, Debug)]
pub struct Submission {
    /// Makes the Rafts.
    pub raft: MakeRaft,
    /// Makes the service of lab 3.
    pub kv: Option<MakeKv>,
}

/// Makes a key/value service.
#[derive(Clone, Copy, Debug)]
pub struct MakeKv {
    /// Makes its servers.
    pub server: MakeKvServer,
    /// Makes its clerks.
    pub clerk: MakeClerk,
}

impl Submission {
    /// A Raft alone: labs 2A to 2D.
    pub const fn raft(raft: MakeRaft) -> Submission {
        Submission { raft, kv: None }
    }

    /// With a key/value service above it: labs 3A and 3B, too.
    #[must_use]
    pub const fn with_kv(self, server: MakeKvServer, clerk: MakeClerk) -> Submission {
        Submission { kv: Some(MakeKv { server, clerk }), ..self }
    }
}
