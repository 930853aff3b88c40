//! What the tests of a class came to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::grade::{Grade, Mark};
use crate::lab::{Points, TestInfo};
use crate::report::grades::mark;
use crate::runner::TestSummary;

/// One test, over a class.
pub(super) struct ClassTest {
    /// The test.
    pub(super) info: Arc<TestInfo>,
    /// Submissions that were graded on it.
    pub(super) submissions: u64,
    /// Those that have everything it asks for.
    pub(super) met: u64,
    /// What all of them earned.
    pub(super) score: Points,
    /// What they might have.
    pub(super) max: Points,
}

impl ClassTest {
    fn new(info: &Arc<TestInfo>) -> ClassTest {
        let none = Points::default();
        ClassTest { info: info.clone(), submissions: 0, met: 0, score: none, max: none }
    }

    fn add(&mut self, test: &TestSummary, mark: &Mark) {
        self.submissions += 1;
        self.met += u64::from(mark::is_met(test, mark));
        self.score = [self.score, mark.score].into_iter().sum();
        self.max = [self.max, mark.max].into_iter().sum();
    }

    /// What a submission earned on average, rounded down.
    pub(super) fn mean(&self) -> Points {
        Points(self.score.0 / self.submissions.max(1))
    }

    /// What a submission may earn, on average: mostly it is the same for all.
    pub(super) fn mean_max(&self) -> Points {
        Points(self.max.0 / self.submissions.max(1))
    }
}

/// All tests that any submission was graded on, in the order in which they come.
pub(super) fn tests_of(grades: &[Grade]) -> Vec<ClassTest> {
    let mut tests: Vec<ClassTest> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (test, mark) in grades.iter().flat_map(Grade::tests) {
        let place = *places.entry(test.test.path()).or_insert_with(|| {
            tests.push(ClassTest::new(&test.test));
            tests.len() - 1
        });
        tests[place].add(test, mark);
    }
    tests
}
