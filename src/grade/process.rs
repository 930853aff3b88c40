//! A process that plays, seen from whoever grades: it is given what it may have, asked for runs, watched,
//! and ended.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "a process is given up by real time; no run sees it")]

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use serde::de::DeserializeOwned;

use super::death::Death;
use super::frames::{Frames, parsed};
use super::player::SUPERVISED;
use super::processor::time_used;
use super::protocol::{Answer, Confined, Hello, Request, Serving, VERSION};
use crate::runner::Record;
use crate::sandbox::Gap;

/// How often it is looked at.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// How many times as long as one step a whole run may take on a processor,
const RUN: u32 = 6;
/// how many times as long the process may use no processor at all,
const IDLE: u32 = 4;
/// and how many times as long it may take altogether.
const REAL: u32 = 60;

/// Bytes of what it writes to stdout and stderr that are kept: the first of the one, the last of the other.
const KEPT: usize = 8 << 10;

/// A process that plays.
pub(super) struct Process {
    child: Child,
    frames: Frames,
    stdout: Drain<ChildStdout>,
    stderr: Drain<ChildStderr>,
    step: Duration,
    memory: u64,
    /// Nobody waits for its answer any more.
    is_over: Arc<dyn Fn() -> bool + Send + Sync>,
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
    pub(super) fn start(
        program: &Path,
        folder: &Path,
        hello: &Hello,
        is_over: Arc<dyn Fn() -> bool + Send + Sync>,
    ) -> Result<Process, NotStarted> {
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

    fn spawn(
        program: &Path,
        folder: &Path,
        hello: &Hello,
        is_over: Arc<dyn Fn() -> bool + Send + Sync>,
    ) -> io::Result<Process> {
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
        let (stdout, stderr) = (Drain::first_of(streams.0)?, Drain::last_of(streams.1)?);
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
        (!self.stdout.kept.is_empty()).then(|| String::from_utf8_lossy(&self.stdout.kept).into_owned())
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
        let ready = {
            let streams = [self.frames.as_fd(), self.stdout.as_fd(), self.stderr.as_fd()];
            let mut polled = streams.map(|stream| PollFd::from_borrowed_fd(stream, PollFlags::IN));
            // What has ended would be ready for ever.
            let open = [true, self.stdout.is_open, self.stderr.is_open];
            let mut open: Vec<PollFd<'_>> =
                polled.iter_mut().zip(open).filter(|(_, open)| *open).map(|(fd, _)| fd.clone()).collect();
            match poll(&mut open, Some(&LOOK)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            !open[0].revents().is_empty()
        };
        self.drain();
        if ready { self.frames.take_in() } else { Ok(()) }
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
                    return Death::by_itself(status, &String::from_utf8_lossy(&self.stderr.kept), self.memory);
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

/// Whether a run takes more than any sound one does.
struct Watch {
    step: Duration,
    began: Instant,
    /// What the process had used when it began.
    before: Duration,
    /// What it had used when it was last seen to use more, and when that was.
    used: Duration,
    since: Instant,
}

impl Watch {
    fn new(child: &Child, step: Duration) -> Watch {
        let (now, used) = (Instant::now(), time_used(child.id()).unwrap_or_default());
        Watch { step, began: now, before: used, used, since: now }
    }

    fn look(&mut self, child: &Child) -> Option<Death> {
        let used = time_used(child.id());
        if used.is_none_or(|used| used > self.used + self.step / 100) {
            (self.used, self.since) = (used.unwrap_or_default(), Instant::now());
        }
        let [run, idle, real] = [RUN, IDLE, REAL].map(|times| self.step * times);
        if used.is_some_and(|used| used.saturating_sub(self.before) > run) {
            let text = format!("the run was given up after {} s of processor time", run.as_secs());
            return Some(Death::over("limit processor_time", text));
        }
        if used.is_some() && self.since.elapsed() > idle {
            let text = format!(
                "the program has done nothing for {} s of real time: it waits for something that never comes; the run \
                 was given up",
                idle.as_secs()
            );
            return Some(Death::idle(text));
        }
        let text = || format!("the run was given up after {} s of real time", real.as_secs());
        (self.began.elapsed() > real).then(|| Death::over("limit real_time", text()))
    }
}

/// Takes in what a process writes, so that it never has to wait, and keeps little of it.
struct Drain<R> {
    stream: R,
    kept: Vec<u8>,
    keeps_last: bool,
    is_open: bool,
}

impl<R: io::Read + AsFd> Drain<R> {
    fn first_of(stream: R) -> io::Result<Drain<R>> {
        Drain::new(stream, false)
    }

    fn last_of(stream: R) -> io::Result<Drain<R>> {
        Drain::new(stream, true)
    }

    fn new(stream: R, keeps_last: bool) -> io::Result<Drain<R>> {
        fcntl_setfl(&stream, fcntl_getfl(&stream)? | OFlags::NONBLOCK)?;
        Ok(Drain { stream, kept: Vec::new(), keeps_last, is_open: true })
    }

    /// Takes in what there is, but not for ever: who writes without end must not keep its reader.
    fn take_in(&mut self) {
        let mut piece = [0; 1 << 16];
        for _ in 0..64 {
            match self.stream.read(&mut piece) {
                Ok(0) => self.is_open = false,
                Ok(length) => {
                    self.keep(&piece[..length]);
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => self.is_open = false,
            }
            return;
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.keeps_last {
            self.kept.extend_from_slice(piece);
            self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        } else {
            let room = KEPT.saturating_sub(self.kept.len());
            self.kept.extend(piece.iter().take(room));
        }
    }

    fn forget(&mut self) {
        self.kept.clear();
    }

    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
