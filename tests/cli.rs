//! The command line, as users and programs see it.

mod common;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use common::{Bench, Ended};
use predicates::Predicate as _;
use predicates::str::is_match;
use raftlab::base::Seed;

/// A cheap test.
const CHEAP: &str = "2A/initial-election";

/// A campaign of 3 runs with all its traces in `out`.
fn campaign(bench: &Bench) -> Ended {
    bench.run(&["test", CHEAP, "-n", "3", "--out", "out"])
}

/// The seed of an iteration of [`CHEAP`] in the default campaign.
fn seed(iteration: u64) -> Seed {
    Seed(0x5eed).of_run("initial-election", iteration)
}

/// A pipe that nobody reads.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("pipes can be made");
    drop(reader);
    writer.into()
}

fn run_into(bench: &Bench, stdout: Stdio, arguments: &[&str]) -> Ended {
    let mut process = bench.process(arguments);
    process.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
    process.spawn().and_then(std::process::Child::wait_with_output).expect("it can be started").into()
}

mod usage {
    use super::*;

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        let bench = Bench::new();
        bench.run(&["test", "2E"]).says(2, &["there is no part or test `2E`", "did you mean `2"]);
        bench.run(&["test", "2C/figure8-unrelaible"]).says(2, &["did you mean `2C/figure8-unreliable`"]);
        bench.run(&["test", "TestFigure82D"]).says(2, &["`TestFigure82C`"]);
        bench.run(&["replay", "2A/re-elektion", "--seed", "1"]).says(2, &["`2A/re-election`"]);
        bench.run(&["test", "xyzzy"]).says(2, &["raftlab list"]);
        bench.run(&["replay", "2A", "--seed", "1"]).says(2, &["is not one test", "2A/re-election"]);
    }

    #[test]
    fn bad_values_are_named_with_what_is_allowed() {
        let bench = Bench::new();
        bench.run(&["test", "2A", "-k", "("]).says(2, &["`(` is no regular expression"]);
        bench.run(&["grep", "("]).says(2, &["`(` is no regular expression"]);
        bench.run(&["test", "2A", "--iterations", "0"]).says(2, &["'0'", "--iterations", "at least 1"]);
        bench.run(&["test", "2A", "--seed", "nonsense"]).says(2, &["'nonsense'", "--seed", "0x5eed", "`random`"]);
        for jobs in ["0", "1025", "many"] {
            bench.run(&["test", "2A", "--jobs", jobs]).says(2, &[jobs, "--jobs", "1 to 1024"]);
        }
        bench.run(&["test", "2A", "--trace-budget", "much"]).says(2, &["a size is a whole number"]);
        bench.run(&["test", "2A", "--fail-fast", "--max-fail", "2"]).says(2, &["cannot be used with"]);
        bench.run(&["replay", CHEAP]).says(2, &["--seed"]);
        bench.run(&["explode"]).says(2, &["explode"]);
        bench.run(&[]).says(2, &["Usage"]);
    }

    #[test]
    fn a_filter_that_nothing_matches_selects_nothing() {
        let bench = Bench::new();
        bench.run(&["test", "2A", "-k", "churn"]).says(4, &["no test matches `churn`"]);
        assert!(bench.traces("raftlab-runs").is_empty());
    }

    #[test]
    fn a_broken_lab_is_told_with_file_line_and_key() {
        let bench = Bench::new();
        let good = include_str!("../labs/2A.toml");
        bench.write("my.toml", &good.replacen("servers = 3", "servers = 30", 1));
        let line = 1 + good.lines().position(|line| line == "servers = 3").expect("there is such a line");
        let place = format!("my.toml:{line}: key `servers`");
        bench.run(&["test", "--lab", "my.toml"]).says(2, &[&place, "1 to 7"]);
        bench.write("my.toml", "part = \n");
        bench.run(&["list", "--lab", "my.toml"]).says(2, &["my.toml:1"]);
        bench.run(&["list", "--lab", "no.toml"]).says(2, &["cannot read the lab file no.toml"]);
    }

    #[test]
    fn a_lab_of_the_users_own_is_played_and_repeated() {
        let bench = Bench::impostor("panics");
        bench.write("my lab's.toml", &include_str!("../labs/2A.toml").replacen("part = \"2A\"", "part = \"X\"", 1));
        let arguments = ["test", "X/re-election", "-n", "1", "--lab", "my lab's.toml", "--message-format", "json"];
        let ended = bench.run(&arguments);
        ended.says(1, &["PANICKED X/re-election"]);
        let run = &ended.json_of("run")[0];
        assert_eq!(run["part"], "X");
        let again = bench.shell(run["failure"]["replay"].as_str().expect("there is a command"));
        again.says(1, &["PANICKED X/re-election"]);
    }

    #[test]
    fn help_names_the_exit_codes() {
        let ended = Bench::new().run(&["--help"]);
        assert_eq!(ended.code, Some(0));
        for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "130  "] {
            assert!(ended.text().contains(code), "{code:?} is not in:\n{}", ended.text());
        }
    }

    #[test]
    fn the_edition_renumbers_parts() {
        let bench = Bench::new();
        let ended =
            bench.run(&["test", "--edition", "2024", "3C", "-k", "persist1", "-n", "1", "--message-format", "json"]);
        ended.says(0, &["3C/persist1"]);
        let run = &ended.json_of("run")[0];
        assert_eq!((&run["part"], &run["course_name"]), (&"3C".into(), &"TestPersist13C".into()));
        bench.run(&["test", "3C"]).says(2, &["there is no part or test `3C`"]);
    }

    #[test]
    fn lists_show_every_test_with_its_names_and_points() {
        let ended = Bench::new().run(&["list"]);
        ended.says(0, &[]);
        assert_eq!(ended.text().lines().filter(|line| line.starts_with("  2")).count(), 52);
        assert_eq!(ended.text().lines().filter(|line| line.starts_with("  3")).count(), 14 + 9 + 10);
        assert!(is_match(r"2C/figure8-unreliable +TestFigure8Unreliable2C +\d+").expect("valid").eval(ended.text()));
    }

    #[test]
    fn lists_show_every_rule() {
        let ended = Bench::new().run(&["list", "--rules"]);
        ended.says(0, &[]);
        for rule in raftlab::oracle::rules() {
            assert!(ended.text().contains(rule.name), "{} is not in:\n{}", rule.name, ended.text());
        }
    }

    #[test]
    fn shells_get_their_completions() {
        for shell in ["bash", "zsh", "fish"] {
            let ended = Bench::new().run(&["completions", shell]);
            assert_eq!(ended.code, Some(0));
            assert!(ended.text().contains("check-determinism"), "{shell}");
        }
    }
}

