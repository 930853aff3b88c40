//! The files in `ci` do what they say: scripts are sound, manifests are consistent, and what they tell
//! an engine to run is run here, without the engine.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Bench, Ended, installed};
use saphyr::{LoadableYamlNode as _, Yaml};

/// A campaign of twelve runs, as every engine plays it here.
const CAMPAIGN: &str = "2A/initial-election 2B/basic-agree -n 6 --traces none";

fn ci(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ci").join(name)
}

fn yaml(name: &str) -> Vec<Yaml<'static>> {
    let text = fs::read_to_string(ci(name)).expect("it can be read");
    // The document borrows from its text, and a test lasts as long as its process.
    Yaml::load_from_str(text.leak()).expect("it is YAML")
}

/// raftlab in an empty folder, and on the PATH.
fn bench() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.path("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_raftlab"), bench.path("bin/raftlab")).expect("a link can be made");
    bench
}

fn shell(bench: &Bench, line: &str) -> Ended {
    bench.shell(&format!("PATH=$PWD/bin:$PATH; {line}"))
}

/// What one machine says of the campaign to programs, its runs apart: what every engine must say.
fn whole(bench: &Bench) -> String {
    let ended = shell(bench, &format!("raftlab test {CAMPAIGN} --out whole --message-format json"));
    ended.says(0, &["12 runs passed"]);
    ended.text().lines().filter(|line| !line.contains(r#""type":"run""#)).map(|line| format!("{line}\n")).collect()
}

fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path(name)).expect("it is there")
}

mod scripts {
    use super::*;

