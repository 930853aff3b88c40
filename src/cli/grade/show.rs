//! How far grading has come, for people; and the files, which are written as it goes.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;

use colored::Colorize as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::args::GradeArgs;
use super::super::output;
use super::files::Files;
use crate::grade::{Class, Grade, Listener, State};
use crate::report::count;
use crate::runner::{Ending, RunResult};
use crate::sandbox::Gap;

/// Lines of what a compiler said that are shown; `build.log` has all of them.
const SAID: usize = 12;

/// Tells people of it, and writes files.
pub(super) struct Show {
    files: Files,
    bar: ProgressBar,
    shown: bool,
    quiet: bool,
    out: String,
    lost_something: bool,
    /// What went wrong is told once.
    told: BTreeSet<String>,
}

impl Show {
    pub(super) fn new(args: &GradeArgs, class: &Class, files: Files) -> Show {
        let shown = !args.no_progress && !args.quiet && std::io::stderr().is_terminal();
        let show = Show {
            files,
            bar: ProgressBar::hidden(),
            shown,
            quiet: args.quiet,
            out: class.out.display().to_string(),
            lost_something: false,
            told: BTreeSet::new(),
        };
        let (submissions, tests) = (count(class.submissions.len() as u64, "submission"), class.tests.len() as u64);
        let runs: u64 = class.tests.iter().map(|(_, often)| often).sum();
        show.say(&format!("{submissions}, {} and {} each", count(tests, "test"), count(runs, "run")));
        Show { bar: show.bar_for(class.submissions.len() as u64, "submissions built"), ..show }
    }

    fn bar_for(&self, length: u64, what: &'static str) -> ProgressBar {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let template = "{elapsed_precise} {wide_bar} {human_pos}/{human_len} {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            self.bar.suspend(|| output::say(text));
        }
    }

    fn tell(&mut self, errors: Vec<String>) {
        self.lost_something |= !errors.is_empty();
        for error in errors {
            if self.told.insert(error.clone()) {
                self.bar.suspend(|| output::error(&error));
            }
        }
    }

    /// Something could not be written or played.
    pub(super) fn lost_something(&self) -> bool {
        self.lost_something
    }

    /// It is over: writes all files, and shows what everybody earned.
    pub(super) fn end(&mut self, grades: &[Grade], ending: Ending) {
        self.bar.finish_and_clear();
        let mut errors: Vec<String> = grades.iter().flat_map(|grade| self.files.submission(grade)).collect();
        errors.extend(self.files.class(grades));
        self.tell(errors);
        let width = grades.iter().map(|grade| grade.name.chars().count()).max().unwrap_or(0);
        for grade in grades {
            output::say(&line(grade, width));
        }
        match ending {
            Ending::Interrupted => output::say("interrupted: --resume goes on with what is missing"),
            Ending::TimeBudget => output::say("the time is over: tests are graded by the runs that were played"),
            _ => {}
        }
        output::say(&format!("grades in {}: grades.md, grades.csv, and a folder for each submission", self.out));
    }
}

/// `alice  35 of 40  2C/figure8 0 of 5; 2 remarks`.
fn line(grade: &Grade, width: usize) -> String {
    let lost = grade.tests().filter(|(_, mark)| mark.state != State::Open && !mark.is_full());
    let lost: Vec<String> =
        lost.map(|(test, mark)| format!("{} {} of {}", test.test.path(), mark.score, mark.max)).collect();
    let open = grade.marks.iter().filter(|mark| mark.state == State::Open).count() as u64;
    let open = (open > 0).then(|| format!("{} not graded yet", count(open, "test")));
    let remarks = grade.remarks.len() as u64;
    let remarks = (remarks > 0).then(|| count(remarks, "remark"));
    let detail = if grade.build_error.is_some() { vec!["is not built".red().to_string()] } else { lost };
    let detail: Vec<String> = detail.into_iter().chain(open).chain(remarks).collect();
    format!("{:width$}  {} of {}  {}", grade.name, grade.score(), grade.max(), detail.join("; ")).trim_end().to_owned()
}

impl Listener for Show {
    fn built(&mut self, name: &str, error: Option<&str>) {
        self.bar.inc(1);
        let Some(error) = error else { return };
        let lines: Vec<&str> = error.lines().filter(|line| !line.trim().is_empty()).take(SAID).collect();
        self.say(&format!("{name} {}\n    {}", "is not built".red(), lines.join("\n    ")));
    }

    fn begins(&mut self, runs: u64) {
        self.bar.finish_and_clear();
        self.bar = self.bar_for(runs, "runs");
    }

    fn run_finished(&mut self, _name: &str, _result: &RunResult) {
        self.bar.inc(1);
    }

    fn graded(&mut self, grades: &[Grade], place: usize) {
        let mut errors = self.files.submission(&grades[place]);
        errors.extend(self.files.class_now_and_then(grades));
        self.tell(errors);
        if grades[place].is_final() {
            self.say(&line(&grades[place], 0));
        }
    }

    fn not_enforced(&mut self, gap: &Gap) {
        self.bar.suspend(|| output::warning(&gap.to_string()));
    }

    fn trouble(&mut self, name: &str, text: &str) {
        self.tell(vec![format!("{name} cannot be graded: {text}")]);
    }

    fn tick(&mut self) {
        self.bar.tick();
    }
}
