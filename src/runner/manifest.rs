//! What a campaign is, beside its results: enough to know whether two results belong together.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::ending::Ending;
use super::play::Rules;
use super::slice::Slice;
use crate::base::Seed;
use crate::lab::TestInfo;
use crate::trace::Digest;

/// A campaign as it is written down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of raftlab.
    pub raftlab: String,
    /// What the implementation is called.
    pub implementation: String,
    /// Stands for the program's bytes; empty if they could not be read.
    pub program: String,
    /// The campaign's seed.
    pub seed: String,
    /// Which rules watched.
    pub rules: String,
    /// Every run was played twice.
    pub determinism_checked: bool,
    /// What a command must say again to mean the same labs and rules.
    pub options: Vec<String>,
    /// Which part of the campaign it is.
    pub slice: String,
    /// What is played.
    pub tests: Vec<TestPlan>,
    /// Why it ended; none as long as it did not. No part of what a campaign is.
    #[serde(default)]
    pub ending: Option<Ending>,
}

/// One test of a campaign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TestPlan {
    /// The test.
    #[serde(flatten)]
    pub info: Arc<TestInfo>,
    /// How often it is played, in all slices together; none if until a run fails.
    pub iterations: Option<u64>,
    /// Stands for everything that decides how it is played.
    pub digest: String,
}

impl Manifest {
    /// What `campaign` is, of the implementation called `implementation`; `options` are what a command
    /// must say again to mean the same labs and rules.
    pub fn of(campaign: &Campaign, implementation: &str, options: &[String]) -> Manifest {
        let tests = campaign.tests.iter().map(|planned| TestPlan {
            info: planned.test.info.clone(),
            iterations: planned.iterations,
            digest: planned.test.digest().to_string(),
        });
        Manifest {
            raftlab: env!("CARGO_PKG_VERSION").to_owned(),
            implementation: implementation.to_owned(),
            program: this_program().map(|digest| digest.to_string()).unwrap_or_default(),
            seed: campaign.seed.to_string(),
            rules: match campaign.player.rules {
                Rules::All => "all",
                Rules::None => "none",
            }
            .to_owned(),
            determinism_checked: campaign.check_determinism,
            options: options.to_vec(),
            slice: campaign.slice.to_string(),
            tests: tests.collect(),
            ending: None,
        }
    }

    /// The campaign's seed; 0 if it cannot be read.
    pub fn seed(&self) -> Seed {
        self.seed.parse().unwrap_or(Seed(0))
    }

    /// The slice; the whole campaign if it cannot be read.
    pub fn slice(&self) -> Slice {
        self.slice.parse().unwrap_or(Slice::WHOLE)
    }

    /// In what `other` is another campaign than this one, the slice apart: a clause for each, with
    /// this one's value first. Empty if their results belong together.
    pub fn differences(&self, other: &Manifest) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, own: &str, theirs: &str| {
            if own != theirs {
                differences.push(format!("{what} is {own} here and {theirs} there"));
            }
        };
        compare("the version of raftlab", &self.raftlab, &other.raftlab);
        compare("the implementation", &self.implementation, &other.implementation);
        compare("the seed", &self.seed, &other.seed);
        compare("--rules", &self.rules, &other.rules);
        let yes = |checked: bool| if checked { "on" } else { "off" };
        compare("--check-determinism", yes(self.determinism_checked), yes(other.determinism_checked));
        if self.program != other.program {
            differences.push("the programs are not the same build".to_owned());
        }
        let names =
            |manifest: &Manifest| -> Vec<String> { manifest.tests.iter().map(|test| test.info.path()).collect() };
        if names(self) != names(other) {
            differences.push("they play other tests".to_owned());
            return differences;
        }
        for (own, theirs) in self.tests.iter().zip(&other.tests) {
            if own.iterations != theirs.iterations {
                let often = |iterations: Option<u64>| {
                    iterations
                        .map_or_else(|| "until a run fails".to_owned(), |iterations| format!("{iterations} times"))
                };
                let (path, own, theirs) = (own.info.path(), often(own.iterations), often(theirs.iterations));
                differences.push(format!("{path} is played {own} here and {theirs} there"));
            } else if (&own.info, &own.digest) != (&theirs.info, &theirs.digest) {
                differences.push(format!("{} is not the same test", own.info.path()));
            }
        }
        differences
    }
}

/// Stands for the bytes of the program that is running.
fn this_program() -> io::Result<Digest> {
    // Piece by piece: a program with its debugging information is larger than all that a campaign needs.
    let mut file = File::open(std::env::current_exe()?)?;
    let (mut digest, mut piece) = (Digest::EMPTY, vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(digest),
            length => digest.bytes(&piece[..length]),
        }
    }
}
