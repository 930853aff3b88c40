//! From raw arguments to a class: everything that a user can get wrong is found here.
#![expect(clippy::disallowed_types, reason = "a time budget is one of real time; no run sees it")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::super::args::{GradeArgs, SeedChoice};
use super::super::error::Failed;
use super::super::output;
use super::super::plan::{SEED, cores, fresh_seed};
use super::secret;
use crate::base::Seed;
use crate::grade::Class;
use crate::lab::{Conditions, Edition, LabTexts, Seeds, Test, UnsafeCode};

/// How often each test is played where nobody says so.
const ITERATIONS: u64 = 100;

/// The parts that are graded where nobody says so: the course's Raft.
const PARTS: [&str; 4] = ["2A", "2B", "2C", "2D"];

/// What lies in the folder of grades beside the submissions' folders.
const TAKEN: [&str; 6] = ["secret", "grades.csv", "grades.md", "grades.json", "grades.xml", "grades.html"];

/// What is graded.
pub(super) struct Labs {
    texts: LabTexts,
    tests: Vec<Arc<Test>>,
    pub(super) conditions: Conditions,
}

/// The tests that the user means, and what their labs ask of submissions.
pub(super) fn labs(args: &GradeArgs) -> Result<Labs, Failed> {
    let texts = LabTexts::read(&args.lab.labs, args.lab.edition.into()).map_err(Failed::usage)?;
    let lab = texts.lab().map_err(Failed::usage)?;
    let standard = || {
        let edition: Edition = args.lab.edition.into();
        PARTS.iter().map(|part| edition.part_name(part)).collect()
    };
    let names: Vec<String> = match (args.tests.is_empty(), args.lab.labs.is_empty()) {
        (true, true) => standard(),
        _ => args.tests.clone(),
    };
    let tests = lab.select(&names, None).map_err(Failed::usage)?;
    if tests.is_empty() {
        return Err(Failed::nothing("these labs have no test"));
    }
    let mut conditions = Conditions::default();
    let is_graded = |test: &Arc<Test>| tests.iter().any(|other| Arc::ptr_eq(other, test));
    for part in lab.parts.iter().filter(|part| part.tests.iter().any(is_graded)) {
        conditions.dependencies.extend(part.conditions.dependencies.iter().cloned());
        if part.conditions.unsafe_code == UnsafeCode::Forbid {
            conditions.unsafe_code = UnsafeCode::Forbid;
        }
    }
    conditions.dependencies.sort();
    conditions.dependencies.dedup();
    Ok(Labs { texts, tests, conditions })
}

/// The class, ready to be graded.
pub(super) fn class(args: &GradeArgs, labs: Labs) -> Result<Class, Failed> {
    let submissions = submissions(&args.submissions)?;
    let out = std::path::absolute(&args.out)
        .map_err(|error| Failed::usage(format!("--out {}: {error}", args.out.display())))?;
    std::fs::create_dir_all(&out)
        .map_err(|error| Failed::trouble(format!("cannot write grades to {}: {error}", out.display())))?;
    let seed = match args.seed {
        None => SEED,
        Some(SeedChoice::Given(seed)) => seed,
        Some(SeedChoice::Random) => fresh_seed(),
    };
    let has_secrets = labs.tests.iter().any(|test| test.grading.seeds == Seeds::Secret);
    let secret = if has_secrets { secret::seed(args.secret.as_deref(), &out)? } else { Seed(0) };
    let often = |test: &Test| args.iterations.or(test.grading.iterations).unwrap_or(ITERATIONS);
    let tests = labs.tests.into_iter().map(|test| (test.clone(), often(&test))).collect();
    let launcher = std::env::current_exe()
        .map_err(|error| Failed::trouble(format!("it is not known where this program is: {error}")))?;
    Ok(Class {
        submissions,
        labs: labs.texts,
        tests,
        conditions: labs.conditions,
        seed,
        secret,
        out,
        resumes: args.resume,
        jobs: args.jobs.map_or_else(cores, usize::from),
        deadline: args.time_budget.and_then(|budget| Instant::now().checked_add(budget)),
        step: args.stuck_after,
        build_time: args.build_time,
        memory: args.memory,
        options: args.lab.options(),
        launcher,
    })
}

/// The folders that are named, each with the name of its submission; files among them are passed over, as a
/// shell's `*` means them, too.
fn submissions(paths: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, Failed> {
    let (mut submissions, mut names) = (Vec::new(), BTreeSet::new());
    for path in paths {
        if !path.is_dir() {
            let why = if path.exists() { "is no folder" } else { "is not there" };
            if !path.exists() {
                return Err(Failed::usage(format!("the submission {} {why}", path.display())));
            }
            output::warning(&format!("{} {why} and is passed over", path.display()));
            continue;
        }
        let whole = path.canonicalize().map_err(|error| Failed::usage(format!("{}: {error}", path.display())))?;
        let name = name(&whole)?;
        if !names.insert(name.to_lowercase()) {
            let text = "two submissions are called so, and each needs a folder of its own among the grades";
            return Err(Failed::usage(format!("{name}: {text}; rename one, or grade them one after the other")));
        }
        submissions.push((name, whole));
    }
    if submissions.is_empty() {
        return Err(Failed::nothing("there is no submission: name the folders of some"));
    }
    Ok(submissions)
}

fn name(folder: &Path) -> Result<String, Failed> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let is_usable = |name: &String| !TAKEN.contains(&name.as_str()) && !name.contains(char::is_control);
    name.filter(is_usable).ok_or_else(|| {
        Failed::usage(format!("no submission can be called like the folder {}; rename it", folder.display()))
    })
}