mod output {
    use super::*;

    #[test]
    fn people_read_stderr_and_nothing_goes_to_stdout() {
        let bench = Bench::new();
        let ended = campaign(&bench);
        ended.says(0, &[CHEAP, "3/3", "3 runs passed, 0 failed", "seed 0x0000000000005eed, digest", "traces in out"]);
        assert_eq!(ended.text(), "");
        assert!(!ended.stderr.contains('\x1b'), "a pipe has no colours");
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let bench = Bench::impostor("panics");
        let arguments = ["test", CHEAP, "-n", "2", "-j", "1", "--traces", "none"];
        let plain = bench.run(&arguments);
        let coloured = bench.run(&[&arguments[..], &["--color", "always"]].concat());
        assert!(coloured.stderr.contains("\x1b["), "{}", coloured.stderr);
        let sequence = regex::Regex::new("\x1b\\[[0-9;]*m").expect("a valid pattern");
        let time = regex::Regex::new(r"in [\d.]+ s").expect("a valid pattern");
        let bare = |text: &str| time.replace_all(&sequence.replace_all(text, ""), "in no time").into_owned();
        assert_eq!(bare(&coloured.stderr), bare(&plain.stderr));
    }

    /// Only a terminal has colours by itself, so this needs one: `script` makes it.
    #[test]
    #[cfg(target_os = "linux")]
    fn no_color_is_honoured_on_a_terminal() {
        let bench = Bench::new();
        if bench.shell("script -qec true /dev/null").code != Some(0) {
            skip("there is no `script` to make a terminal with");
            return;
        }
        let shown = |setting: &str| {
            let command = format!("{setting} $PROGRAM test {CHEAP} -n 1 --traces none --no-progress");
            let ended = bench.shell(&format!("TERM=xterm script -qec '{command}' /dev/null"));
            assert!(ended.text().contains("1 run passed"), "{ended:?}");
            ended.text().contains("\x1b[")
        };
        assert!(shown(""), "a terminal has colours");
        assert!(!shown("NO_COLOR=1"));
        assert!(shown("NO_COLOR="), "an empty one does not count");
    }

