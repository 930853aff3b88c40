//! What is made of grades.
//!
//! | file | who reads it | what it may tell |
//! |---|---|---|
//! | `gradescope`, `classroom` | services that courses use, and students there | see there |
//! | `markdown` | whoever grades, and in another form the student | everything; what a student may know |
//! | `junit`, `class` | whoever grades | everything |
//! | `feedback`, `mark`, `mistakes` | are what these say | |
//!
//! The same grades always give the same bytes: no file has a time in it that was not given.

mod class;
mod classroom;
mod feedback;
mod gradescope;
mod junit;
mod mark;
mod markdown;
mod mistakes;

pub use class::{class_csv, class_json, class_junit, class_markdown};
pub use classroom::{ClassroomContext, classroom};
pub use gradescope::gradescope;
pub use junit::grade_junit;
pub use markdown::{feedback_markdown, grade_markdown};

use super::{Account, ReplayCommand};
use crate::grade::Grade;

/// A grade as the account of a campaign.
fn account<'a>(grade: &'a Grade, replay: &'a ReplayCommand) -> Account<'a> {
    Account { manifest: &grade.manifest, summary: &grade.summary, replay, comparison: None }
}
