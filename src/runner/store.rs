//! A campaign's folder: what it is, and its results as they come.
//!
//! `campaign.json` says what is played, `results.jsonl` has one line per run, in the order in which
//! they ended. Lines are only ever appended, each at once, so whatever happens costs no more than
//! the runs in flight; a line that was cut off by a crash is dropped when the campaign goes on.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::campaign::RunResult;
use super::ending::Ending;
use super::files::write_whole;
use super::manifest::Manifest;
use super::progress::Progress;
use super::record::Record;
use crate::lab::TestInfo;

/// What the campaign is.
const MANIFEST: &str = "campaign.json";
/// One line per run.
const RESULTS: &str = "results.jsonl";

/// Why a campaign's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system says no.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file holds something else than raftlab wrote.
    #[error("{}{}: {text}", .path.display(), .line.map_or_else(String::new, |line| format!(":{line}")))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Where in it, counted from 1.
        line: Option<usize>,
        /// What is wrong with it.
        text: String,
    },
    /// The folder belongs to another campaign.
    #[error("{} holds another campaign: {}", .folder.display(), .differences.join("; "))]
    Another {
        /// The folder.
        folder: PathBuf,
        /// What is not the same.
        differences: Vec<String>,
    },
    /// There is no campaign.
    #[error("{} holds no campaign: there is no {MANIFEST} in it", .folder.display())]
    Missing {
        /// Where.
        folder: PathBuf,
    },
    /// The folder holds a campaign, and nobody said that it is to go on.
    #[error("{} holds a campaign already; --resume goes on with it, another --out begins a new one", .folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
}

/// Where results are appended.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    manifest: Manifest,
    results: File,
}

impl Store {
    /// A new campaign in `folder`, which is created where it does not exist.
    ///
    /// # Errors
    /// If there is one already, or those of the file system.
    pub fn create(folder: &Path, manifest: &Manifest) -> Result<Store, StoreError> {
        if folder.join(MANIFEST).exists() {
            return Err(StoreError::Taken { folder: folder.to_owned() });
        }
        fs::create_dir_all(folder).map_err(at(folder))?;
        let results = open_results(folder)?;
        cut_off(&results, folder, 0)?;
        // Last: where it stands, there are results, be it none.
        write_manifest(folder, manifest)?;
        Ok(Store { folder: folder.to_owned(), manifest: manifest.clone(), results })
    }

    /// Goes on with the campaign in `folder`, if there is one, or begins it. `each` hears of every
    /// run that is there already.
    ///
    /// # Errors
    /// If it is another campaign or cannot be read, or those of the file system.
    pub fn resume(folder: &Path, manifest: &Manifest, mut each: impl FnMut(RunResult)) -> Result<Store, StoreError> {
        if !folder.join(MANIFEST).exists() {
            return Store::create(folder, manifest);
        }
        let results = open_results(folder)?;
        let stored = StoredCampaign::open(folder)?;
        let mut differences = manifest.differences(&stored.manifest);
        if manifest.slice != stored.manifest.slice {
            differences.push(format!("it is {} here and {} there", manifest.slice, stored.manifest.slice));
        }
        if !differences.is_empty() {
            return Err(StoreError::Another { folder: folder.to_owned(), differences });
        }
        cut_off(&results, folder, stored.read(&mut each)?)?;
        let mut store = Store { folder: folder.to_owned(), manifest: stored.manifest, results };
        store.set_ending(manifest.ending)?;
        Ok(store)
    }

    /// Notes why the campaign ended, or that it goes on.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn set_ending(&mut self, ending: Option<Ending>) -> Result<(), StoreError> {
        if self.manifest.ending != ending {
            self.manifest.ending = ending;
            write_manifest(&self.folder, &self.manifest)?;
        }
        Ok(())
    }

    /// Appends a run.
    ///
    /// # Errors
    /// Those of the file system. The line may then be there in part, so nothing should be appended
    /// after it.
    pub fn append(&mut self, result: &RunResult) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Record::within(&self.folder, result)).map_err(io::Error::other)?;
        line.push(b'\n');
        self.results.write_all(&line)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A campaign that was played, as it lies in its folder.
#[derive(Debug)]
pub struct StoredCampaign {
    /// The folder.
    pub folder: PathBuf,
    /// What it is.
    pub manifest: Manifest,
}

impl StoredCampaign {
    /// The campaign in this folder.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open(folder: &Path) -> Result<StoredCampaign, StoreError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Missing { folder: folder.to_owned() },
            _ => at(&path)(error),
        })?;
        let manifest = serde_json::from_str(&text);
        let manifest = manifest.map_err(|error| unreadable(&path, None, format!("this is no campaign: {error}")))?;
        Ok(StoredCampaign { folder: folder.to_owned(), manifest })
    }

    /// Tells `each` of every run, in the order in which they ended; the length of the file up to the
    /// last whole line, in bytes.
    ///
    /// # Errors
    /// If a whole line is not what raftlab wrote.
    pub fn read(&self, mut each: impl FnMut(RunResult)) -> Result<u64, StoreError> {
        let path = self.folder.join(RESULTS);
        let mut reader = BufReader::new(File::open(&path).map_err(at(&path))?);
        let (mut whole, mut line, mut number) = (0, Vec::new(), 0);
        while reader.read_until(b'\n', &mut line).map_err(at(&path))? > 0 {
            number += 1;
            // Cut off in the middle: that run counts as not played.
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let result = self.result(text).map_err(|text| unreadable(&path, Some(number), text))?;
            each(result);
            whole += line.len() as u64;
            line.clear();
        }
        Ok(whole)
    }

    /// What all runs come to that are there.
    ///
    /// # Errors
    /// If a whole line is not what raftlab wrote.
    pub fn progress(&self) -> Result<Progress, StoreError> {
        let mut progress = Progress::planned(&self.manifest);
        self.read(|result| {
            progress.add(&result);
        })?;
        Ok(progress)
    }

    fn result(&self, line: &[u8]) -> Result<RunResult, String> {
        let record: Record = serde_json::from_slice(line).map_err(|error| format!("this is no result: {error}"))?;
        let (test, iteration) = (self.test(&record)?, record.iteration);
        let path = test.path();
        record.result(test, &self.folder).ok_or_else(|| format!("iteration {iteration} of {path} makes no sense"))
    }

    fn test(&self, record: &Record) -> Result<Arc<TestInfo>, String> {
        let mut tests = self.manifest.tests.iter().map(|test| &test.info);
        let test = tests.find(|test| (&test.part, &test.name) == (&record.part, &record.test));
        test.cloned().ok_or_else(|| format!("the campaign has no test {}/{}", record.part, record.test))
    }
}

/// The results of a campaign, to be appended to by nobody else as long as this file is open.
fn open_results(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(RESULTS);
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(at(&path))?;
    match file.try_lock() {
        // A file system that has no locks: then it is up to the user.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let error = io::Error::new(io::ErrorKind::ResourceBusy, "another raftlab is at work there");
            Err(at(&path)(error))
        }
    }
}

fn cut_off(results: &File, folder: &Path, length: u64) -> Result<(), StoreError> {
    results.set_len(length).map_err(at(&folder.join(RESULTS)))
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let path = folder.join(MANIFEST);
    let text = serde_json::to_string_pretty(manifest).map_err(|error| at(&path)(error.into()))?;
    write_whole(&path, (text + "\n").as_bytes()).map_err(at(&path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::Io { path: path.to_owned(), error }
}

fn unreadable(path: &Path, line: Option<usize>, text: String) -> StoreError {
    StoreError::Unreadable { path: path.to_owned(), line, text }
}
