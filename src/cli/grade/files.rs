//! The files that grades are written into: for each submission, and for the class.
#![expect(clippy::disallowed_types, reason = "the files of a class are written now and then; no run sees it")]

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::args::GradeArgs;
use super::super::error::Failed;
use crate::grade::{Class, Grade};
use crate::report::{
    ClassroomContext, ReplayCommand, class_csv, class_json, class_junit, class_markdown, classroom, feedback_markdown,
    grade_junit, grade_markdown, gradescope,
};
use crate::runner::write_whole;

/// How often the files of the class are written at most, while it is graded.
const CLASS_INTERVAL: Duration = Duration::from_secs(2);

/// Where grades go.
pub(super) struct Files {
    out: PathBuf,
    /// What a command must say again to mean the same labs.
    options: Vec<String>,
    /// Where Gradescope looks.
    gradescope: Option<PathBuf>,
    classroom: Option<(PathBuf, ClassroomContext)>,
    class_written: Option<Instant>,
}

impl Files {
    pub(super) fn new(args: &GradeArgs, class: &Class) -> Result<Files, Failed> {
        for (option, wanted) in [("--gradescope", &args.gradescope), ("--classroom", &args.classroom)] {
            if wanted.is_some() && class.submissions.len() > 1 {
                return Err(Failed::usage(format!(
                    "{option} is for one submission; each has a file of its own as well"
                )));
            }
        }
        let environment = |name: &str| std::env::var(name).ok();
        let classroom = args.classroom.clone().map(|path| {
            let context = ClassroomContext::from_environment(environment);
            context.map(|context| (path, context)).map_err(|error| Failed::usage(format!("--classroom: {error}")))
        });
        let (out, options, gradescope) = (class.out.clone(), class.options.clone(), args.gradescope.clone());
        Ok(Files { out, options, gradescope, classroom: classroom.transpose()?, class_written: None })
    }

    /// How the author of a submission repeats a run.
    fn at_home(&self) -> ReplayCommand {
        ReplayCommand::new("cargo run --release --", &self.options)
    }

    /// How whoever grades repeats one: with the program that was graded.
    fn here(&self, grade: &Grade) -> ReplayCommand {
        let program = self.out.join(&grade.name).join("build").join("program");
        ReplayCommand::new(&crate::report::quoted(&program.display().to_string()), &self.options)
    }

    /// Writes what is known of a submission. Whatever cannot be written is told, and the rest is.
    pub(super) fn submission(&self, grade: &Grade) -> Vec<String> {
        let (folder, home, here) = (self.out.join(&grade.name), self.at_home(), self.here(grade));
        let results = gradescope(grade, &home);
        let mut errors = Vec::new();
        let mut write = |path: &Path, text: Result<String, String>| {
            let written =
                text.and_then(|text| write_whole(path, text.as_bytes()).map_err(|error: io::Error| error.to_string()));
            errors.extend(written.err().map(|error| format!("cannot write {}: {error}", path.display())));
        };
        write(&folder.join("results.json"), Ok(results.clone()));
        write(&folder.join("junit.xml"), grade_junit(grade, &here).map_err(|error| error.to_string()));
        write(&folder.join("grade.md"), Ok(grade_markdown(grade, &here)));
        write(&folder.join("feedback.md"), Ok(feedback_markdown(grade, &home)));
        if let Some(path) = &self.gradescope {
            write(path, Ok(results));
        }
        if let Some((path, context)) = &self.classroom {
            write(path, Ok(classroom(grade, context, &home)));
        }
        errors
    }

    /// Writes what is known of the class, unless that was done a moment ago.
    pub(super) fn class_now_and_then(&mut self, grades: &[Grade]) -> Vec<String> {
        if self.class_written.is_some_and(|written| written.elapsed() < CLASS_INTERVAL) {
            return vec![];
        }
        self.class_written = Some(Instant::now());
        self.class(grades)
    }

    /// Writes what is known of the class.
    pub(super) fn class(&self, grades: &[Grade]) -> Vec<String> {
        let mut errors = Vec::new();
        let mut write = |name: &str, text: Result<String, String>| {
            let path = self.out.join(name);
            let written = text.and_then(|text| write_whole(&path, text.as_bytes()).map_err(|error| error.to_string()));
            errors.extend(written.err().map(|error| format!("cannot write {}: {error}", path.display())));
        };
        let here = |grade: &Grade| self.here(grade);
        write("grades.csv", Ok(class_csv(grades)));
        write("grades.md", Ok(class_markdown(grades)));
        write("grades.json", Ok(class_json(grades, here)));
        write("grades.xml", class_junit(grades, here).map_err(|error| error.to_string()));
        errors
    }
}
