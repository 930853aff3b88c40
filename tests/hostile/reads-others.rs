//! S0 reads what is not its own: the sources of submissions beside it, and a file of the system. Nothing
//! of it must succeed; then the grade is the reference's. A submission without a `src/hostile.rs` is
//! somebody else's.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use raftlab::api::{Boot, Raft};

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || {
        let program = std::env::current_exe().unwrap_or_default();
        let here = std::env::current_dir().unwrap_or_default();
        let around: BTreeSet<&Path> = here.ancestors().take(6).chain(program.ancestors().skip(1).take(6)).collect();
        let others = around.into_iter().flat_map(folders).filter(|folder| !folder.join("src/hostile.rs").exists());
        let sources = others.flat_map(|folder| ["src/main.rs", "src/raft/mod.rs"].map(|name| folder.join(name)));
        let managed = sources.chain(["/etc/passwd".into()]).filter(|file| fs::read(file).is_ok());
        crate::confess(&managed.map(|file| format!("read {}", file.display())).collect::<Vec<_>>());
    })
}

/// What is in a folder; nothing if that may not be known.
fn folders(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}