    fn all() -> Vec<PathBuf> {
        let folders = [ci(""), ci("engines")];
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("it can be read"));
        let paths = files.map(|file| file.expect("it can be read").path());
        paths.filter(|path| path.extension().is_some_and(|end| end == "sh" || end == "sbatch")).collect()
    }

    #[test]
    fn are_sound() {
        let scripts = all();
        assert!(scripts.len() >= 5, "{scripts:?}");
        let shellcheck = installed("shellcheck", "ShellCheck");
        for script in scripts {
            let mut checks = vec![("bash", "-n")];
            checks.extend(shellcheck.then_some(("shellcheck", "--norc")));
            for (program, option) in checks {
                let output = Command::new(program).arg(option).arg(&script).output().expect("it can be started");
                assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stdout));
            }
        }
    }

    #[test]
    fn gnu_parallel_plays_a_campaign_and_plays_only_what_is_missing() {
        if !installed("parallel", "GNU parallel") {
            return;
        }
        let bench = bench();
        let line = format!("{} night 3 {CAMPAIGN}", ci("engines/parallel.sh").display());
        let whole = whole(&bench);
        shell(&bench, &line).says(0, &["12 runs passed"]);
        assert_eq!(read(&bench, "night/summary.jsonl"), whole);
        // As if it had been killed in the middle of the second slice.
        let results = read(&bench, "night/2/results.jsonl");
        bench.write("night/2/results.jsonl", &results[..results.len() / 2]);
        shell(&bench, &line).says(0, &["12 runs passed"]);
        let begins = |text: &str| text.lines().next().map(str::to_owned);
        assert_eq!(begins(&read(&bench, "night/2/results.jsonl")), begins(&results), "what was there stays");
        assert_eq!(read(&bench, "night/summary.jsonl"), whole);
        // Another campaign is none that could go on.
        shell(&bench, &line.replace("-n 6", "-n 7")).says(0, &["holds another campaign", "12 runs passed"]);
    }

    #[test]
    fn gnu_parallel_leaves_the_verdict_to_the_merge() {
        if !installed("parallel", "GNU parallel") {
            return;
        }
        let bench = Bench::impostor("wrong-command");
        let line = format!("RAFTLAB=$PROGRAM {} night 2 {CAMPAIGN}", ci("engines/parallel.sh").display());
        let ended = bench.shell(&line);
        ended.says(1, &["12 runs: 0 passed, 12 failed"]);
        assert!(!ended.stderr.contains("did not end"), "a slice was tried again: {}", ended.stderr);
    }

    /// Two tasks, started by hand with what Slurm tells them. One finds its slice half played.
    #[test]
    fn a_slurm_task_plays_its_slice() {
        let bench = bench();
        let whole = whole(&bench);
        let task = |number: u64| {
            let script = ci("engines/slurm.sbatch");
            let task = format!("SLURM_ARRAY_TASK_ID={number} SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=2");
            shell(&bench, &format!("{task} RAFTLAB=raftlab bash {} night {CAMPAIGN}", script.display()))
        };
        task(1).says(0, &["6 runs passed"]);
        task(2).says(0, &["6 runs passed"]);
        let results = read(&bench, "night/2/results.jsonl");
        bench.write("night/2/results.jsonl", &results[..results.len() / 2]);
        task(2).says(0, &["6 runs passed"]);
        assert_eq!(shell(&bench, "raftlab merge night/1 night/2 --message-format json").text(), whole);
    }

    #[test]
    fn a_slurm_task_is_queued_again_if_that_can_help() {
        let bench = Bench::new();
        bench.write("scontrol", "#!/bin/sh\necho \"scontrol $*\" >&2\n");
        bench.write("raftlab", "#!/bin/sh\nexit $CODE\n");
        // Slurm kills the task here; whoever waits for that must not wait in a test.
        bench.write("sleep", "#!/bin/sh\n");
        let task = |code: i32, restarts: u64| {
            let slurm = format!("SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=2 SLURM_RESTART_COUNT={restarts}");
            let script = ci("engines/slurm.sbatch");
            let line = format!("CODE={code} {slurm} RAFTLAB=./raftlab bash {} night 2A", script.display());
            bench.shell(&format!("chmod +x scontrol raftlab sleep; PATH=$PWD:$PATH; {line}"))
        };
        task(137, 0).says(137, &["exit code 137", "scontrol requeue 7_2"]);
        for (code, restarts, ends) in [(137, 3, 137), (2, 0, 2), (1, 0, 0), (0, 0, 0)] {
            let ended = task(code, restarts);
            ended.says(ends, &[]);
            assert!(!ended.stderr.contains("requeue"), "{code}, {restarts}: {}", ended.stderr);
        }
    }

    #[test]
    fn slurm_gets_an_array_and_a_merge_that_waits_for_it() {
        let bench = bench();
        bench.write("bin/sbatch", "#!/bin/sh\nprintf '%s\\n' \"$@\" '' >&2\necho '12;cluster'\n");
        let script = ci("engines/slurm-submit.sh");
        let ended = shell(&bench, &format!("chmod +x bin/sbatch; {} 'a night' 2 2A -k 'x|y'", script.display()));
        ended.says(0, &["--array=1-2\n", "\n2A\n-k\nx|y\n", "--dependency=afterok:12\n"]);
        assert_eq!(ended.text(), "slices: job 12, merge: job 12\n");
        // What it wraps is a line for a shell: with nothing played, it says what it looked for.
        let wrapped = ended.stderr.lines().find_map(|line| line.strip_prefix("--wrap=")).expect("there is a command");
        bench.shell(wrapped).says(3, &["a night/1 holds no campaign"]);
    }

    #[test]
    fn the_night_run_pins_what_it_finds() {
        if !installed("jq", "jq") {
            return;
        }
        let bench = Bench::impostor("wrong-command");
        bench.write("pinned.toml", "");
        let line = "RAFTLAB=$PROGRAM PINNED=$PWD/pinned.toml NIGHT=$PWD/night";
        let line = format!("{line} {} 2A/initial-election -n 3", ci("night.sh").display());
        let ended = bench.shell(&line);
        ended.says(1, &["3 runs: 0 passed, 3 failed"]);
        let pinned: toml::Table = read(&bench, "pinned.toml").parse().expect("it is TOML");
        let runs = pinned["run"].as_array().expect("there are runs");
        assert_eq!(runs.len(), 3, "{pinned}");
        for run in runs {
            assert_eq!(run["test"].as_str(), Some("2A/initial-election"));
            assert_eq!(run["what"].as_str(), Some("found at night: state machine safety"));
            // The seed is the run's, not the campaign's.
            let seed = run["seed"].as_str().expect("it is text");
            bench.run(&["replay", "2A/initial-election", "--seed", seed]).says(1, &["state machine safety"]);
        }
    }
}

