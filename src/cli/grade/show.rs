//! How far grading has come, for people; and the files, which are written as it goes.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;

use colored::Colorize as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::args::GradeArgs;
use super::super::output;
use super::files::Files;
use crate::grade::{Class, Grade, Listener, Mark, State};
use crate::lab::{Points, Visibility};
use crate::report::count;
use crate::runner::{Ending, RunResult, TestSummary};
use crate::sandbox::Gap;

/// Lines of what a compiler said that are shown; `build.log` has all of them.
const SAID: usize = 12;

/// Tests that are named in which points were lost.
const LOST: usize = 3;

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
    /// Whose grades were told.
    shown_names: BTreeSet<String>,
    /// Whether tests may be named that students do not see: they read the log of a job in their own repository.
    tells_all: bool,
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
            shown_names: BTreeSet::new(),
            tells_all: args.classroom.is_none(),
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
            // Why may be another thing every time, such as a file of a name that was drawn.
            let what = error.split(": ").next().unwrap_or_default().to_owned();
            if self.told.insert(what) {
                self.bar.suspend(|| output::error(&error));
            }
        }
    }

    /// Something could not be written or played.
    pub(super) fn lost_something(&self) -> bool {
        self.lost_something
    }

    /// It is over: writes all files, and says where they are.
    pub(super) fn end(&mut self, grades: &[Grade], ending: Ending) {
        self.bar.finish_and_clear();
        let mut errors: Vec<String> = grades.iter().flat_map(|grade| self.files.submission(grade)).collect();
        errors.extend(self.files.class(grades));
        self.tell(errors);
        for grade in grades.iter().filter(|grade| !self.shown_names.contains(&grade.name)) {
            output::say(&self.line(grade));
        }
        match ending {
            Ending::Interrupted => output::say("interrupted: --resume goes on with what is missing"),
            Ending::TimeBudget => output::say("the time is over: tests are graded by the runs that were played"),
            _ => {}
        }
        output::say(&format!("grades in {}: grades.md, grades.csv, and a folder for each submission", self.out));
    }

    /// `alice  35 of 40  2C/figure8 0 of 5; 2 remarks`.
    fn line(&self, grade: &Grade) -> String {
        let tests =
            || grade.tests().filter(|(_, mark)| self.tells_all || mark.grading.visibility == Visibility::Visible);
        let lost = || tests().filter(|(_, mark)| mark.state != State::Open && !mark.is_full());
        let told = |(test, mark): (&TestSummary, &Mark)| format!("{} {} of {}", test.test.path(), mark.score, mark.max);
        let mut detail: Vec<String> = lost().take(LOST).map(told).collect();
        let more = lost().skip(LOST).count() as u64;
        detail.extend((more > 0).then(|| format!("points lost in {more} more")));
        if grade.build_error.is_some() {
            detail = vec!["is not built".red().to_string()];
        }
        let open = tests().filter(|(_, mark)| mark.state == State::Open).count() as u64;
        detail.extend((open > 0).then(|| format!("{} not graded yet", count(open, "test"))));
        let remarks = grade.remarks.len() as u64;
        detail.extend((remarks > 0).then(|| count(remarks, "remark")));
        let [score, max] = [|mark: &Mark| mark.score, |mark: &Mark| mark.max]
            .map(|points| tests().map(|(_, mark)| points(mark)).sum::<Points>());
        format!("{}  {score} of {max}  {}", grade.name, detail.join("; ")).trim_end().to_owned()
    }
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
        let grade = &grades[place];
        let mut errors = self.files.submission(grade);
        errors.extend(self.files.class_now_and_then(grades));
        self.tell(errors);
        if grade.is_final() {
            let line = self.line(grade);
            self.bar.suspend(|| output::say(&line));
            self.shown_names.insert(grade.name.clone());
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
