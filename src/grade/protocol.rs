//! What is said between whoever grades and the process that plays: frames of JSON, each behind its
//! length, over a socket that nobody else knows.
//!
//! ```text
//! grader   Hello      who speaks, what the process keeps, which labs there are
//! player   Confined   what could not be enforced; from here on, the submission's code runs
//! player   Serving    what it can play
//! grader   Request    play this run
//! player   Answer     what it came to, and then its trace
//! ```
#![cfg(unix)]

use serde::{Deserialize, Serialize};

use crate::base::Seed;
use crate::lab::LabTexts;
use crate::runner::Record;
use crate::sandbox::{Confinement, Gap};

/// Raised whenever the frames change.
pub(super) const VERSION: u32 = 1;

/// The exit code of a player that has lost its grader, or its connection to it.
pub(super) const CONNECTION_LOST: u8 = 113;

/// Bytes of a frame, at most.
pub(super) const FRAME_MAX: usize = 64 << 20;

/// How the grader begins.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) version: u32,
    /// The version of raftlab that grades.
    pub(super) raftlab: String,
    pub(super) confinement: Confinement,
    pub(super) labs: LabTexts,
    /// Milliseconds of processor time that one step of a run may take.
    pub(super) step_ms: u64,
}

/// How the player answers: it is confined.
#[derive(Serialize, Deserialize)]
pub(super) struct Confined {
    pub(super) version: u32,
    pub(super) raftlab: String,
    pub(super) gaps: Vec<Gap>,
}

/// The submission has called raftlab.
#[derive(Serialize, Deserialize)]
pub(super) struct Serving {
    /// It has a key/value service.
    pub(super) kv: bool,
}

/// A run to be played.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Request {
    /// To be repeated in the answer. Drawn for this run alone.
    pub(super) secret: String,
    /// The test, as `part/name`.
    pub(super) test: String,
    /// Stands for everything that decides how it is played.
    pub(super) digest: String,
    pub(super) iteration: u64,
    #[serde(with = "seed")]
    pub(super) seed: Seed,
    /// Play it twice and compare.
    pub(super) twice: bool,
    /// Record it if it does not pass.
    pub(super) trace: bool,
}

/// What the run came to.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) secret: String,
    pub(super) record: Record,
    /// Another frame follows: its trace, compressed.
    pub(super) trace: bool,
    /// The process cannot play any more.
    pub(super) last: bool,
}

/// A seed, as people write it.
mod seed {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::base::Seed;

    pub(super) fn serialize<S: Serializer>(seed: &Seed, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(seed)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Seed, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
