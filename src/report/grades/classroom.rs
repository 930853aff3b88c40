//! Classroom 50's `result.json`, as its runner takes it from an assignment's `autograder.py`.
//!
//! The runner starts that script in the student's checkout, with the variables that [`ClassroomContext`]
//! reads, and reads `./result.json` when it ends with exit code 0; any other means that grading went wrong.
//! It then writes owner, type, time and submitter over what stands there, and refuses what does not fit the
//! rest of its environment. Besides, it publishes `./release-body.md` as the text of the release, for which
//! [`feedback_markdown`](super::feedback_markdown) is right.
//!
//! Students read this file: it is an asset of a release in their own repository, and the scores of a class
//! are collected from there and from nowhere else. So the points of tests that students are not to see must
//! be in it, and nothing else of them may: together they are one entry, `hidden tests`. As no entry can
//! appear later, tests that students see after the due date count as hidden, too. The log of the job is open
//! to them as well.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{feedback, mark};
use crate::grade::{Grade, Mark};
use crate::lab::{Points, Seeds};
use crate::report::ReplayCommand;
use crate::runner::TestSummary;

/// What the tags of submissions begin with.
const TAG: &str = "submit/";
/// How long `2026-06-01T14-32-05Z` is.
const STAMP_LEN: usize = 20;
/// The first second of the year 10000, for which the format has no digits.
const TOO_LATE: u64 = 253_402_300_800;

/// Which submission was graded: what the runner of Classroom 50 tells an autograder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClassroomContext {
    /// The classroom's short name.
    pub classroom: String,
    /// The assignment's short name.
    pub assignment: String,
    /// `individual`, `group` or `team`.
    pub assignment_type: String,
    /// Whose repository it is.
    pub owner: String,
    /// The tag of the submission, which begins with `submit/`.
    pub submission: String,
    /// Where the commit is shown.
    pub commit: String,
    /// Where the release is shown.
    pub release: String,
    /// Where the changes are shown.
    pub review: String,
    /// When it was submitted, such as `2026-06-01T14:32:05Z`.
    pub datetime: String,
}

impl ClassroomContext {
    /// What the environment says, by its variables.
    ///
    /// The time is that of `SOURCE_DATE_EPOCH` if it is set, and else that in the tag; the clock is never
    /// asked. The runner replaces it by the commit's.
    ///
    /// # Errors
    /// Which variable is missing or makes no sense, and what to do about it.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<ClassroomContext, String> {
        let variable =
            |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let needed = |name: &str| variable(name).ok_or_else(|| missing(name));
        let (submission, commit) = (needed("SUBMISSION_TAG")?, needed("COMMIT_URL")?);
        if !submission.starts_with(TAG) {
            return Err(format!("SUBMISSION_TAG is `{submission}`, but the tags of submissions begin with `{TAG}`"));
        }
        Ok(ClassroomContext {
            classroom: needed("CLASSROOM")?,
            assignment: needed("ASSIGNMENT")?,
            assignment_type: variable("ASSIGNMENT_TYPE").unwrap_or_else(|| "individual".to_owned()),
            // Some runners only set the older name, which on Windows is also that of whoever is logged in.
            owner: variable("OWNER").or_else(|| variable("USERNAME")).ok_or_else(|| missing("OWNER"))?,
            datetime: submitted(variable("SOURCE_DATE_EPOCH").as_deref(), &submission)?,
            submission,
            release: needed("RELEASE_URL")?,
            review: variable("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
        })
    }
}

fn missing(name: &str) -> String {
    format!(
        "{name} is not set: the runner of Classroom 50 sets it for the autograder.py that it starts, which must hand \
         it on; elsewhere, set it by hand"
    )
}

/// When it was submitted: in seconds since 1970, or as the tag says.
fn submitted(epoch: Option<&str>, tag: &str) -> Result<String, String> {
    let Some(epoch) = epoch else {
        return time_of(tag).ok_or_else(|| {
            format!(
                "there is no time in SUBMISSION_TAG, `{tag}`: set SOURCE_DATE_EPOCH to the commit's, which `git log -1 \
                 --format=%ct` prints"
            )
        });
    };
    let seconds = epoch.parse().ok().filter(|seconds| *seconds < TOO_LATE);
    let seconds = seconds.ok_or_else(|| format!("SOURCE_DATE_EPOCH is `{epoch}`, and not a number of seconds"))?;
    Ok(humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string())
}

/// The time in a tag such as `submit/2026-06-01T14-32-05Z-a1b2c3d`.
fn time_of(tag: &str) -> Option<String> {
    let (day, time) = tag.strip_prefix(TAG)?.get(..STAMP_LEN)?.split_once('T')?;
    let stamp = format!("{day}T{}", time.replace('-', ":"));
    humantime::parse_rfc3339(&stamp).is_ok().then_some(stamp)
}

