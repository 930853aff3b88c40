//! What `ci/gradescope` gives to Gradescope: an archive of the form that it wants, and a script that leaves
//! results for it, whatever raftlab does. raftlab is a script here, of which all that counts is how it ends.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Bench, Ended, installed};
use serde_json::{Value, json};

/// A raftlab that notes what it was told, finds results there already, does what CODE says with `$file`,
/// and ends.
const RAFTLAB: &str = r#"#!/bin/sh
echo "$@" >told
while [ $# -gt 0 ]; do
    [ "$1" = --gradescope ] && file=$2
    shift
done
cp "$file" early
eval "$CODE"
"#;

const GRADED: &str = r#"{"tests":[{"name":"2C/figure8","score":20,"max_score":20}]}"#;

fn gradescope(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/gradescope").join(name)
}

/// The folders that Gradescope makes, with a submission, and that raftlab on the `PATH`.
fn autograder() -> Bench {
    let bench = Bench::new();
    for folder in ["bin", "source", "results", "submission/src"] {
        fs::create_dir_all(bench.path(folder)).expect("a folder can be made");
    }
    bench.write("bin/raftlab", RAFTLAB);
    bench.shell("chmod +x bin/raftlab").says(0, &[]);
    bench
}

/// Grades as Gradescope does, with a raftlab that does this.
fn grade(bench: &Bench, code: &str) -> Ended {
    bench.write("code", code);
    let script = gradescope("run_autograder");
    bench.shell(&format!("export AUTOGRADER=$PWD PATH=$PWD/bin:$PATH CODE=\"$(cat code)\"; {}", script.display()))
}

fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path(name)).expect("it is there")
}

/// What Gradescope reads.
fn results(bench: &Bench) -> Value {
    serde_json::from_str(&read(bench, "results/results.json")).expect("it is JSON")
}

