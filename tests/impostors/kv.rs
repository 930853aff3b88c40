//! Key/value services that are wrong in one way each, above the honest Raft.

use raftlab::api::{MakeClerk, MakeKvServer, Rpc};
use serde::{Deserialize, Serialize};

use crate::{kv_clerk, kv_server};

/// What is wrong. Everything else is honest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    Nothing,
    /// A write is answered when Raft has taken it, not when it is committed.
    AnswersAtOnce,
    /// What comes again is done again.
    RepeatsWrites,
    /// Whoever is asked answers a read from what it has.
    ReadsItsOwnState,
    /// Snapshots hold the values, and not who has written them.
    ForgetsSessions,
    NeverSnapshots,
    /// Takes snapshots where there are to be none.
    AlwaysSnapshots,
    /// Snapshots are longer than they must be.
    PadsSnapshots,
    /// No handler and no clerk ever loses its patience.
    WaitsForEver,
    /// A call ends after one round of the servers.
    GivesUp,
    /// A read gives the key for its value.
    EchoesKeys,
    /// Each try is an operation of its own.
    RenumbersTries,
    StartsNoRaft,
}

macro_rules! services {
    ($($name:literal => $flaw:ident,)*) => {
        /// All of them, by name.
        pub(crate) const SERVICES: &[(&str, MakeKvServer, MakeClerk)] = &[
            $(($name, |boot| kv_server::make(boot, Flaw::$flaw), |boot| kv_clerk::make(boot, Flaw::$flaw)),)*
        ];
    };
}

services! {
    "kv-honest" => Nothing,
    "kv-answers-at-once" => AnswersAtOnce,
    "kv-repeats-writes" => RepeatsWrites,
    "kv-reads-its-own-state" => ReadsItsOwnState,
    "kv-forgets-sessions" => ForgetsSessions,
    "kv-never-snapshots" => NeverSnapshots,
    "kv-always-snapshots" => AlwaysSnapshots,
    "kv-pads-snapshots" => PadsSnapshots,
    "kv-waits-for-ever" => WaitsForEver,
    "kv-gives-up" => GivesUp,
    "kv-echoes-keys" => EchoesKeys,
    "kv-renumbers-tries" => RenumbersTries,
    "kv-starts-no-raft" => StartsNoRaft,
}

/// An operation, and which of whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) client: u64,
    pub(crate) sequence: u64,
    pub(crate) deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Deed {
    Get(String),
    Put(String, String),
    Append(String, String),
}

impl Rpc for Ask {
    const NAME: &'static str = "Ask";
    /// None if it was not done here.
    type Reply = Option<String>;
}
