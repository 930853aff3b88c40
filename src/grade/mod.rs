//! Floor 9: submissions, built and graded, whatever they do.
//!
//! | file | what it is |
//! |---|---|
//! | `class` | all submissions, built, played and marked |
//! | `score` | what a submission came to |
//! | `ledger` | the books on one submission |
//! | `notes` | what it wrote where nobody looks |
//! | `remarks` | what stands in its sources |
//! | `units` | what is to be played, in pieces |
//! | `crew` | who has it played |
//! | `submission` | one as it was handed in |
//! | `main_file` | its `main`, and what comes before it |
//! | `library` | what all of them are linked with |
//! | `compile` | one submission, compiled |
//! | `launcher` | how a program is confined before it begins |
//! | `protocol` | what is said between whoever grades and a process that plays |
//! | `frames` | how it is said |
//! | `process` | such a process, seen from whoever grades |
//! | `watch`, `processor` | whether it takes too much, and how much it has used |
//! | `drain` | what it writes to stdout and stderr |
//! | `death` | how it may end |
//! | `player` | the process that plays: a submission's own program, confined |

// All but `score` speaks of processes and sockets, and is there on Unix alone; each says so itself.
mod class;
mod compile;
mod crew;
mod death;
mod drain;
mod frames;
mod launcher;
mod ledger;
mod library;
mod main_file;
mod notes;
mod player;
mod process;
mod processor;
mod protocol;
mod remarks;
mod score;
mod submission;
mod units;
mod watch;

#[cfg(unix)]
pub use self::{
    class::{Class, GradeError, Listener, grade_class},
    launcher::become_confined,
    library::{Library, library},
    player::{Supervised, begin},
    submission::Submission,
};
pub use score::{Grade, Mark, State};
