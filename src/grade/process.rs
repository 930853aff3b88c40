//! A process that plays, seen from whoever grades: it is given what it may have, asked for runs, watched,
//! and ended.
#![cfg(unix)]

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::de::DeserializeOwned;

use super::death::Death;
use super::drain::{Drain, Keep};
use super::frames::{Frames, parsed};
use super::launcher::confined;
use super::player::SUPERVISED;
use super::protocol::{Answer, Confined, Hello, Request, Serving, VERSION};
use super::watch::Watch;
use crate::runner::Record;
use crate::sandbox::{Confinement, Gap};

/// Where a program's libraries are, and what says so.
const LIBRARIES: [&str; 9] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/etc/ld.so.cache",
];

/// How often it is looked at.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Tells that nobody waits for an answer any more.
pub(super) type IsOver = Arc<dyn Fn() -> bool + Send + Sync>;

/// A process that plays.
pub(super) struct Process {
    child: Child,
    frames: Frames,
    stdout: Drain<ChildStdout>,
    stderr: Drain<ChildStderr>,
    step: Duration,
    memory: u64,
    /// Nobody waits for its answer any more.
    is_over: IsOver,
    /// What could not be enforced.
    pub(super) gaps: Vec<Gap>,
    /// It has a key/value service.
    pub(super) kv: bool,
}

/// What is started.
pub(super) struct Place<'a> {
    /// This program, which becomes the other one, confined.
    pub(super) launcher: &'a Path,
    pub(super) program: &'a Path,
    /// The submission's own.
    pub(super) folder: &'a Path,
}

/// What a program keeps before its `main` lets go of the rest: enough to be loaded.
fn before_main(program: &Path, folder: &Path, hello: &Hello) -> Confinement {
    let libraries = LIBRARIES.iter().map(PathBuf::from);
    Confinement {
        reads: libraries.chain([program.to_owned(), folder.join("src")]).collect(),
        writes: vec!["/dev/null".into()],
        starts_programs: true,
        // Who it is, it decides itself: somebody else may not find the way to the program.
        becomes_nobody: false,
        ..hello.confinement.clone()
    }
}

/// Why there is no process.
pub(super) enum NotStarted {
    /// The system or raftlab is why.
    Trouble(String),
    /// The submission is.
    Death(Death),
}

/// What a run came to.
pub(super) struct Answered {
    pub(super) record: Record,
    /// Its trace, compressed.
    pub(super) trace: Option<Vec<u8>>,
    /// The process plays no more.
    pub(super) is_last: bool,
}

impl Process {
    /// Starts a submission's program, and waits until it can play; never when it `is_over`.
    pub(super) fn start(place: &Place<'_>, hello: &Hello, is_over: IsOver) -> Result<Process, NotStarted> {
        let program = place.program;
        let mut process = Process::spawn(place, hello, is_over)
            .map_err(|error| NotStarted::Trouble(format!("cannot start {}: {error}", program.display())))?;
        let confined: Confined = process.greeted(hello)?;
        if (confined.version, &confined.raftlab) != (VERSION, &hello.raftlab) {
            let built = format!("it was built with raftlab {}", confined.raftlab);
            return Err(NotStarted::Trouble(format!("{} is of another raftlab: {built}", program.display())));
        }
        process.gaps = confined.gaps;
        // From here on, it is the submission's code that runs.
        let serving: Serving = process.receive().map_err(|death| NotStarted::Death(death.before_any_run()))?;
        process.kv = serving.kv;
        Ok(process)
    }

    fn spawn(place: &Place<'_>, hello: &Hello, is_over: IsOver) -> io::Result<Process> {
        let Place { launcher, program, folder } = *place;
        let (own, theirs) = UnixStream::pair()?;
        let mut child = confined(launcher, &before_main(program, folder, hello), program)?
            .arg(SUPERVISED)
            .current_dir(folder)
            .env_clear()
            // Where its sources are, for who looks for suspects in them.
            .env("CARGO_MANIFEST_DIR", folder)
            // Each arena would take 64 MiB of the address space that it gets, and one thread works at a time.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let streams = child.stdout.take().zip(child.stderr.take()).ok_or(io::ErrorKind::BrokenPipe)?;
        let (stdout, stderr) = (Drain::new(streams.0, Keep::First)?, Drain::new(streams.1, Keep::Last)?);
        let (step, memory) = (Duration::from_millis(hello.step_ms), hello.confinement.memory.unwrap_or(u64::MAX));
        let (frames, gaps) = (Frames::new(own), vec![]);
        Ok(Process { child, frames, stdout, stderr, step, memory, is_over, gaps, kv: false })
    }

