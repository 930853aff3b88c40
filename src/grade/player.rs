//! The side of the process that plays: a submission's own program, confined before any of its code runs,
//! which plays what it is asked to.
#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "a run that does not go on is given up by real time; no run sees it")]

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use crossbeam::channel::{self, Receiver, RecvTimeoutError, Sender};

use super::frames::Frames;
use super::protocol::{Answer, CONNECTION_LOST, Confined, Hello, Request, Serving, VERSION};
use crate::api::{Submission, install_logger};
use crate::lab::{Lab, Test};
use crate::runner::{Attempt, Patience, Played, Player, Pulse, Record, Recording, Run, RunResult, Suspects};
use crate::sandbox::Confinement;
use crate::sim::Beat;

/// The one argument with which a grader starts a submission's program.
pub(super) const SUPERVISED: &str = "supervised-by-raftlab-grade";

/// Of the step that is at work, so many times as long in real time as on a processor may pass.
const REAL_PER_PROCESSOR: u32 = 3;

/// How often somebody looks.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// What is waiting for the submission to call raftlab. The submission's own code stands between this
/// process's beginning and that call, and hands nothing on.
static WAITING: Mutex<Option<Supervised>> = Mutex::new(None);

/// A process that a grader has started, and its connection to it.
pub struct Supervised {
    frames: Frames,
    hello: Hello,
}

/// What a submission's program does first: it confines itself, and hears what there is to be played if a
/// grader has started it. Then its own `main` comes.
///
/// Started by hand, it is confined as well: it reads what its user reads, and writes to stdout alone.
pub fn begin(main: impl FnOnce() -> ExitCode) -> ExitCode {
    if std::env::args_os().nth(1).is_none_or(|first| first != SUPERVISED) {
        let by_hand = Confinement { reads: vec!["/".into()], file_size: u64::MAX, ..Confinement::default() };
        // Who starts it by hand has decided to.
        let _gaps = by_hand.apply();
        return main();
    }
    match Supervised::meet() {
        Ok(supervised) => {
            *WAITING.lock().unwrap_or_else(PoisonError::into_inner) = Some(supervised);
            main()
        }
        // There is nobody to tell but the one who does not answer.
        Err(_) => ExitCode::from(CONNECTION_LOST),
    }
}

impl Supervised {
    /// The connection that waits, if this process was started by a grader; the first one who asks gets it.
    pub fn take() -> Option<Supervised> {
        WAITING.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Moves the connection to where nobody looks for it, hears the grader, and lets go of everything else.
    fn meet() -> io::Result<Supervised> {
        let socket = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?.as_fd())?;
        let mut frames = Frames::of(socket);
        let hello: Hello = frames.receive()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let gaps = hello.confinement.apply();
        frames.send(&Confined { version: VERSION, raftlab: env!("CARGO_PKG_VERSION").to_owned(), gaps })?;
        Ok(Supervised { frames, hello })
    }

    /// Plays what the grader asks for, until it asks no more.
    pub fn serve(mut self, submission: Submission) -> ExitCode {
        match self.play_all(submission) {
            Ok(()) => ExitCode::SUCCESS,
            // The grader is gone.
            Err(_) => ExitCode::from(CONNECTION_LOST),
        }
    }

    fn play_all(&mut self, submission: Submission) -> io::Result<()> {
        install_logger();
        let lab = self.hello.labs.lab().map_err(io::Error::other)?;
        self.frames.send(&Serving { kv: submission.kv.is_some() })?;
        let pulse = Pulse::default();
        // The thread's stack is as large as in a campaign, so that the same recursion overflows it.
        let (todo, requests) = channel::bounded(1);
        let (answers, done) = channel::bounded(1);
        let beat = pulse.clone();
        thread::spawn(move || work(&lab, Player::of(submission), &beat, &requests, &answers));
        while let Some(request) = self.frames.receive::<Request>()? {
            let (answer, trace) = match todo.send(request.clone()) {
                Ok(()) => self.wait(&request, &done, &pulse)?,
                Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
            };
            self.frames.send(&answer)?;
            trace.map_or(Ok(()), |trace| self.frames.send_bytes(&trace))?;
            if answer.last {
                // Its thread never comes back, and nobody waits for it.
                std::process::exit(0);
            }
        }
        Ok(())
    }

