//! Where runs leave their traces: one file each, in a folder per test, compressed if the run
//! passed.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::attempt::Recording;
use crate::base::Seed;
use crate::lab::TestInfo;
use crate::trace::Destination;

/// The ending of a compressed trace.
const COMPRESSED: &str = "log.zst";
/// The ending of a plain one.
const PLAIN: &str = "log";
/// The fastest of zstd's ordinary levels: traces are large, and mostly never read.
const LEVEL: i32 = 1;

/// Disk space beyond the budget that only runs that did not pass may use, in bytes.
const RESERVE: u64 = 1 << 30;

/// Which runs leave a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// Every run.
    All,
    /// Those that did not pass.
    Failed,
    /// None.
    Nothing,
}

/// What is to become of traces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceOptions {
    /// Which runs leave one.
    pub keep: Keep,
    /// The campaign's folder; need not exist.
    pub folder: PathBuf,
    /// Bytes on disk after which passing runs leave none. Those of runs that did not pass, which are
    /// what traces are for, may take 1 GiB more.
    pub budget: u64,
}

/// A campaign's folder of traces. Shared by all workers.
pub struct TraceFolder {
    options: TraceOptions,
    used: AtomicU64,
    written: AtomicU64,
    /// Runs that left no trace, because the budget was used up.
    left_out: AtomicU64,
    /// The folders that were there before are nobody's to remove.
    made_parent: bool,
    /// Writing failed; nobody tries again.
    broken: AtomicBool,
}

impl TraceFolder {
    /// Creates the folder, so that a folder that cannot be written is known before anything runs. What
    /// a campaign that goes on has left there counts: it keeps within one budget, however often it was stopped.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(options: TraceOptions) -> io::Result<TraceFolder> {
        let made_parent = options.folder.parent().is_some_and(|parent| !parent.exists());
        let (mut written, mut used) = (0, 0);
        if options.keep != Keep::Nothing {
            fs::create_dir_all(&options.folder)?;
            let probe = options.folder.join(".raftlab");
            fs::write(&probe, b"probe")?;
            fs::remove_file(&probe)?;
            (written, used) = stored_in(&options.folder);
        }
        let [written, used, left_out] = [written, used, 0].map(AtomicU64::new);
        let broken = AtomicBool::new(false);
        Ok(TraceFolder { options, used, written, left_out, made_parent, broken })
    }

    /// What is to be recorded of the next run, of which nobody knows yet whether it passes.
    pub(super) fn recording(&self) -> Recording {
        let used = self.used.load(Ordering::Relaxed);
        if self.wants_all() && used < self.options.budget {
            Recording::All
        } else if self.wants_failed() && used < self.options.budget.saturating_add(RESERVE) {
            Recording::Failed
        } else {
            Recording::Nothing
        }
    }

    /// Counts a run that ended without a trace, if it would have left one with a larger budget.
    pub(super) fn note_unrecorded(&self, passed: bool) {
        if self.wants_all() || (!passed && self.wants_failed()) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn wants_all(&self) -> bool {
        self.options.keep == Keep::All && !self.broken.load(Ordering::Relaxed)
    }

    fn wants_failed(&self) -> bool {
        self.options.keep != Keep::Nothing && !self.broken.load(Ordering::Relaxed)
    }

    /// Stores a run's trace, and gives its path.
    pub(super) fn store(
        &self,
        test: &TestInfo,
        iteration: u64,
        seed: Seed,
        passed: bool,
        trace: Recorded,
    ) -> io::Result<PathBuf> {
        let folder = self.options.folder.join(&test.name);
        let ending = if passed { COMPRESSED } else { PLAIN };
        let path = folder.join(format!("{iteration:06}-{seed}.{ending}"));
        let stored = trace.compressed().and_then(|bytes| {
            // What was killed before it could write its result down is played again.
            let before = fs::metadata(&path).ok().map(|file| file.len());
            let bytes = if passed { bytes } else { zstd::decode_all(bytes.as_slice())? };
            fs::create_dir_all(&folder)?;
            write_whole(&path, &bytes)?;
            Ok((before, bytes.len() as u64))
        });
        match stored {
            Ok((before, size)) => {
                self.used.fetch_add(size, Ordering::Relaxed);
                self.used.fetch_sub(before.unwrap_or(0), Ordering::Relaxed);
                self.written.fetch_add(u64::from(before.is_none()), Ordering::Relaxed);
                Ok(path)
            }
            Err(error) => {
                self.broken.store(true, Ordering::Relaxed);
                Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
            }
        }
    }

    /// The folder, if anything was stored in it.
    pub fn path(&self) -> Option<&Path> {
        (self.written.load(Ordering::Relaxed) > 0).then_some(self.options.folder.as_path())
    }

    /// Traces in the folder, and their size in bytes.
    pub fn stored(&self) -> (u64, u64) {
        (self.written.load(Ordering::Relaxed), self.used.load(Ordering::Relaxed))
    }

    /// Runs whose trace was left out because the budget was used up.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Removes the folder again if nothing was stored in it.
    pub fn tidy(&self) {
        if self.path().is_none() && self.options.keep != Keep::Nothing {
            // Somebody else's files may be in it; then it stays.
            let _ = fs::remove_dir(&self.options.folder);
            if let Some(parent) = self.options.folder.parent().filter(|_| self.made_parent) {
                let _ = fs::remove_dir(parent);
            }
        }
    }
}

/// How many traces there are in a campaign's folder, and their size in bytes. What cannot be read counts
/// as not there: it is none of raftlab's.
fn stored_in(folder: &Path) -> (u64, u64) {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries(folder).flat_map(|test| entries(&test.path()));
    let traces = files.filter(|file| is_trace(&file.file_name().to_string_lossy()));
    let sizes = traces.filter_map(|trace| trace.metadata().ok()).map(|trace| trace.len());
    sizes.fold((0, 0), |(files, bytes), size| (files + 1, bytes + size))
}

fn is_trace(name: &str) -> bool {
    [COMPRESSED, PLAIN].iter().any(|ending| name.ends_with(&format!(".{ending}")))
}

/// Writes a file, or leaves none: half a trace would look like a whole one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = fs::File::create(path).and_then(|mut file| file.write_all(bytes));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// A trace being recorded: compressed in memory, some hundred kilobytes for a long run.
pub struct Recorded(zstd::Encoder<'static, Vec<u8>>);

impl Recorded {
    pub(super) fn new() -> io::Result<Recorded> {
        zstd::Encoder::new(Vec::new(), LEVEL).map(Recorded)
    }

    /// The whole of it, as zstd compresses it.
    ///
    /// # Errors
    /// Those of the compressor, which is told of no file.
    pub fn compressed(self) -> io::Result<Vec<u8>> {
        self.0.finish()
    }
}

impl Destination for Recorded {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.0.write_all(text)
    }
}

/// Calls `each` for every line of a trace, compressed or plain, until it says `false`.
///
/// # Errors
/// If the file cannot be read.
pub fn lines_of(path: &Path, mut each: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let file = fs::File::open(path)?;
    let compressed = path.extension().is_some_and(|ending| ending == "zst");
    let mut reader: Box<dyn BufRead> =
        if compressed { Box::new(BufReader::new(zstd::Decoder::new(file)?)) } else { Box::new(BufReader::new(file)) };
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if !each(line.strip_suffix(b"\n").unwrap_or(&line)) {
            break;
        }
        line.clear();
    }
    Ok(())
}