    /// It is as confined as it will be. A program that does not begin as raftlab has written it says nothing, or
    /// something else.
    fn greeted(&mut self, hello: &Hello) -> Result<Confined, NotStarted> {
        let sent = self.frames.send(hello);
        let greeted = if sent.is_ok() { self.receive() } else { Err(self.ended()) };
        greeted.map_err(|death| NotStarted::Death(death.before_any_run()))
    }

    /// Has a run played. After a death, and after the last answer, there is nothing more to be had.
    pub(super) fn play(&mut self, request: &Request) -> Result<Answered, Death> {
        self.stdout.forget();
        self.stderr.forget();
        if self.frames.send(request).is_err() {
            return Err(self.ended());
        }
        let answer: Answer = self.receive()?;
        if answer.secret != request.secret {
            return Err(self.end(Death::nonsense("another run's answer")));
        }
        let Answer { record, trace, last, .. } = answer;
        let is_meant = record.iteration == request.iteration
            && record.seed == request.seed.to_string()
            && format!("{}/{}", record.part, record.test) == request.test;
        if !is_meant {
            return Err(self.end(Death::nonsense("another run")));
        }
        let trace = if trace { Some(self.frame()?) } else { None };
        self.drain();
        Ok(Answered { record, trace, is_last: last })
    }

    /// The first thing that it wrote to stdout during the last run, if anything.
    pub(super) fn wrote(&self) -> Option<String> {
        Some(self.stdout.kept()).filter(|wrote| !wrote.is_empty())
    }

    fn receive<T: DeserializeOwned>(&mut self) -> Result<T, Death> {
        let frame = self.frame()?;
        parsed(&frame).map_err(|error| self.end(Death::nonsense(&error.to_string())))
    }

    /// Waits for a frame, and looks after the process meanwhile.
    fn frame(&mut self) -> Result<Vec<u8>, Death> {
        let mut watch = Watch::new(&self.child, self.step);
        loop {
            match self.frames.next() {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) if self.frames.has_ended() => return Err(self.ended()),
                Ok(None) => {}
                Err(error) => return Err(self.end(Death::nonsense(&error.to_string()))),
            }
            if let Err(error) = self.wait() {
                return Err(self.end(Death::nonsense(&error.to_string())));
            }
            if (self.is_over)() {
                return Err(self.end(Death::unwanted()));
            }
            if let Some(death) = watch.look(&self.child) {
                return Err(self.end(death));
            }
        }
    }

    /// Waits a moment for whatever it says.
    fn wait(&mut self) -> io::Result<()> {
        let answers = {
            let mut polled = vec![PollFd::new(&self.frames, PollFlags::IN)];
            polled.extend(self.stdout.polled().into_iter().chain(self.stderr.polled()));
            match poll(&mut polled, Some(&LOOK)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            !polled[0].revents().is_empty()
        };
        self.drain();
        if answers { self.frames.take_in() } else { Ok(()) }
    }

    fn drain(&mut self) {
        self.stdout.take_in();
        self.stderr.take_in();
    }

    /// It says no more: it has ended, or has closed its connection.
    fn ended(&mut self) -> Death {
        for _ in 0..50 {
            self.drain();
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.drain();
                    return Death::by_itself(status, &self.stderr.kept(), self.memory);
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Err(_) => break,
            }
        }
        self.end(Death::mute())
    }

    /// Ends it, for this reason.
    fn end(&mut self, death: Death) -> Death {
        self.kill();
        death
    }

    /// Ends it, with all that it may have started.
    fn kill(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // It may have ended by itself.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
