//! One submission, compiled: by the compiler alone, which is confined like the program that it makes.
//!
//! Compilers run code as well, in constants and macros, and read files that sources name. So this one
//! reads what it needs and the submission's own sources, writes into the submission's folder, and has limits.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "a compiler is given up by real time; no run sees it")]

use std::fs::{self, File};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::launcher::confined;
use super::library::Library;
use super::submission::Submission;
use crate::lab::UnsafeCode;
use crate::sandbox::Confinement;

/// Bytes of address space that a compiler or linker gets: many times what a Raft needs.
const MEMORY: u64 = 4 << 30;
/// Bytes that each of its files may have.
const FILE_SIZE: u64 = 1 << 30;
/// Real time that it gets, on a machine that has other things to do as well.
const REAL_TIME: Duration = Duration::from_secs(20 * 60);
/// How often it is looked after.
const WATCH_INTERVAL: Duration = Duration::from_millis(20);
/// Bytes of what it says that are kept.
const SAID_MAX: usize = 256 << 10;

/// Bytes of disk that it wants, and more: where fewer are free, that it failed says nothing of the submission.
const DISK: u64 = 64 << 20;

/// Where compilers, linkers, and what they need are found.
const SYSTEM: [&str; 12] = [
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr",
    "/opt",
    "/nix",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/proc/self",
];

/// On what terms submissions are compiled.
pub(super) struct Terms<'a> {
    /// What `unsafe` in them comes to.
    pub(super) unsafe_code: UnsafeCode,
    /// Seconds of processor time that a compiler gets.
    pub(super) processor_seconds: u64,
    /// This program, which becomes a confined compiler.
    pub(super) launcher: &'a Path,
}

/// What became of it.
pub(super) enum Compiled {
    /// There is a program. Whatever else the compiler said is in the submission's `build.log`.
    Program(PathBuf),
    /// There is none: what the compiler said.
    Error(String),
}

/// Compiles what [`Submission::write`] wrote into `folder`.
///
/// # Errors
/// If the compiler cannot be started, or the disk is full.
pub(super) fn compile(
    submission: &Submission,
    folder: &Path,
    library: &Library,
    terms: &Terms<'_>,
) -> io::Result<Compiled> {
    let (out, temporary) = (folder.join("build"), folder.join("build").join("tmp"));
    fs::create_dir_all(&temporary)?;
    let compilation = Compilation { submission, folder, library, terms, out: &out };
    let compiled = compilation.all();
    // What lies about there is of no use to anybody.
    let _ = fs::remove_dir_all(&temporary);
    compiled
}

struct Compilation<'a> {
    submission: &'a Submission,
    folder: &'a Path,
    library: &'a Library,
    terms: &'a Terms<'a>,
    out: &'a Path,
}

