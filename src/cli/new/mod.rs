//! `raftlab new`: writes the crate that a student starts from, or the reference as such a crate.

mod files;
mod name;
mod settings;
mod source;
mod write;

pub(super) use source::folder as raftlab_in;

use std::path::Path;

use super::args::NewArgs;
use super::error::{Exit, Failed};
use super::output;
use crate::report::{count, quoted};
use crate::sources::Raftlab;

pub(super) fn run(args: &NewArgs) -> Result<Exit, Failed> {
    let name = name::of_folder(&args.folder)?;
    let raftlab = args.raftlab.as_deref().map_or(Ok(Raftlab::Published), source::folder)?;
    write::check_vacant(&args.folder)?;
    let (manifest, lock) = (settings::manifest(&name, &raftlab), source::lock(&raftlab));
    // The manifest comes last: without it, nobody takes the folder for a crate.
    let mut files: Vec<(&str, &str)> = if args.solution { files::solution() } else { files::skeleton() };
    files.extend(lock.as_deref().map(|lock| ("Cargo.lock", lock)));
    files.push(("Cargo.toml", &manifest));
    write::all(&args.folder, &files)?;
    output::say(&next_steps(args, &name, files.len() as u64));
    Ok(Exit::Passed)
}

/// What the user will want to type now.
fn next_steps(args: &NewArgs, name: &str, files: u64) -> String {
    let (what, expected) = match args.solution {
        false => ("a Raft and a service to be written", "fails, and says what to write first"),
        true => ("raftlab's reference, Raft and service", "passes"),
    };
    let files = count(files, "file");
    let mut text = format!("created {}: crate `{name}`, {what}, in {files}\n\n", args.folder.display());
    if args.folder != Path::new(".") {
        text.push_str(&format!("    cd {}\n", quoted(&args.folder.display().to_string())));
    }
    text.push_str(&format!("    cargo run --release -- test 2A      # {expected}\n\n"));
    if args.raftlab.is_none() {
        let version = env!("CARGO_PKG_VERSION");
        text.push_str(&format!(
            "It depends on raftlab {version} as published. To use a folder with raftlab's sources instead, make it with \
             --raftlab PATH.\n"
        ));
    }
    text.push_str(
        "The first build takes some minutes: raftlab and its libraries are compiled once. README.md leads on.",
    );
    text
}
