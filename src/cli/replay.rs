//! `raftlab replay`: plays one run again, with its trace on stdout or in a file.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write as _};
use std::rc::Rc;
use std::time::Duration;

use super::args::ReplayArgs;
use super::error::{Exit, Failed};
use super::plan::load_lab;
use crate::api::{MakeRaft, install_logger};
use crate::cluster::Figures;
use crate::report::{ReplayCommand, failure_block};
use crate::runner::{Player, Pulse, Run, RunResult, Suspects, confirm, play_watched};
use crate::trace::{Destination, TextSink};

pub(super) fn run(args: &ReplayArgs, make: MakeRaft) -> Result<Exit, Failed> {
    let lab = load_lab(&args.lab)?;
    let tests = lab.select(std::slice::from_ref(&args.test), None).map_err(Failed::usage)?;
    let [test] = tests.as_slice() else {
        let names: Vec<String> = tests.iter().map(|test| test.path()).collect();
        return Err(Failed::usage(format!("`{}` is not one test; it means {}", args.test, names.join(", "))));
    };
    let seed = args.seed.unwrap_or_else(|| args.campaign_seed.of_run(&test.info.name, args.iteration.unwrap_or(1)));
    let player = Player { make, rules: args.rules.into() };
    install_logger();
    let output = Output::open(args)?;
    // Line by line: of a run that never ends, the last lines matter most.
    let sink = Rc::new(RefCell::new(TextSink::line_by_line(output)));
    let iteration = args.iteration.unwrap_or(1);
    let info = test.info.clone();
    let result = move |run| RunResult { test: info.clone(), iteration, seed, run, cpu: Duration::ZERO, trace: None };
    let replay = ReplayCommand::of_this_program(&[args.lab.options(), args.rules.options()].concat());
    let (given_up, again, patience) = (result.clone(), replay.clone(), args.stuck_after);
    let mut run = play_watched(test, player, seed, Some(sink.clone()), patience, move |beat| {
        tell(&given_up(Run::given_up(patience, beat)), &again);
        std::process::exit(Exit::Failed as i32);
    });
    let finished = sink.borrow_mut().finish();
    if let Err(error) = finished.and_then(|output| output.map_or(Ok(()), Output::close)) {
        let place = args.out.as_ref().map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
        return Err(Failed::trouble(format!("cannot write the trace to {place}: {error}")));
    }
    if args.check_determinism {
        run = confirm(test, player, seed, run, &Pulse::default(), &Suspects::default());
    }
    let result = result(run);
    tell(&result, &replay);
    Ok(if result.run.outcome.passed() { Exit::Passed } else { Exit::Failed })
}

/// Says on stderr how the run ended.
fn tell(result: &RunResult, replay: &ReplayCommand) {
    let Figures { virtual_time, rpcs, bytes, ops } = result.run.figures;
    let text = if result.run.outcome.passed() {
        let (test, seed, digest) = (result.test.path(), result.seed, result.run.digest);
        let seconds = virtual_time.as_secs_f64();
        format!("passed {test}, seed {seed}: {seconds:.1} s, {rpcs} RPCs, {bytes} bytes, {ops} ops, digest {digest}")
    } else {
        failure_block(result, replay)
    };
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Where the trace goes.
struct Output {
    writer: Box<dyn io::Write>,
    /// The reader of a pipe has enough.
    closed: bool,
}

impl Output {
    fn open(args: &ReplayArgs) -> Result<Output, Failed> {
        let writer: Box<dyn io::Write> = match &args.out {
            None => Box::new(io::stdout()),
            Some(path) => {
                let file = File::create(path);
                Box::new(file.map_err(|error| Failed::trouble(format!("cannot write {}: {error}", path.display())))?)
            }
        };
        Ok(Output { writer, closed: false })
    }

    fn close(mut self) -> io::Result<()> {
        let flushed = self.writer.flush();
        self.ignore_closed_pipe(flushed)
    }

    fn ignore_closed_pipe(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

impl Destination for Output {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let written = self.writer.write_all(text);
        self.ignore_closed_pipe(written)
    }
}