impl Compilation<'_> {
    fn all(&self) -> io::Result<Compiled> {
        let mut log = String::new();
        let mut own = None;
        if self.submission.has_library() {
            let file = self.out.join(format!("lib{}.rlib", self.submission.crate_name()));
            let ended = self.run("lib.rs", "lib", &self.submission.crate_name(), &file, None)?;
            log.push_str(&ended.said);
            if let Some(error) = ended.error(self.terms.processor_seconds) {
                return self.conclude(log, Some(error));
            }
            own = Some(file);
        }
        let program = self.out.join("program");
        let ended = self.run("main.rs", "bin", "submission", &program, own.as_deref())?;
        log.push_str(&ended.said);
        self.conclude(log, ended.error(self.terms.processor_seconds))
    }

    /// Puts down what was said, beside the submission.
    fn conclude(&self, mut log: String, error: Option<String>) -> io::Result<Compiled> {
        if error.is_some() {
            has_space(self.out)?;
        }
        // Where the folder lies is nobody's business, and not the same everywhere.
        let place = format!("{}/", self.folder.display());
        log = log.replace(&place, "");
        if let Some(error) = &error {
            log.push_str(error);
            log.push('\n');
        }
        fs::write(self.folder.join("build.log"), &log)?;
        Ok(match error {
            None => Compiled::Program(self.out.join("program")),
            Some(_) => Compiled::Error(log),
        })
    }

    fn run(&self, file: &str, kind: &str, name: &str, output: &Path, own: Option<&Path>) -> io::Result<Ended> {
        let said = self.out.join("said");
        let mut compiler = confined(self.terms.launcher, &self.confinement(), &self.library.compiler)?;
        compiler.arg(Path::new("src").join(file)).args(["--crate-type", kind, "--crate-name", name, "-o"]).arg(output);
        compiler.args(["--edition", self.submission.edition(), "-Coverflow-checks=on"]);
        compiler.arg(format!("-Copt-level={}", self.library.opt_level));
        compiler.args(["-Cstrip=symbols", "-Ccodegen-units=4", "--diagnostic-width=110", "--color=never"]);
        match self.terms.unsafe_code {
            // What a newer compiler warns of is no error, whatever the sources say.
            UnsafeCode::Report => compiler.args(["--cap-lints", "warn"]),
            UnsafeCode::Forbid => compiler.args(["-F", "unsafe_code"]),
        };
        compiler.arg("-L").arg(format!("dependency={}", self.library.folder.display()));
        let libraries = self.library.names.iter().map(|(name, file)| (name.as_str(), file.as_path()));
        let crate_name = self.submission.crate_name();
        for (name, file) in libraries.chain(own.map(|file| (crate_name.as_str(), file))) {
            compiler.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        self.surround(&mut compiler);
        let file = File::create(&said)?;
        let child = compiler.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
        let (status, in_time) = wait(child)?;
        Ok(Ended { status, in_time, said: beginning(&said)? })
    }

    /// What the compiler finds around it: what cargo would give it, and a place for what it needs meanwhile.
    fn surround(&self, compiler: &mut Command) {
        compiler.current_dir(self.folder).env_clear();
        compiler.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        compiler.env("TMPDIR", self.out.join("tmp")).env("CARGO_MANIFEST_DIR", self.folder);
        compiler.env("CARGO_PKG_NAME", self.submission.package()).env("CARGO_CRATE_NAME", self.submission.crate_name());
        compiler.env("CARGO_BIN_NAME", self.submission.package()).env("CARGO_PKG_VERSION", "0.1.0");
    }

    fn confinement(&self) -> Confinement {
        let needed = [self.library.sysroot.clone(), self.library.folder.clone(), self.folder.join("src")];
        let system = SYSTEM.iter().map(PathBuf::from).chain(path_folders());
        Confinement {
            reads: system.chain(needed).collect(),
            writes: vec![self.out.to_owned(), "/dev/null".into()],
            starts_programs: true,
            memory: Some(MEMORY),
            file_size: FILE_SIZE,
            processor_seconds: Some(self.terms.processor_seconds),
            becomes_nobody: false,
        }
    }
}

/// Whether a compiler could write what it has to.
fn has_space(folder: &Path) -> io::Result<()> {
    let disk = rustix::fs::statvfs(folder)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let text = || format!("No space left on device: {} KiB are free, and the compiler failed", free >> 10);
    if free < DISK { Err(io::Error::new(io::ErrorKind::StorageFull, text())) } else { Ok(()) }
}

/// Where programs are looked for.
fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

struct Ended {
    status: ExitStatus,
    in_time: bool,
    said: String,
}

impl Ended {
    /// Why there is no program, if there is none.
    fn error(&self, processor_seconds: u64) -> Option<String> {
        let signal = self.status.signal().map(|signal| format!("it was ended by signal {signal}"));
        match (self.in_time, self.status.success(), self.status.code()) {
            (true, true, _) => None,
            (true, false, Some(1)) => Some("the compiler found errors".to_owned()),
            (true, false, code) => {
                let code = code.map(|code| format!("it ended with exit code {code}"));
                let how = signal.or(code).unwrap_or_default();
                Some(format!(
                    "the compiler did not come to an end of its own: {how}; it may take {processor_seconds} s of \
                     processor time and {} GiB of memory",
                    MEMORY >> 30
                ))
            }
            (false, ..) => Some(format!("the compiler was given up after {} s of real time", REAL_TIME.as_secs())),
        }
    }
}

/// How it ended, and whether in time. With it ends all that it has started.
fn wait(mut child: Child) -> io::Result<(ExitStatus, bool)> {
    let began = Instant::now();
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let end_group = || group.map(|group| kill_process_group(group, Signal::KILL));
    loop {
        if let Some(status) = child.try_wait()? {
            end_group();
            return Ok((status, true));
        }
        if began.elapsed() > REAL_TIME {
            end_group();
            return Ok((child.wait()?, false));
        }
        std::thread::sleep(WATCH_INTERVAL);
    }
}

/// The first part of a file, which may be of any length.
fn beginning(file: &Path) -> io::Result<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    File::open(file)?.take(SAID_MAX as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