/// The `result.json` of a submission. `replay` is how its author repeats a run at home.
///
/// It knows whole points only: what a test earns is rounded down, and what hidden tests earn after it is
/// added up.
pub fn classroom(grade: &Grade, context: &ClassroomContext, replay: &ReplayCommand) -> String {
    let entries = entries(grade, replay);
    let sum = |of: fn(&Entry) -> u64| entries.iter().map(of).sum::<u64>();
    let ClassroomContext { classroom, assignment, assignment_type, owner, .. } = context;
    let ClassroomContext { submission, commit, release, review, datetime, .. } = context;
    let result = json!({
        "schema": "classroom50/result/v1",
        "classroom": classroom,
        "assignment": assignment,
        "assignment_type": assignment_type,
        "owner": owner,
        "submission": submission,
        "commit": commit,
        "release": release,
        "review": review,
        "datetime": datetime,
        "score": sum(|entry| entry.score.floor()),
        "max-score": sum(|entry| entry.max.floor()),
        "tests": entries.iter().map(Entry::object).collect::<Vec<Value>>(),
    });
    format!("{result:#}\n")
}

/// One of the `tests`.
struct Entry {
    name: String,
    passed: bool,
    score: Points,
    max: Points,
    /// What else there is to say.
    output: Option<String>,
    /// The seed of its first failure.
    seed: Option<String>,
}

impl Entry {
    fn of(test: &TestSummary, mark: &Mark, replay: &ReplayCommand) -> Entry {
        let is_public = mark.grading.seeds == Seeds::Public;
        let seed = test.failures.first().filter(|_| is_public).map(|result| result.seed.to_string());
        let (passed, output) = (mark::is_met(test, mark), Some(feedback::of_test(test, mark, replay)));
        Entry { name: mark::title(test), passed, score: mark.score, max: mark.max, output, seed }
    }

    /// The sum of what students do not see; none if there is nothing.
    fn hidden(grade: &Grade) -> Option<Entry> {
        let hidden: Vec<(&TestSummary, &Mark)> = grade.tests().filter(|(_, mark)| !mark::is_shown(mark)).collect();
        (!hidden.is_empty()).then(|| Entry {
            name: "hidden tests".to_owned(),
            passed: hidden.iter().all(|(test, mark)| mark::is_met(test, mark)),
            score: hidden.iter().map(|(_, mark)| mark.score).sum(),
            max: hidden.iter().map(|(_, mark)| mark.max).sum(),
            output: None,
            seed: None,
        })
    }

    fn object(&self) -> Value {
        let mut object = json!({
            "test-name": self.name,
            "passed": self.passed,
            "score": self.score.floor(),
            "max-score": self.max.floor(),
        });
        for (key, value) in [("output", &self.output), ("seed", &self.seed)] {
            if let Some(value) = value {
                object[key] = json!(value);
            }
        }
        object
    }
}

fn entries(grade: &Grade, replay: &ReplayCommand) -> Vec<Entry> {
    let shown = grade.tests().filter(|(_, mark)| mark::is_shown(mark));
    let mut entries: Vec<Entry> = shown.map(|(test, mark)| Entry::of(test, mark, replay)).collect();
    entries.extend(Entry::hidden(grade));
    // The whole has no text of its own.
    if let (Some(first), Some(_)) = (entries.first_mut(), &grade.build_error) {
        first.output = Some(feedback::of_submission(grade));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_tag_is_read_if_there_is_one() {
        assert_eq!(time_of("submit/2026-06-01T14-32-05Z-a1b2c3d").as_deref(), Some("2026-06-01T14:32:05Z"));
        for tag in
            ["submit/phase1", "submit/2026-13-01T14-32-05Z-a", "submit/2026-06-01T14-32-05", "submit/εεεεεεεεεεε"]
        {
            assert_eq!(time_of(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_number_of_seconds_goes_before_the_tag() {
        let tag = "submit/2026-06-01T14-32-05Z-a1b2c3d";
        assert_eq!(submitted(Some("1780324325"), tag).as_deref(), Ok("2026-06-01T14:32:05Z"));
        assert_eq!(submitted(Some("0"), tag).as_deref(), Ok("1970-01-01T00:00:00Z"));
        for wrong in ["", "-1", "now", "253402300800"] {
            assert!(submitted(Some(wrong), tag).is_err_and(|error| error.contains("SOURCE_DATE_EPOCH")), "{wrong}");
        }
        assert!(submitted(None, "submit/phase1").is_err_and(|error| error.contains("git log -1 --format=%ct")));
    }
}
