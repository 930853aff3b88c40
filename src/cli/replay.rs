//! `raftlab replay`: plays one run again, with its trace on stdout or in a file.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write as _};
use std::rc::Rc;
use std::time::Duration;

use super::args::{ColorChoice, ReplayArgs};
use super::error::{Exit, Failed};
use super::plan::{load_lab, without_kv};
use super::{output, view};
use crate::api::{Submission, install_logger};
use crate::cluster::Figures;
use crate::report::{ReplayCommand, View, explained_block};
use crate::runner::{Explanation, Patience, Player, Pulse, Run, RunResult, Suspects, confirm, explain, play_watched};
use crate::trace::{Destination, Scene, TextSink};

pub(super) fn run(args: &ReplayArgs, submission: Submission, color: ColorChoice) -> Result<Exit, Failed> {
    let lab = load_lab(&args.lab)?;
    let tests = lab.select(std::slice::from_ref(&args.test), None).map_err(Failed::usage)?;
    let [test] = tests.as_slice() else {
        let names: Vec<String> = tests.iter().map(|test| test.path()).collect();
        return Err(Failed::usage(format!("`{}` is not one test; it means {}", args.test, names.join(", "))));
    };
    if test.needs_kv() && submission.kv.is_none() {
        return Err(without_kv(test));
    }
    let seed = args.seed.unwrap_or_else(|| args.campaign_seed.of_run(&test.info.name, args.iteration.unwrap_or(1)));
    let player = Player { submission, rules: args.rules.into() };
    let mut output = Output::open(args, color)?;
    install_logger();
    // Counted from 1; a seed alone does not tell it.
    let iteration = args.iteration.unwrap_or(0);
    let info = test.info.clone();
    let result = move |run| RunResult { test: info.clone(), iteration, seed, run, cpu: Duration::ZERO, trace: None };
    let replay = ReplayCommand::of_this_program(&[args.lab.options(), args.rules.options()].concat());
    let (given_up, again, patience) = (result.clone(), replay.clone(), args.stuck_after);
    let play = |sink| {
        play_watched(test, player, seed, Some(sink), patience, move |beat| {
            tell(&given_up(Run::given_up(Patience::RealTime(patience), beat)), None, &again);
            std::process::exit(Exit::Failed as i32);
        })
    };
    let (mut run, written) = match args.until {
        Some(until) => {
            let scene = Rc::new(RefCell::new(Scene::at(until)));
            let run = play(scene.clone());
            let written = output.writer.write_all(scene_text(&scene.borrow()).as_bytes());
            (run, output.ignore_closed_pipe(written).and_then(|()| output.close()))
        }
        None => {
            // Line by line: of a run that never ends, the last lines matter most.
            let sink = Rc::new(RefCell::new(TextSink::line_by_line(output)));
            let run = play(sink.clone());
            let finished = sink.borrow_mut().finish();
            (run, finished.and_then(|output| output.map_or(Ok(()), Output::close)))
        }
    };
    if let Err(error) = written {
        let place = args.out.as_ref().map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
        return Err(Failed::trouble(format!("cannot write the trace to {place}: {error}")));
    }
    if args.check_determinism {
        run = confirm(test, player, seed, run, &Pulse::default(), &Suspects::default());
    }
    let result = result(run);
    let explanation = explain(test, player, seed, &result.run, args.stuck_after);
    tell(&result, explanation.as_ref(), &replay);
    Ok(if result.run.outcome.passed() { Exit::Passed } else { Exit::Failed })
}

/// What every server is at an instant, or was when the run ended before it.
fn scene_text(scene: &Scene) -> String {
    let (asked, ended) = (scene.instant(), scene.last_event());
    // Nothing may happen for a while in a run that goes on.
    let note = if scene.has_ended() { format!(" (the run ended at {ended})") } else { String::new() };
    format!("{asked}{note}\n{scene}")
}

/// Says on stderr how the run ended.
fn tell(result: &RunResult, explanation: Option<&Explanation>, replay: &ReplayCommand) {
    let Figures { virtual_time, rpcs, bytes, ops } = result.run.figures;
    let text = if result.run.outcome.passed() {
        let (test, seed, digest) = (result.test.path(), result.seed, result.run.digest);
        let seconds = virtual_time.as_secs_f64();
        format!("passed {test}, seed {seed}: {seconds:.1} s, {rpcs} RPCs, {bytes} bytes, {ops} ops, digest {digest}")
    } else {
        explained_block(result, explanation, replay)
    };
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Where the trace goes.
struct Output {
    writer: Box<dyn io::Write>,
    view: View,
    /// What is shown of the lines at hand.
    shown: Vec<u8>,
    /// The reader of a pipe has enough.
    closed: bool,
}

impl Output {
    fn open(args: &ReplayArgs, color: ColorChoice) -> Result<Output, Failed> {
        let coloured = match args.out {
            None => output::colours_stdout(color),
            Some(_) => output::is_coloured(color, false),
        };
        let view = view::resolve(&args.view, coloured)?;
        let writer: Box<dyn io::Write> = match &args.out {
            None => Box::new(io::stdout()),
            Some(path) => {
                let file = File::create(path);
                Box::new(file.map_err(|error| Failed::trouble(format!("cannot write {}: {error}", path.display())))?)
            }
        };
        Ok(Output { writer, view, shown: Vec::new(), closed: false })
    }

    /// Puts together what is shown of these lines.
    fn show(&mut self, text: &[u8]) {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if self.view.keeps(line) {
                self.view.draw(line, &mut self.shown);
            }
        }
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
        let written = if self.view.is_plain() {
            self.writer.write_all(text)
        } else {
            self.shown.clear();
            self.show(text);
            self.writer.write_all(&self.shown)
        };
        self.ignore_closed_pipe(written)
    }
}