    #[test]
    fn quiet_leaves_failures_and_the_verdict() {
        let bench = Bench::new();
        let ended = bench.run(&["test", CHEAP, "-n", "2", "-q"]);
        ended.says(0, &["2 runs passed, 0 failed"]);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        let ended = Bench::impostor("panics").run(&["test", CHEAP, "-n", "2", "-q", "--traces", "none"]);
        ended.says(
            1,
            &["PANICKED 2A/initial-election  iteration ", "2 of 2 runs", "repeat", "2 runs: 0 passed, 2 failed"],
        );
    }

    #[test]
    fn verbose_shows_every_run_and_every_failure() {
        let arguments = ["test", CHEAP, "-n", "12", "--traces", "none"];
        let count = |bench: Bench, arguments: &[&str], what: &str| bench.run(arguments).stderr.matches(what).count();
        let verbose = [&arguments[..], &["-v"]].concat();
        assert_eq!(count(Bench::new(), &verbose, "passed 2A/initial-election  iteration"), 12);
        assert_eq!(count(Bench::new(), &arguments, "iteration "), 0);
        // All of one cause: when it comes first, and the shortest one at the end.
        assert_eq!(count(Bench::impostor("panics"), &arguments, "PANICKED 2A"), 2);
        assert_eq!(count(Bench::impostor("panics"), &arguments, "12 of 12 runs of 2A/initial-election"), 1);
        assert_eq!(count(Bench::impostor("panics"), &verbose, "PANICKED 2A"), 13);
    }

    #[test]
    fn no_worker_is_without_a_run() {
        let bench = Bench::new();
        bench.run(&["test", CHEAP, "-n", "2", "-j", "1024"]).says(0, &["2 workers"]);
    }

    #[test]
    fn json_lines_have_the_promised_fields() {
        let bench = Bench::new();
        let ended =
            bench.run(&["test", "2A/re-election", CHEAP, "-n", "3", "--out", "out", "--message-format", "json"]);
        ended.says(0, &["6 runs passed"]);
        let runs = ended.json_of("run");
        let fields =
            ["part", "test", "course_name", "iteration", "seed", "outcome", "digest", "virtual_time_us", "rpcs"];
        for field in fields.into_iter().chain(["bytes", "ops", "reelections_us", "trace", "failure"]) {
            assert!(runs.iter().all(|run| run.get(field).is_some()), "{field}");
        }
        let mut iterations: Vec<u64> = runs.iter().filter_map(|run| run["iteration"].as_u64()).collect();
        iterations.sort_unstable();
        assert_eq!(iterations, [1, 1, 2, 2, 3, 3]);
        let first = runs.iter().find(|run| run["test"] == "initial-election" && run["iteration"] == 1);
        assert_eq!(first.expect("it was played")["seed"], seed(1).to_string());
        let tests = ended.json_of("test");
        assert_eq!(tests.iter().map(|test| test["played"].as_u64()).collect::<Vec<_>>(), [Some(3), Some(3)]);
        let summary = &ended.json()[8];
        assert_eq!(
            (&summary["type"], &summary["runs"], &summary["interrupted"]),
            (&"summary".into(), &6.into(), &false.into())
        );
        assert!(ended.stderr.contains(summary["digest"].as_str().expect("it has one")), "{}", ended.stderr);
    }

    #[test]
    fn campaigns_end_after_as_many_failures_as_wanted() {
        let arguments = ["test", CHEAP, "-n", "500", "-j", "1", "--traces", "none", "-q"];
        for (option, failed) in [(&["--fail-fast"][..], 1), (&["--max-fail", "3"], 3)] {
            let ended = Bench::impostor("panics").run(&[&arguments[..], option].concat());
            ended.says(1, &["(incomplete: 500 runs were planned)"]);
            assert_eq!(ended.stderr.matches("PANICKED 2A").count(), 1, "{option:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(&format!("0 passed, {failed} failed")), "{option:?}: {}", ended.stderr);
        }
    }

    #[test]
    #[cfg(unix)]
    fn ctrl_c_keeps_what_was_done() {
        let bench = Bench::new();
        let mut process =
            bench.process(&["test", CHEAP, "-n", "1000000000", "--traces", "none", "--message-format", "json"]);
        let mut child = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be started");
        let mut lines = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let mut stdout = String::new();
        lines.read_line(&mut stdout).expect("the campaign has begun");
        let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("there is `kill`").success());
        lines.read_to_string(&mut stdout).expect("lines are text");
        let mut ended = Ended::from(child.wait_with_output().expect("it ends"));
        ended.stdout = stdout.into_bytes();
        ended.says(130, &["passed, 0 failed", "(incomplete: 1000000000 runs were planned)"]);
        let runs = ended.json_of("run").len();
        let [summary] = &ended.json_of("summary")[..] else { panic!("there is one summary") };
        assert_eq!((&summary["interrupted"], &summary["runs"]), (&true.into(), &runs.into()));
    }
}