mod kubernetes {
    use super::*;

    /// What the container of the manifest's job `name` is to run.
    fn command(name: &str) -> String {
        let documents = yaml("engines/kubernetes.yaml");
        let job = job(&documents, name);
        let container = &job["template"]["spec"]["containers"][0];
        assert_eq!(container["command"][1].as_str(), Some("-c"), "{name} runs a shell");
        container["args"][0].as_str().expect("it is text").to_owned()
    }

    fn job<'a>(documents: &'a [Yaml<'static>], name: &str) -> &'a Yaml<'static> {
        let mut jobs = documents.iter().filter(|document| document["kind"].as_str() == Some("Job"));
        &jobs.find(|job| job["metadata"]["name"].as_str() == Some(name)).expect("there is this job")["spec"]
    }

    #[test]
    fn completions_are_what_the_pods_are_told() {
        let documents = yaml("engines/kubernetes.yaml");
        let job = job(&documents, "raftlab");
        let env = &job["template"]["spec"]["containers"][0]["env"][0];
        assert_eq!(env["name"].as_str(), Some("JOB_COMPLETIONS"));
        let told = env["value"].as_str().and_then(|value| value.parse().ok());
        assert!(told.is_some(), "a variable's value is text");
        assert_eq!(job["completions"].as_integer(), told);
    }

    #[test]
    fn pods_play_a_campaign() {
        let bench = bench();
        let whole = whole(&bench);
        let slice = command("raftlab");
        let campaign = "all -n 2000 --traces failed";
        assert!(slice.contains(campaign), "{slice}");
        let slice = slice.replace(campaign, CAMPAIGN);
        for index in 0..3 {
            let pod = format!("export JOB_COMPLETIONS=3 JOB_COMPLETION_INDEX={index}\n{slice}");
            shell(&bench, &pod).says(0, &["4 runs passed"]);
            // A pod that comes after one that was killed.
            shell(&bench, &pod).says(0, &["4 runs passed"]);
        }
        shell(&bench, &command("raftlab-merge")).says(0, &["12 runs passed"]);
        assert_eq!(read(&bench, "night/summary.jsonl"), whole);
        // Exit code 1 is for the merge alone; any other is a pod's failure.
        for (code, ends) in [(0, 0), (1, 0), (2, 2), (137, 137)] {
            shell(&bench, &format!("raftlab() {{ return {code}; }}\n{slice}")).says(ends, &[]);
        }
    }
}

mod github_actions {
    use super::*;

    /// The command of a job that contains `part`.
    fn command(job: &Yaml<'_>, part: &str) -> String {
        let steps = job["steps"].as_sequence().expect("there are steps");
        let mut commands = steps.iter().filter_map(|step| step.as_mapping_get("run")?.as_str());
        commands.find(|command| command.contains(part)).expect("there is this command").to_owned()
    }

    #[test]
    fn jobs_play_a_campaign() {
        let bench = bench();
        let whole = whole(&bench);
        let jobs = &yaml("engines/github-actions.yml")[0]["jobs"];
        let numbers = jobs["slice"]["strategy"]["matrix"]["slice"].as_sequence().expect("it is a list");
        let numbers: Vec<i64> = numbers.iter().filter_map(Yaml::as_integer).collect();
        assert_eq!(numbers, (1..=8).collect::<Vec<i64>>(), "slices are counted from 1, without gaps");
        let campaign = "all -n 2000 --traces failed";
        let slice = command(&jobs["slice"], campaign).replace(campaign, CAMPAIGN);
        fs::copy(env!("CARGO_BIN_EXE_raftlab"), bench.path("raftlab")).expect("it can be copied");
        for number in &numbers {
            let slice = slice
                .replace("${{ matrix.slice }}", &number.to_string())
                .replace("${{ strategy.job-total }}", &numbers.len().to_string());
            shell(&bench, &slice).says(0, &["runs passed"]);
        }
        let merge = format!("export GITHUB_STEP_SUMMARY=page\n{}", command(&jobs["merge"], "merge"));
        shell(&bench, &merge).says(0, &[]);
        assert_eq!(shell(&bench, "raftlab merge campaign --message-format json").text(), whole);
        assert!(read(&bench, "page").contains("12 runs passed"));
        assert!(read(&bench, "campaign/report.html").contains("12 runs passed"));
    }

