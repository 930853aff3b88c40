//! A process that plays, seen from whoever grades: it is given what it may have, asked for runs, watched,
//! and ended.
#![cfg(unix)]

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde::de::DeserializeOwned;

use super::death::Death;
use super::drain::{Drain, Keep};
use super::frames::{Frames, parsed};
use super::player::SUPERVISED;
use super::protocol::{Answer, Confined, Hello, Request, Serving, VERSION};
use super::watch::Watch;
use crate::runner::Record;
use crate::sandbox::Gap;

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
    pub(super) fn start(program: &Path, folder: &Path, hello: &Hello, is_over: IsOver) -> Result<Process, NotStarted> {
        let mut process = Process::spawn(program, folder, hello, is_over)
            .map_err(|error| NotStarted::Trouble(format!("cannot start {}: {error}", program.display())))?;
        let confined: Confined = process.greeted(hello).map_err(NotStarted::Trouble)?;
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

    fn spawn(program: &Path, folder: &Path, hello: &Hello, is_over: IsOver) -> io::Result<Process> {
        let (own, theirs) = UnixStream::pair()?;
        let mut child = Command::new(program)
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

    /// The process is confined. Until then, no code of the submission runs, so whatever is wrong is ours.
    fn greeted(&mut self, hello: &Hello) -> Result<Confined, String> {
        let sent = self.frames.send(hello).map_err(|error| format!("cannot speak to a submission's program: {error}"));
        sent.and_then(|()| {
            self.receive().map_err(|death| {
                let finding = death.run().outcome.finding().map(|finding| finding.evidence.join("; "));
                format!("a submission's program could not be confined: {}", finding.unwrap_or_default())
            })
        })
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
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        death
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
