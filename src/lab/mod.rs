//! Floor 7: what there is to test: parts, tests, points and parameters, read from `labs/*.toml`.
//!
//! The course's labs are embedded; others can be read from files. Everything that may be wrong
//! in such a file is found when it is read, and told with file, line and key. Embedded are also the
//! [`handout`], which explains them, and the [`mistakes`] that people make in them.

mod edition;
mod file;
mod grading;
mod handout;
mod mistakes;
mod select;
mod sign;
mod test;
mod texts;

pub use edition::Edition;
pub use file::LabError;
pub(crate) use file::Source;
pub use grading::{Conditions, Credit, Grading, Points, Seeds, UnsafeCode, Visibility};
pub use handout::{Chapter, Section, handout};
pub use mistakes::{Mistake, mistakes};
pub use select::SelectError;
pub use sign::Sign;
pub use test::{Lab, Part, Test, TestInfo};
pub use texts::LabTexts;
