//! Floor 9: submissions, built and graded, whatever they do.
//!
//! | file | what it is |
//! |---|---|
//! | `grade` | what a submission came to |

mod grade;

pub use grade::{Grade, Mark, State};
