//! Grades made by hand.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use raftlab::api::{Boot, Raft};
use raftlab::base::{Instant, Seed, ServerId};
use raftlab::cluster::Figures;
use raftlab::grade::{Grade, Mark, State};
use raftlab::lab::{Credit, Edition, Grading, Lab, Points, Seeds, Test, Visibility};
use raftlab::oracle::Shown;
use raftlab::runner::{Campaign, Finding, Manifest, Outcome, Planned, Player, Progress, Run, RunResult, Slice};
use raftlab::trace::Digest;

/// Text that means something to every format there is.
pub(crate) const HOSTILE: &str = "=cmd|'/C calc'!A0 ]]> <script>alert(1)</script> & | a\n::error::b % ```` `c` \
                                  \u{1b}[31md\u{7}\0 \"e\", 'f' {{ g }}";
/// The test that students never see.
pub(crate) const HIDDEN_TEST: &str = "2C/figure8-unreliable";
/// The test that they see after the due date.
pub(crate) const LATER_TEST: &str = "2C/persist1";
/// What all secret seeds have in them.
pub(crate) const SECRET: &str = "5ec7e7";
/// The seed of the campaign.
pub(crate) const SEED: &str = "0x0000000000005eed";

/// One test, and what its runs came to: the first ones failed, the others passed.
pub(crate) struct Tested {
    test: Arc<Test>,
    planned: u64,
    played: u64,
    failed: u64,
    state: State,
    grading: Grading,
    max: Points,
    evidence: &'static str,
}

impl Tested {
    /// All of `planned` runs were played, and `failed` of them did.
    pub(crate) fn new(path: &str, planned: u64, failed: u64) -> Tested {
        let lab = Lab::course(Edition::To2023);
        let test = lab.tests().find(|test| test.path() == path).expect("there is such a test").clone();
        let max = Points::whole(test.info.points);
        let (state, evidence) = (State::Complete, "S0.1 and S1.1 both lead in term 7");
        Tested { test, planned, played: planned, failed, state, grading: Grading::default(), max, evidence }
    }

    /// Only so many were played.
    pub(crate) fn only(self, played: u64, state: State) -> Tested {
        Tested { played, state, ..self }
    }

    pub(crate) fn credit(mut self, credit: Credit) -> Tested {
        self.grading.credit = credit;
        self
    }

    pub(crate) fn visibility(mut self, visibility: Visibility) -> Tested {
        self.grading.visibility = visibility;
        self
    }

    pub(crate) fn secret(mut self) -> Tested {
        self.grading.seeds = Seeds::Secret;
        self
    }

    pub(crate) fn worthless(self) -> Tested {
        Tested { max: Points::default(), ..self }
    }

    pub(crate) fn evidence(self, evidence: &'static str) -> Tested {
        Tested { evidence, ..self }
    }

    fn mark(&self) -> Mark {
        let (passed, played) = (self.played - self.failed, self.played);
        let points = u32::try_from(self.max.floor()).expect("it is a small number");
        let score = match self.state {
            State::Open | State::NotBuilt => Points::default(),
            State::GivenUp => self.grading.credit.earned(points, passed, self.planned),
            State::Cut | State::Complete => self.grading.credit.earned(points, passed, played),
        };
        Mark { grading: self.grading, state: self.state, score, max: self.max }
    }

    fn results(&self) -> impl Iterator<Item = RunResult> {
        (1..=self.played).map(|iteration| RunResult {
            test: self.test.info.clone(),
            iteration,
            seed: match self.grading.seeds {
                Seeds::Public => Seed(0x5eed).of_run(&self.test.info.name, iteration),
                Seeds::Secret => Seed(0x5ec7_e700_0000_0000 | iteration),
            },
            run: self.run(iteration),
            cpu: Duration::ZERO,
            trace: Some(PathBuf::from(format!("traces/{}/{iteration:06}.log", self.test.info.name))),
        })
    }