    /// The answer to a request; that the run was given up, if one of its steps does not end.
    fn wait(&self, request: &Request, done: &Receiver<Done>, pulse: &Pulse) -> io::Result<Done> {
        let mut watch = Watch::new(Duration::from_millis(self.hello.step_ms), pulse.clone());
        loop {
            match done.recv_timeout(WATCH_INTERVAL) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some((patience, beat)) = watch.look() {
                        let lab = self.hello.labs.lab().map_err(io::Error::other)?;
                        let test = find(&lab, request).ok_or(io::ErrorKind::NotFound)?;
                        let record = record(test, request, Run::given_up(patience, &beat), Duration::ZERO);
                        return Ok((Answer { secret: request.secret.clone(), record, trace: false, last: true }, None));
                    }
                }
            }
        }
    }
}

/// An answer, and the trace that goes with it.
type Done = (Answer, Option<Vec<u8>>);

/// Plays one run after the other.
fn work(lab: &Lab, player: Player, pulse: &Pulse, requests: &Receiver<Request>, answers: &Sender<Done>) {
    let suspects = Suspects::default();
    while let Ok(request) = requests.recv() {
        // What cannot be answered ends the process, and the grader says so.
        let Some(test) = find(lab, &request) else { return };
        let attempt = Attempt { test, player, seed: request.seed, pulse: pulse.clone(), suspects: &suspects };
        let recording = if request.trace { Recording::Failed } else { Recording::Nothing };
        let Played { run, cpu, trace, error: _ } = attempt.play(recording, request.twice);
        let trace = trace.and_then(|trace| trace.compressed().ok());
        let record = record(test, &request, run, cpu);
        let answer = Answer { secret: request.secret, record, trace: trace.is_some(), last: false };
        if answers.send((answer, trace)).is_err() {
            return;
        }
    }
}

/// The test that is meant, if it is the same here.
fn find<'a>(lab: &'a Lab, request: &Request) -> Option<&'a Arc<Test>> {
    lab.tests().find(|test| test.path() == request.test && test.digest().to_string() == request.digest)
}

fn record(test: &Test, request: &Request, run: Run, cpu: Duration) -> Record {
    let (test, iteration, seed) = (test.info.clone(), request.iteration, request.seed);
    Record::of(&RunResult { test, iteration, seed, run, cpu, trace: None })
}

/// Looks whether the steps of a run go on.
struct Watch {
    /// How long one may take on a processor.
    step: Duration,
    pulse: Pulse,
    /// The pulse when it was last seen to move, and when that was.
    steps: u64,
    processor: ProcessTime,
    real: Instant,
}

impl Watch {
    fn new(step: Duration, pulse: Pulse) -> Watch {
        Watch { step, steps: pulse.steps(), pulse, processor: ProcessTime::now(), real: Instant::now() }
    }

    /// How long the present step has taken, if that is too long, and what it is at.
    fn look(&mut self) -> Option<(Patience, Beat)> {
        let steps = self.pulse.steps();
        // A search in a long history may take a while, and has a budget of its own.
        if steps != self.steps || self.pulse.is_judged() {
            (self.steps, self.processor, self.real) = (steps, ProcessTime::now(), Instant::now());
            return None;
        }
        let real = self.step * REAL_PER_PROCESSOR;
        let patience = if self.processor.elapsed() >= self.step {
            Patience::ProcessorTime(self.step)
        } else if self.real.elapsed() >= real {
            Patience::RealTime(real)
        } else {
            return None;
        };
        Some((patience, self.pulse.beat()))
    }
}