mod closed_output {
    use super::*;

    #[test]
    fn a_reader_of_json_that_leaves_is_missed_and_the_campaign_goes_on() {
        let arguments = ["test", CHEAP, "-n", "20", "--traces", "none", "--message-format", "json"];
        let ended = run_into(&Bench::new(), closed_pipe(), &arguments);
        ended.says(3, &["20 runs passed, 0 failed", "warning: stdout took no more JSON lines"]);
        // A verdict on the implementation counts more.
        run_into(&Bench::impostor("panics"), closed_pipe(), &arguments).says(1, &["20 failed", "warning: stdout"]);
    }

    #[test]
    fn other_commands_stop_quietly() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        for arguments in [&["grep", "S0", "out"][..], &["list"], &["completions", "bash"]] {
            let ended = run_into(&bench, closed_pipe(), arguments);
            ended.says(0, &[]);
            assert_eq!(ended.stderr, "", "{arguments:?}");
        }
        run_into(&bench, closed_pipe(), &["replay", CHEAP, "--seed", "1"]).says(0, &["passed 2A/initial-election"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_trouble() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        let full = || -> Stdio { File::options().write(true).open("/dev/full").expect("Linux has it").into() };
        for arguments in [&["grep", "S0", "out"][..], &["list"], &["replay", CHEAP, "--seed", "1"]] {
            run_into(&bench, full(), arguments).says(3, &["error: cannot write", "stdout", "No space left"]);
        }
        let arguments = ["test", CHEAP, "-n", "2", "--traces", "none", "--message-format", "json"];
        run_into(&bench, full(), &arguments).says(3, &["2 runs passed", "No space left"]);
        bench.run(&["replay", CHEAP, "--seed", "1", "-o", "/dev/full"]).says(3, &["/dev/full", "No space left"]);
    }
}

mod traces {
    use super::*;

    #[test]
    fn runs_leave_the_traces_that_are_wanted() {
        let traces = |bench: Bench, which: &str| {
            bench.run(&["test", CHEAP, "-n", "2", "--out", "out", "--traces", which]);
            (bench.traces("out"), bench.path("out").exists())
        };
        let names = |ending: &str| [1, 2].map(|k| format!("initial-election/{k:06}-{}.{ending}", seed(k))).to_vec();
        assert_eq!(traces(Bench::new(), "all").0, names("log.zst"));
        assert_eq!(traces(Bench::impostor("panics"), "all").0, names("log"));
        assert_eq!(traces(Bench::new(), "failed"), (vec![], true));
        assert_eq!(traces(Bench::impostor("panics"), "failed").0, names("log"));
        assert_eq!(traces(Bench::new(), "none"), (vec![], true));
        assert_eq!(traces(Bench::impostor("panics"), "none"), (vec![], true));
    }

    #[test]
    fn who_wants_neither_traces_nor_a_folder_gets_none() {
        let bench = Bench::new();
        bench.run(&["test", CHEAP, "-n", "2", "--traces", "none"]).says(0, &["2 runs passed"]);
        assert_eq!(fs::read_dir(bench.path("")).expect("it is there").count(), 0);
        bench.run(&["test", CHEAP, "-n", "2", "--traces", "failed"]).says(0, &["results in raftlab-runs/"]);
    }

    #[test]
    fn a_trace_recorded_afterwards_is_the_same() {
        let trace = |which: &str| {
            let bench = Bench::impostor("panics");
            bench.run(&["test", CHEAP, "-n", "1", "--out", "out", "--traces", which]);
            fs::read(bench.path("out").join(&bench.traces("out")[0])).expect("it is there")
        };
        assert!(trace("failed") == trace("all"));
    }

