//! The files that grades are written into: for each submission, and for the class.
#![expect(clippy::disallowed_types, reason = "the files of a class are written now and then; no run sees it")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::super::args::{GradeArgs, LabArgs};
use super::super::error::Failed;
use super::super::report::write_one;
use crate::grade::{Class, Grade};
use crate::report::{
    ClassroomContext, ReplayCommand, class_csv, class_json, class_junit, class_markdown, classroom, feedback_markdown,
    grade_junit, grade_markdown, gradescope, quoted,
};

/// How often the files of the class are written at most, while it is graded.
const CLASS_INTERVAL: Duration = Duration::from_secs(2);

/// Where grades go.
pub(super) struct Files {
    out: PathBuf,
    /// What a command must say again to mean the same labs,
    options: Vec<String>,
    /// and to mean the course's, as their students have them.
    options_at_home: Vec<String>,
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
        Ok(Files {
            out: class.out.clone(),
            options: class.options.clone(),
            options_at_home: LabArgs { labs: vec![], ..args.lab.clone() }.options(),
            gradescope: args.gradescope.clone(),
            classroom: classroom.transpose()?,
            class_written: None,
        })
    }

    /// How the author of a submission repeats a run. The lab file of whoever grades stays there: it says what is
    /// hidden.
    fn at_home(&self) -> ReplayCommand {
        ReplayCommand::new("cargo run --release --", &self.options_at_home)
    }

    /// How whoever grades repeats one: with the program that was graded.
    fn here(&self, grade: &Grade) -> ReplayCommand {
        let program = self.out.join(&grade.name).join("build").join("program");
        ReplayCommand::new(&quoted(&program.display().to_string()), &self.options)
    }

    /// Writes what is known of a submission. Whatever cannot be written is told, and the rest is.
    pub(super) fn submission(&self, grade: &Grade) -> Vec<String> {
        let (folder, home, here) = (self.out.join(&grade.name), self.at_home(), self.here(grade));
        let results = gradescope(grade, &home);
        let junit = grade_junit(grade, &here).map_err(|error| error.to_string());
        let own = [
            ("results.json", Ok(results.clone())),
            ("junit.xml", junit),
            ("grade.md", Ok(grade_markdown(grade, &here))),
            ("feedback.md", Ok(feedback_markdown(grade, &home))),
        ];
        let own = own.map(|(name, text)| (folder.join(name), text)).into_iter();
        let gradescope = self.gradescope.clone().map(|path| (path, Ok(results)));
        let classroom =
            self.classroom.as_ref().map(|(path, context)| (path.clone(), Ok(classroom(grade, context, &home))));
        all(own.chain(gradescope).chain(classroom))
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
        let here = |grade: &Grade| self.here(grade);
        let files = [
            ("grades.csv", Ok(class_csv(grades))),
            ("grades.md", Ok(class_markdown(grades))),
            ("grades.json", Ok(class_json(grades, here))),
            ("grades.xml", class_junit(grades, here).map_err(|error| error.to_string())),
        ];
        all(files.map(|(name, text)| (self.out.join(name), text)).into_iter())
    }
}

/// Writes all of them; what went wrong with any.
fn all(files: impl Iterator<Item = (PathBuf, Result<String, String>)>) -> Vec<String> {
    files.filter_map(|(path, text)| write_one(&path, text).err()).collect()
}