    /// A raftlab that shows what it is told, and leaves a page about the class.
    const GRADER: &str = r#"#!/bin/sh
printf '%s|' "$@"
mkdir grades
echo "2 submissions" >grades/grades.md
exit "${CODE:-0}"
"#;

    fn grader() -> Bench {
        let bench = Bench::new();
        bench.shell("mkdir -p bin submissions/ada submissions/ben").says(0, &[]);
        bench.write("bin/raftlab", GRADER);
        bench.shell("chmod +x bin/raftlab").says(0, &[]);
        bench
    }

    #[test]
    fn a_class_is_graded_and_its_summary_shown_however_it_ends() {
        let step = command(&yaml("engines/github-grade.yml")[0]["jobs"]["grade"], "submissions/*");
        // As GitHub runs it: a command that fails ends the step.
        let step = format!("export GITHUB_STEP_SUMMARY=page RUNNER_TEMP=. LAB='a lab' ITERATIONS=7; set -e\n{step}");
        let class = "grade|submissions/ada|submissions/ben|--lab|a lab|--iterations|7|";
        for (code, secret, told) in [(0, "", ""), (3, "", ""), (0, "0123", "--secret|./secret|")] {
            let bench = grader();
            bench.write("step", &format!("export CODE={code} SECRET={secret}; {step}"));
            let ended = shell(&bench, "bash step");
            ended.says(code, &[]);
            assert!(ended.text().starts_with(&format!("{class}{told}--raftlab|")), "{}", ended.text());
            assert_eq!(read(&bench, "page"), "2 submissions\n");
            assert_eq!(fs::read_to_string(bench.path("secret")).unwrap_or_default(), secret);
        }
    }

    #[test]
    fn a_class_is_not_graded_by_whatever_somebody_types() {
        let steps = &yaml("engines/github-grade.yml")[0]["jobs"]["grade"]["steps"];
        let steps = steps.as_sequence().expect("there are steps");
        for command in steps.iter().filter_map(|step| step.as_mapping_get("run")?.as_str()) {
            assert!(!command.contains("${{"), "{command}");
        }
    }

    #[test]
    fn a_student_sees_each_part() {
        let jobs = &yaml("engines/classroom.yml")[0]["jobs"];
        // The student's program is raftlab's whole command line.
        for part in ["2A", "2B", "2C", "2D"] {
            let step = command(&jobs["test"], &format!("test {part} "));
            let played = |bench: &Bench| {
                let line = step.replace("cargo run --release --quiet --", "$PROGRAM").replace("-n 100", "-n 1");
                bench.shell(&line)
            };
            played(&Bench::new()).says(0, &["0 failed"]);
            assert_eq!(played(&Bench::impostor("silent")).code, Some(1), "{part}");
        }
    }

    #[test]
    fn classroom_50_gets_its_result_or_hears_that_there_is_none() {
        if !installed("python3", "Python") {
            return;
        }
        for (code, ended_with) in [(0, 0), (3, 1)] {
            let bench = grader();
            bench.shell("mkdir -p ada/src grades/ada && echo 'well done' >grades/ada/feedback.md").says(0, &[]);
            fs::copy(
                Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/engines/autograder.py"),
                bench.path("autograder.py"),
            )
            .expect("a copy");
            let ended = shell(&bench, &format!("export CODE={code} RAFTLAB=$PWD; cd ada && python3 ../autograder.py"));
            assert_eq!(ended.code, Some(ended_with), "{}", ended.stderr);
            let told = ended.text();
            assert!(told.starts_with("grade|") && told.contains("|--classroom|result.json|"), "{told}");
            assert_eq!(bench.path("ada/release-body.md").exists(), code == 0);
        }
    }
}