    #[test]
    fn a_folder_of_its_own_is_made_for_every_campaign() {
        let bench = Bench::new();
        for _ in 0..2 {
            bench.run(&["test", CHEAP, "-n", "1"]).says(0, &["traces in raftlab-runs/"]);
        }
        assert_eq!(fs::read_dir(bench.path("raftlab-runs")).expect("it was made").count(), 2);
    }

    #[test]
    fn what_the_budget_left_out_is_said() {
        let bench = Bench::new();
        let arguments = ["test", CHEAP, "-n", "5", "-j", "1", "--out", "out", "--trace-budget"];
        let budget = |size| bench.run(&[&arguments[..], &[size]].concat());
        budget("1B").says(0, &["4 runs left no trace: the trace budget was used up", "(1 file,"]);
        assert_eq!(bench.traces("out").len(), 1);
        // Runs that did not pass have room of their own.
        let bench = Bench::impostor("panics");
        let ended = bench.run(&[&arguments[..], &["0"]].concat());
        ended.says(1, &["(5 files,"]);
        assert!(!ended.stderr.contains("left no trace"), "{}", ended.stderr);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_known_before_anything_runs() {
        let bench = Bench::new();
        bench.write("file", "in the way");
        let ended = bench.run(&["test", CHEAP, "--out", "file/out", "--message-format", "json"]);
        ended.says(3, &["error: cannot write traces to file/out", "--traces none"]);
        assert_eq!(ended.text(), "");
        let untraced = ["test", CHEAP, "-n", "1", "--traces", "none"];
        bench
            .run(&[&untraced[..], &["--out", "file/out"]].concat())
            .says(3, &["cannot keep results: file/out", "--out"]);
        bench.run(&untraced).says(0, &["1 run passed"]);
    }

    #[test]
    fn a_folder_that_breaks_midway_costs_traces_and_no_results() {
        let bench = Bench::new();
        fs::create_dir(bench.path("out")).expect("the folder can be written");
        bench.write("out/initial-election", "in the way");
        let ended = campaign(&bench);
        ended.says(3, &["error: cannot store a trace: out/initial-election/", "3 runs passed, 0 failed"]);
        assert_eq!(ended.stderr.matches("cannot store").count(), 1, "{}", ended.stderr);
    }

    /// No file may become longer than 512 bytes: as on a disk that is full, a write ends midway.
    #[test]
    #[cfg(unix)]
    fn a_disk_that_is_full_leaves_no_half_traces() {
        let bench = Bench::new();
        let ended =
            bench.shell(&format!("trap '' XFSZ; ulimit -f 1; exec \"$PROGRAM\" test {CHEAP} -n 3 --out out -q"));
        ended.says(3, &["error: cannot store a trace: out/initial-election/00000", "3 runs passed, 0 failed"]);
        assert_eq!(bench.traces("out"), Vec::<String>::new());
    }
}

mod grep {
    use super::*;

    #[test]
    fn finds_lines_in_compressed_traces() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        let ended = bench.run(&["grep", "LEAD S[0-9].* won", "out"]);
        ended.says(0, &[]);
        let form = format!(r"^initial-election/000001-{}:\d+:\d{{3}}\.\d{{6}} LEAD S\d\.1 T\d", seed(1));
        let lines: Vec<&str> = ended.text().lines().collect();
        assert!(is_match(form).expect("valid").eval(lines[0]), "{lines:?}");
        assert!(lines.is_sorted() && lines.len() >= 3, "{lines:?}");
        // The line's number is that of the line.
        let number: usize = lines[0].split(':').nth(1).and_then(|text| text.parse().ok()).expect("it is there");
        let trace = bench.run(&["replay", CHEAP, "--iteration", "1"]);
        let line = trace.text().lines().nth(number - 1).expect("the trace is as long");
        assert!(lines[0].ends_with(line), "{line}");
    }

    #[test]
    fn finds_lines_in_plain_traces_and_the_newest_campaign() {
        let bench = Bench::impostor("panics");
        bench.run(&["test", CHEAP, "-n", "2"]).says(1, &[]);
        let ended = bench.run(&["grep", "-i", "ENOUGH"]);
        ended.says(0, &[]);
        assert_eq!(ended.text().lines().count(), 2, "{}", ended.text());
        assert!(bench.run(&["grep", "ENOUGH"]).text().is_empty());
    }

