//! `raftlab grade`: builds, plays and marks the submissions of a class.

mod files;
mod place;
mod plan;
mod secret;
mod show;

use std::path::Path;

use super::args::GradeArgs;
use super::error::{Exit, Failed};
use super::output;
use super::test::stop_on_ctrl_c;
use crate::grade::{Grade, GradeError, Library, grade_class, library};
use crate::runner::{Ending, StoreError};
use files::Files;
use show::Show;

pub(super) fn run(args: &GradeArgs) -> Result<Exit, Failed> {
    let labs = plan::labs(args)?;
    let (raftlab, cache) = (place::raftlab(args)?, place::cache(args)?);
    let patience = if cache.join("target").is_dir() { "" } else { "; the first time, this takes some minutes" };
    output::say(&format!("raftlab and its libraries, compiled once: {}{patience}", cache.display()));
    let libraries = |more: &[String]| library(&raftlab, more, &cache).map_err(Failed::trouble);
    if args.prepare {
        libraries(&labs.conditions.dependencies)?;
        return Ok(Exit::Passed);
    }
    let class = plan::class(args, labs)?;
    let libraries: Library = libraries(&class.conditions.dependencies)?;
    let interrupted = stop_on_ctrl_c()?;
    let files = Files::new(args, &class)?;
    let mut show = Show::new(args, &class, files);
    let graded = grade_class(&class, &libraries, &interrupted, &mut show);
    let (grades, ending) = graded.map_err(|error| failed(&error, &class.out))?;
    show.end(&grades, ending);
    Ok(exit(&grades, ending, show.lost_something()))
}

fn failed(error: &GradeError, out: &Path) -> Failed {
    match error {
        GradeError::Store(StoreError::Taken { .. }) => Failed::usage(format!(
            "{} holds grades already; --resume goes on with them, another --out begins anew",
            out.display()
        )),
        GradeError::Store(StoreError::Io { .. }) | GradeError::System(_) => Failed::trouble(error),
        GradeError::Store(_) => Failed::usage(error),
    }
}

/// Whatever the grades are, it has gone well if there are any.
fn exit(grades: &[Grade], ending: Ending, lost_something: bool) -> Exit {
    if ending == Ending::Interrupted {
        Exit::Interrupted
    } else if lost_something || ending == Ending::Stuck {
        Exit::Trouble
    } else if grades.is_empty() {
        Exit::Nothing
    } else {
        Exit::Passed
    }
}
