//! One run as it is played for a verdict: with its trace where that is wanted, and twice where it may show
//! that something other than the seed decides.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ThreadTime;

use super::determinism::{self, Pulse};
use super::play::{Player, Run, play};
use super::suspects::Suspects;
use super::traces::Recorded;
use crate::base::Seed;
use crate::lab::Test;
use crate::trace::TextSink;

/// A run that is to be played.
pub struct Attempt<'a> {
    /// What is played.
    pub test: &'a Test,
    /// By whom.
    pub player: Player,
    /// From what.
    pub seed: Seed,
    /// Moves with every step.
    pub pulse: Pulse,
    /// What may be why two plays differ.
    pub suspects: &'a Suspects,
}

/// Which runs are recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recording {
    /// Every run.
    All,
    /// Those that do not pass: they are played once more.
    Failed,
    /// None.
    Nothing,
}

/// What became of it.
pub struct Played {
    /// The run.
    pub run: Run,
    /// How long it kept a processor busy, in whole microseconds.
    pub cpu: Duration,
    /// Its trace, if it was recorded.
    pub trace: Option<Recorded>,
    /// Why it was not, if it should have been.
    pub error: Option<io::Error>,
}

impl Attempt<'_> {
    /// Plays it; `twice` if it is to be compared with itself.
    pub fn play(&self, recording: Recording, twice: bool) -> Played {
        let began = ThreadTime::now();
        let (mut run, mut trace) = match recording {
            Recording::All => self.play_recorded(),
            Recording::Failed | Recording::Nothing => (self.play_unrecorded(), Ok(None)),
        };
        // As it is written down, so that what is read again is the same.
        let cpu = Duration::from_micros(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
        if twice {
            run = determinism::confirm(self.test, self.player, self.seed, run, &self.pulse, self.suspects);
        }
        if !run.outcome.passed() && recording == Recording::Failed {
            let (again, recorded) = self.play_recorded();
            if again.digest != run.digest {
                run = determinism::differing(self.test, self.player, self.seed, run, &self.pulse, self.suspects);
            }
            trace = recorded;
        }
        let (trace, error) = trace.map_or_else(|error| (None, Some(error)), |trace| (trace, None));
        Played { run, cpu, trace, error }
    }

    fn play_unrecorded(&self) -> Run {
        play(self.test, self.player, self.seed, None, Some(self.pulse.clone()))
    }

    /// Plays the run with its trace; without one if it cannot be recorded.
    fn play_recorded(&self) -> (Run, io::Result<Option<Recorded>>) {
        let recorded = match Recorded::new() {
            Ok(recorded) => recorded,
            Err(error) => return (self.play_unrecorded(), Err(error)),
        };
        let sink = Rc::new(RefCell::new(TextSink::new(recorded)));
        let run = play(self.test, self.player, self.seed, Some(sink.clone()), Some(self.pulse.clone()));
        let finished = sink.borrow_mut().finish();
        (run, finished)
    }
}