    #[test]
    fn counts_and_names() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        let name = |iteration| format!("initial-election/{iteration:06}-{}", seed(iteration));
        let counted = bench.run(&["grep", "-c", "TEST", "out"]);
        let all = bench.run(&["grep", "TEST", "out"]);
        let expected: Vec<String> = (1..=3)
            .map(|k| format!("{}:{}", name(k), all.text().lines().filter(|line| line.starts_with(&name(k))).count()))
            .collect();
        assert_eq!(counted.text().lines().collect::<Vec<_>>(), expected);
        // A part of the campaign, or one trace, is named the same way.
        let folder = bench.run(&["grep", "-c", "TEST", "out/initial-election"]);
        assert_eq!(folder.text(), counted.text());
        let here = bench.shell("cd out/initial-election && \"$PROGRAM\" grep -c TEST .");
        assert_eq!(here.text(), counted.text());
        let file = |iteration| format!("out/{}.log.zst", name(iteration));
        let one = bench.run(&["grep", "-c", "TEST", &file(2)]);
        assert_eq!(one.text().trim_end(), expected[1]);
        // Where only names are wanted, they are those of the files.
        let listed = bench.run(&["grep", "-l", "TEST", "out"]);
        assert_eq!(listed.text().lines().collect::<Vec<_>>(), [1, 2, 3].map(file));
    }

    #[test]
    fn searches_only_failed_runs_where_wanted() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        bench.run(&["grep", "--failed", "S0", "out"]).says(4, &["there are no traces in out"]);
        bench.write("out/initial-election/000004-x.log", "000.000000 TEST planted\n");
        let ended = bench.run(&["grep", "--failed", "TEST", "out"]);
        assert_eq!((ended.code, ended.text()), (Some(0), "initial-election/000004-x:1:000.000000 TEST planted\n"));
    }

    #[test]
    fn says_when_there_is_nothing() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        let ended = bench.run(&["grep", "no such text", "out"]);
        assert_eq!((ended.code, ended.text(), ended.stderr.as_str()), (Some(1), "", ""));
        bench.run(&["grep", "S0", "nowhere"]).says(2, &["cannot read nowhere"]);
        bench.run(&["grep", "S0"]).says(2, &["there is no campaign in raftlab-runs"]);
        bench.write("out/initial-election/000009-x.log.zst", "this is no zstd");
        bench.run(&["grep", "S0", "out"]).says(3, &["cannot read out/initial-election/000009-x.log.zst"]);
    }
}

mod replay {
    use super::*;

    #[test]
    fn an_iteration_is_its_seed_and_its_trace_that_of_the_campaign() {
        let bench = Bench::new();
        campaign(&bench).says(0, &[]);
        let seed = seed(2).to_string();
        let by_iteration = bench.run(&["replay", CHEAP, "--iteration", "2", "-o", "two.log"]);
        by_iteration.says(0, &["passed 2A/initial-election", &seed, "digest"]);
        assert_eq!(by_iteration.text(), "");
        let by_seed = bench.run(&["replay", "TestInitialElection2A", "--seed", &seed]);
        assert_eq!(by_seed.stderr, by_iteration.stderr);
        let replayed = fs::read(bench.path("two.log")).expect("it was written");
        assert!(by_seed.stdout == replayed);
        let stored =
            File::open(bench.path(format!("out/initial-election/000002-{seed}.log.zst"))).expect("it is there");
        assert!(zstd::decode_all(stored).expect("it is whole") == replayed);
    }

    #[test]
    fn an_iteration_counts_in_its_campaign() {
        let bench = Bench::new();
        let ended =
            bench.run(&["test", CHEAP, "-n", "2", "--seed", "77", "--traces", "none", "--message-format", "json"]);
        let runs = ended.json_of("run");
        let second = runs.iter().find(|run| run["iteration"] == 2).expect("it was played");
        let digest = second["digest"].as_str().expect("it has one");
        let arguments = ["replay", CHEAP, "--iteration", "2", "--campaign-seed", "77", "-o", "trace"];
        bench.run(&arguments).says(0, &[digest]);
    }

    #[test]
    fn a_trace_that_cannot_be_written_is_trouble() {
        let bench = Bench::new();
        bench.write("file", "in the way");
        bench.run(&["replay", CHEAP, "--seed", "1", "-o", "file/trace"]).says(3, &["cannot write file/trace"]);
    }
}

/// Says why a test says nothing here.
#[expect(clippy::print_stderr, reason = "a test that is skipped must not look like one that passed")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