    fn run(&self, iteration: u64) -> Run {
        let finding = Finding {
            rule: "election safety".to_owned(),
            at: Some(Instant::from_micros(14_203_611)),
            servers: vec![ServerId::new(0), ServerId::new(1)],
            evidence: vec![self.evidence.to_owned()],
            place: None,
            circumstances: None,
        };
        let figures = Figures { virtual_time: Duration::from_secs(15), rpcs: 100, bytes: 5_000, ops: 10 };
        Run {
            outcome: if iteration <= self.failed { Outcome::Violated(finding) } else { Outcome::Passed },
            digest: Digest::from_bits(iteration),
            events: 7,
            figures,
            reelections: vec![],
            shown: Shown::default(),
        }
    }
}

/// What a submission with this name came to.
pub(crate) fn grade(name: &str, tested: &[Tested]) -> Grade {
    let planned = tested.iter().map(|one| Planned { test: one.test.clone(), iterations: Some(one.planned) });
    let campaign = Campaign {
        tests: planned.collect(),
        player: Player::watched(nobody),
        seed: Seed(0x5eed),
        slice: Slice::WHOLE,
        jobs: 1,
        check_determinism: false,
        max_failures: None,
        time_budget: None,
        patience: Duration::from_secs(1),
    };
    let mut progress = Progress::none(&campaign);
    for result in tested.iter().flat_map(Tested::results) {
        assert!(progress.add(&result), "each run is a new one");
    }
    Grade {
        name: name.to_owned(),
        build_error: None,
        manifest: manifest(name),
        summary: progress.summary,
        marks: tested.iter().map(Tested::mark).collect(),
        remarks: vec![],
    }
}

/// As little as there can be: what was played stands in the summary.
fn manifest(name: &str) -> Manifest {
    Manifest {
        raftlab: "0.1.0".to_owned(),
        implementation: name.to_owned(),
        program: String::new(),
        seed: SEED.to_owned(),
        rules: "all".to_owned(),
        determinism_checked: false,
        options: vec![],
        slice: Slice::WHOLE.to_string(),
        tests: vec![],
        ending: None,
    }
}

/// All of these are known to everybody, and only one failed: a quarter of 5 points is lost.
pub(crate) fn partial() -> Grade {
    grade(
        "alice",
        &[
            Tested::new("2A/initial-election", 20, 0),
            Tested::new("2A/re-election", 200, 50).credit(Credit::Share),
            Tested::new("2B/basic-agree", 20, 1).credit(Credit::Least { passed: 19, of: 20 }),
        ],
    )
}

/// Everything that can be: by its name, for whoever grades alone, or not to the end.
pub(crate) fn everything() -> Grade {
    let tests = [
        Tested::new("2A/initial-election", 20, 0),
        Tested::new("2A/re-election", 200, 50).credit(Credit::Share),
        Tested::new("2B/basic-agree", 200, 0).only(120, State::Cut),
        Tested::new("2B/rpc-bytes", 200, 0).only(0, State::Cut),
        Tested::new("2B/rejoin", 100, 12).only(12, State::GivenUp),
        Tested::new("2B/backup", 10, 1).worthless(),
        Tested::new("2B/count", 100, 0).only(40, State::Open),
        Tested::new(LATER_TEST, 10, 3).visibility(Visibility::AfterDueDate),
        Tested::new("2C/unreliable-agree", 10, 2).secret(),
        Tested::new(HIDDEN_TEST, 10, 1).credit(Credit::Share).visibility(Visibility::Hidden).secret(),
    ];
    let remarks = vec!["src/raft.rs uses `std::time::Instant`".to_owned(), "it has <b>unsafe</b> code".to_owned()];
    Grade { remarks, ..grade("bob", &tests) }
}

/// Called as no submission should be, and not built, with a compiler that says whatever its author wanted.
pub(crate) fn not_built() -> Grade {
    let tests = ["2A/initial-election", "2A/re-election", HIDDEN_TEST].map(|path| {
        let visibility = if path == HIDDEN_TEST { Visibility::Hidden } else { Visibility::Visible };
        Tested::new(path, 20, 0).only(0, State::NotBuilt).visibility(visibility)
    });
    let error = format!("warning: odd\nerror[E0425]: cannot find value `x`\n{HOSTILE}\n{}", "more\n".repeat(5_000));
    Grade { build_error: Some(error), ..grade(HOSTILE, &tests) }
}

/// A Raft that nobody plays.
fn nobody(_: Boot) -> Rc<dyn Raft> {
    unreachable!("nothing is played here")
}
