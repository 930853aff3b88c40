//! What one submission came to.

use crate::lab::{Grading, Points};
use crate::runner::{Manifest, Summary, TestSummary};

/// What one submission came to, as far as it was graded. The same submission always comes to the same:
/// whatever depends on the machine, such as processor time, is left out of it.
#[derive(Debug)]
pub struct Grade {
    /// What the submission is called: like its folder.
    pub name: String,
    /// What the compiler said, if there is no program to be graded.
    pub build_error: Option<String>,
    /// What was played.
    pub manifest: Manifest,
    /// What its runs came to. All processor times are 0.
    pub summary: Summary,
    /// What its tests earned: one for each of the summary's, in their order.
    pub marks: Vec<Mark>,
    /// What whoever grades should know of its sources and of what it did, a sentence each.
    pub remarks: Vec<String>,
}

/// What one test earned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// How it is graded.
    pub grading: Grading,
    /// How far it was.
    pub state: State,
    /// What it earned; nothing as long as it is open.
    pub score: Points,
    /// What it may earn.
    pub max: Points,
}

/// How far a test was graded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Not all of its runs were played, and they are still to be.
    Open,
    /// The time was over before all of its runs were played: it is graded by those that were, if any.
    Cut,
    /// So many of its runs came to no end by themselves that the others were not played, and count as
    /// not passed.
    GivenUp,
    /// All of its runs were played.
    Complete,
    /// There is no program to play it with.
    NotBuilt,
}

impl Mark {
    /// Whether something was earned or lost for good.
    pub fn is_final(&self) -> bool {
        matches!(self.state, State::GivenUp | State::Complete | State::NotBuilt)
    }

    /// Whether it earned everything that it may.
    pub fn is_full(&self) -> bool {
        self.state != State::Open && self.score == self.max
    }
}

impl Grade {
    /// There is no program; this was said about it.
    pub(super) fn set_build_error(&mut self, said: String) {
        self.build_error = Some(said);
        self.marks.iter_mut().for_each(|mark| mark.state = State::NotBuilt);
    }

    /// What all tests earned.
    pub fn score(&self) -> Points {
        self.marks.iter().map(|mark| mark.score).sum()
    }

    /// What they may earn.
    pub fn max(&self) -> Points {
        self.marks.iter().map(|mark| mark.max).sum()
    }

    /// Every test is graded for good.
    pub fn is_final(&self) -> bool {
        self.marks.iter().all(Mark::is_final)
    }

    /// The tests with what they earned.
    pub fn tests(&self) -> impl Iterator<Item = (&TestSummary, &Mark)> {
        self.summary.tests.iter().zip(&self.marks)
    }
}