#[test]
fn scripts_are_sound() {
    let shellcheck = installed("shellcheck", "ShellCheck");
    for name in ["make-zip.sh", "run_autograder", "setup.sh"] {
        let mut checks = vec![("bash", "-n")];
        checks.extend(shellcheck.then_some(("shellcheck", "--norc")));
        for (program, option) in checks {
            let output = Command::new(program).arg(option).arg(gradescope(name)).output().expect("it can be started");
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

#[test]
fn the_lab_file_can_be_played() {
    let lab = gradescope("lab.toml");
    let bench = Bench::new();
    let ended = bench.run(&["test", "all", "--lab", &lab.display().to_string(), "-n", "1", "--traces", "none"]);
    ended.says(0, &["4 runs passed"]);
    let lab: toml::Table = fs::read_to_string(lab).expect("it can be read").parse().expect("it is TOML");
    let gradings = lab["test"].as_array().expect("there are tests").iter().filter_map(|test| test.get("grading"));
    let hidden = gradings.filter(|grading| grading.get("visibility").is_some()).collect::<Vec<_>>();
    assert!(matches!(hidden[..], [grading] if grading["seeds"].as_str() == Some("secret")), "{hidden:?}");
}

mod archive {
    use super::*;

    /// The archive's files, as `unzip -Z` lists them; none where that cannot be.
    fn listed(bench: &Bench) -> Option<Vec<String>> {
        // A package is no repository, and `unzip` has no `--version`.
        let here = format!("git -C '{}' rev-parse && unzip -v >unzip", env!("CARGO_MANIFEST_DIR"));
        if bench.shell(&here).code != Some(0) {
            let _ = writeln!(std::io::stderr(), "no repository, or no unzip: the archive is not looked at");
            return None;
        }
        let script = gradescope("make-zip.sh");
        let line = format!("SECRET=$PWD/secret {} autograder.zip", script.display());
        bench.shell(&line).says(0, &["autograder.zip"]);
        let listed = bench.shell("unzip -Z autograder.zip");
        Some(listed.text().lines().map(str::to_owned).collect())
    }

    #[test]
    fn has_what_gradescope_looks_for_at_its_root_and_raftlab_below() {
        let bench = Bench::new();
        let Some(listed) = listed(&bench) else { return };
        let lines = |name: &str| {
            let end = format!(" {name}");
            let lines: Vec<&String> = listed.iter().filter(|line| line.ends_with(&end)).collect();
            assert_eq!(lines.len(), 1, "{name}: {lines:?}");
            lines[0].clone()
        };
        for script in ["setup.sh", "run_autograder"] {
            assert!(lines(script).starts_with("-rwxr-xr-x"), "{script} can be run");
        }
        for file in ["lab.toml", "secret", "raftlab/Cargo.toml", "raftlab/Cargo.lock", "raftlab/src/main.rs"] {
            lines(file);
        }
    }

    #[test]
    fn keeps_the_secret_that_there_is() {
        let bench = Bench::new();
        let Some(_) = listed(&bench) else { return };
        let secret = read(&bench, "secret");
        assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
        let _ = listed(&bench);
        assert_eq!(read(&bench, "secret"), secret);
        let packed = bench.shell("unzip -p autograder.zip secret");
        assert_eq!(packed.text(), secret);
    }

    #[test]
    fn wants_a_name() {
        let bench = Bench::new();
        bench.shell(&gradescope("make-zip.sh").display().to_string()).says(2, &["usage: "]);
    }
}

mod run_autograder {
    use super::*;

    #[test]
    fn leaves_what_raftlab_says() {
        let bench = autograder();
        bench.write("source/secret", "0123");
        grade(&bench, &format!("echo '{GRADED}' >\"$file\"")).says(0, &[]);
        assert_eq!(read(&bench, "results/results.json").trim_end(), GRADED);
        let (told, here) = (read(&bench, "told"), bench.path("").display().to_string());
        let told = told.replace(here.trim_end_matches('/'), "BOX");
        for part in [
            "grade BOX/submission ",
            "--lab BOX/source/lab.toml ",
            "--secret BOX/source/secret ",
            "--time-budget 9m ",
            "--jobs 1 ",
            "--raftlab BOX/source/raftlab ",
            "--cache BOX/cache ",
            "--gradescope BOX/results/results.json",
        ] {
            assert!(told.contains(part), "{part:?} is not in: {told}");
        }
    }

    #[test]
    fn begins_with_results_for_who_is_stopped() {
        let bench = autograder();
        grade(&bench, &format!("echo '{GRADED}' >\"$file\"")).says(0, &[]);
        let early: Value = serde_json::from_str(&read(&bench, "early")).expect("it is JSON");
        assert_eq!(early["score"], 0);
        assert!(early["output"].as_str().is_some_and(|output| output.contains("The time was over")), "{early}");
    }

    #[test]
    fn says_that_raftlab_did_not_grade() {
        // A full disk; a raftlab that is killed; one that does nothing; one that leaves half a file.
        for (code, ended) in [("exit 3", 3), ("kill -9 $$", 137), ("exit 0", 0), ("echo '{' >\"$file\"; exit 3", 3)] {
            let bench = autograder();
            let output = grade(&bench, code);
            output.says(0, &[]);
            assert!(output.text().contains(&format!("raftlab ended with exit code {ended}\n")), "{}", output.text());
            let results = results(&bench);
            assert_eq!(results["score"], 0, "{code}");
            assert!(results["output"].as_str().is_some_and(|output| output.contains("not your fault")), "{results}");
            let [test] = &results["tests"].as_array().expect("there are tests")[..] else { panic!("{results}") };
            assert_eq!((&test["visibility"], &test["max_score"]), (&json!("hidden"), &json!(0)));
            let says = test["output"].as_str().expect("it is text");
            assert!(says.contains(&format!("exit code {ended} before anything was graded")), "{says}");
        }
    }

    #[test]
    fn keeps_what_was_graded_before_raftlab_failed() {
        if !installed("jq", "jq") {
            return;
        }
        for (ends, ended) in [("exit 3", 3), ("kill -9 $$", 137)] {
            let bench = autograder();
            grade(&bench, &format!("echo '{GRADED}' >\"$file\"; {ends}")).says(0, &[]);
            let results = results(&bench);
            let [test, added] = &results["tests"].as_array().expect("there are tests")[..] else { panic!("{results}") };
            assert_eq!((&test["name"], &test["score"]), (&json!("2C/figure8"), &json!(20)));
            assert_eq!((&added["visibility"], &added["max_score"]), (&json!("hidden"), &json!(0)));
            let says = added["output"].as_str().expect("it is text");
            assert!(says.contains(&format!("exit code {ended} before it was done")), "{says}");
            assert_eq!(results.get("score"), None, "the sum of the tests counts");
        }
    }
}
