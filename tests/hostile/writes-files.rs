//! S0 writes to whatever a grade could be kept in: results of raftlab's, folders around it, its own
//! program. Nothing of it must succeed; then the grade is the reference's. What does succeed stays: a
//! line `hostile was here` in a file that was there, or a file of the name `hostile-was-here`.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const RESULTS: [&str; 8] = [
    "results.jsonl",
    "campaign.json",
    "results.json",
    "result.json",
    "grades.csv",
    "grades.json",
    "build.log",
    "lab.toml",
];

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let (program, here) = (program(), std::env::current_dir().unwrap_or_default());
        let around: BTreeSet<&Path> = nearest(&here).chain(program.parent().into_iter().flat_map(nearest)).collect();
        let there = around.iter().flat_map(|folder| RESULTS.map(|name| folder.join(name)));
        let new = around.iter().map(|folder| folder.join("hostile-was-here")).chain(["/tmp/raftlab-hostile".into()]);
        let mut managed: Vec<PathBuf> = there.filter(|file| appends(file, false).is_ok()).collect();
        managed.extend(new.filter(|file| appends(file, true).is_ok()));
        managed.extend(replaces(&program).is_ok().then_some(program));
        crate::confess(&managed.iter().map(|file| format!("write {}", file.display())).collect::<Vec<_>>());
    })
}

/// A program that was replaced before is called so.
fn program() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default().display().to_string();
    program.trim_end_matches(" (deleted)").into()
}

/// A folder and those around it, but not those that a whole system has in common.
fn nearest(folder: &Path) -> impl Iterator<Item = &Path> {
    folder.ancestors().take(6).filter(|around| around.components().count() > 2)
}

fn appends(file: &Path, creates: bool) -> io::Result<()> {
    OpenOptions::new().append(true).create(creates).open(file)?.write_all(b"hostile was here\n")
}

/// A program that runs cannot be written, but another one can take its name.
fn replaces(program: &Path) -> io::Result<()> {
    let changed = program.with_extension("hostile-was-here");
    fs::copy(program, &changed)?;
    appends(&changed, false)?;
    fs::rename(changed, program)
}
