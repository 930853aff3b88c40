//! Floor 10: what users see of a campaign, and of a trace.
//!
//! People read stderr, programs stdout. Nothing below this floor prints.

mod account;
mod comparison;
mod explanation;
mod failure;
mod github;
mod grades;
mod html;
mod human;
mod json;
mod junit;
mod likely;
mod markdown;
mod replay;
mod row;
mod side_by_side;
mod units;
mod verdict;
mod view;

pub use account::Account;
pub use comparison::comparison_text;
pub use failure::{explained_block, failure_block, failure_line, group_block, group_line};
pub use github::annotations;
pub use grades::{
    ClassroomContext, class_csv, class_json, class_junit, class_markdown, classroom, feedback_markdown, grade_junit,
    grade_markdown, gradescope,
};
pub use html::html;
pub use human::Human;
pub use json::Json;
pub use junit::junit;
pub use likely::likely;
pub use markdown::markdown;
pub use replay::{ReplayCommand, quoted};
pub use units::count;
pub use view::{Filter, UnknownTopic, View, topics_named};
