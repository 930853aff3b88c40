//! `raftlab replay`: plays one run again, with its trace on stdout or in a file.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::rc::Rc;
use std::sync::Arc;

use super::args::ReplayArgs;
use super::error::{Exit, Failed};
use super::plan::load_lab;
use crate::api::{MakeRaft, install_logger};
use crate::base::Seed;
use crate::lab::Test;
use crate::report::{ReplayCommand, failure_block};
use crate::runner::{RunResult, play};
use crate::trace::{Destination, TextSink};

pub(super) fn run(args: &ReplayArgs, make: MakeRaft) -> Result<Exit, Failed> {
    let lab = load_lab(&args.lab)?;
    let tests = lab.select(std::slice::from_ref(&args.test), None).map_err(Failed::usage)?;
    let [test] = tests.as_slice() else {
        let names: Vec<String> = tests.iter().map(|test| test.path()).collect();
        return Err(Failed::usage(format!("`{}` is not one test; it means {}", args.test, names.join(", "))));
    };
    let seed = args.seed.unwrap_or_else(|| args.campaign_seed.of_run(&test.name, args.iteration.unwrap_or(1)));
    install_logger();
    let output = Output::open(args)?;
    let sink = Rc::new(RefCell::new(TextSink::new(output)));
    let run = play(test, make, seed, Some(sink.clone()), None);
    let finished = sink.borrow_mut().finish();
    if let Err(error) = finished.and_then(|output| output.map_or(Ok(()), Output::close)) {
        let place = args.out.as_ref().map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
        return Err(Failed::trouble(format!("cannot write the trace to {place}: {error}")));
    }
    Ok(tell(args, test, seed, run))
}

/// Says on stderr how the run ended.
fn tell(args: &ReplayArgs, test: &Arc<Test>, seed: Seed, run: crate::runner::Run) -> Exit {
    let result = RunResult { test: test.clone(), iteration: args.iteration.unwrap_or(1), seed, run, trace: None };
    let figures = result.run.figures;
    let text = if result.run.outcome.passed() {
        format!(
            "passed {}, seed {seed}: {:.1} s, {} RPCs, {} bytes, {} ops, digest {}",
            test.path(),
            figures.virtual_time.as_secs_f64(),
            figures.rpcs,
            figures.bytes,
            figures.ops,
            result.run.digest
        )
    } else {
        failure_block(&result, &ReplayCommand::of_this_program(&args.lab.options()))
    };
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
    if result.run.outcome.passed() { Exit::Passed } else { Exit::Failed }
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
            None if io::stdout().is_terminal() => Box::new(io::stdout()),
            None => Box::new(BufWriter::new(io::stdout())),
            Some(path) => {
                let file = File::create(path);
                let file =
                    file.map_err(|error| Failed::trouble(format!("cannot write {}: {error}", path.display())))?;
                Box::new(BufWriter::new(file))
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
