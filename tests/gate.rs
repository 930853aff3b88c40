//! The regression gate: what was made worse is called worse, and what was not never is.

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::{Bench, Ended};
use raftlab::api::{Boot, MakeRaft, Raft};
use raftlab::base::Seed;
use raftlab::gate::{Baseline, Collector, Comparison, Thresholds, Verdict, compare};
use raftlab::lab::{Edition, Lab, Test};
use raftlab::runner::{Campaign, Manifest, Planned, Player, RunResult, Slice, play};

#[path = "../labs/reference/src/raft/mod.rs"]
mod reference;

#[path = "variants/student/mod.rs"]
mod student;

/// Cheap tests.
const TESTS: [&str; 3] = ["2A/initial-election", "2B/basic-agree", "2C/persist3"];

/// Twenty iterations of them, without traces.
fn test(bench: &Bench, more: &[&str]) -> Ended {
    bench.run(&[&["test", "-n", "20", "--traces", "none"], &TESTS[..], more].concat())
}

/// A bench that has played `variant` and kept it as base.json.
fn baseline_of(bench: Bench) -> Bench {
    test(&bench, &["--save-baseline", "base.json"]).says(0, &["60 runs passed"]);
    bench
}

fn against_base(bench: &Bench, more: &[&str]) -> Ended {
    test(bench, &[&["--baseline", "base.json"], more].concat())
}

/// Replaces the first `from` in a file, which must be there.
fn change(bench: &Bench, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(bench.path(file)).expect("it can be read");
    assert!(text.contains(from), "{from}");
    bench.write(file, &text.replacen(from, to, 1));
}

mod planted {
    use super::*;

    #[test]
    fn slower_elections_are_worse() {
        let mut bench = baseline_of(Bench::variant("plain"));
        bench.becomes("slow-elections");
        let ended = against_base(&bench, &["--message-format", "json"]);
        ended.says(5, &["60 runs passed, 0 failed", "worse than base.json: ", "re-election of all tests (+"]);
        let worse: Vec<String> = ended
            .json_of("figure")
            .iter()
            .filter(|line| line["verdict"] == "worse")
            .map(|line| format!("{} {}", line["test"].as_str().unwrap_or("all"), line["figure"].as_str().unwrap_or("")))
            .collect();
        for expected in ["all reelection", "initial-election reelection", "persist3 longest_reelection"] {
            assert!(worse.iter().any(|line| line == expected), "{expected} is not in {worse:?}");
        }
        assert!(!worse.iter().any(|line| line == "basic-agree ops"), "{worse:?}");
    }

    #[test]
    fn sending_twice_is_worse() {
        let mut bench = baseline_of(Bench::variant("plain"));
        bench.becomes("sends-twice");
        let ended = against_base(&bench, &[]);
        ended.says(5, &["worse than base.json: ", "bytes per op of 2B/basic-agree (+", "RPCs per op of all tests (+"]);
        assert!(!ended.stderr.contains("worse\n 2A/initial-election  RPCs"), "nothing is sent there: {}", ended.stderr);
    }

    #[test]
    fn what_is_faster_is_better() {
        let mut bench = baseline_of(Bench::variant("slow-elections"));
        bench.becomes("plain");
        against_base(&bench, &[]).says(0, &["better than base.json: ", "re-election of all tests (-"]);
    }

    /// A run that fails counts more than anything that is only worse.
    #[test]
    fn a_vote_that_is_forgotten_is_a_new_failure() {
        let mut bench = baseline_of(Bench::impostor("reference"));
        bench.becomes("forgets-votes");
        let ended = against_base(&bench, &["--out", "new"]);
        ended.says(
            1,
            &["failures new:", "2A/initial-election iteration 1  violated: ", "replay 2A/initial-election --seed"],
        );
        ended.says(1, &["worse than base.json: ", "runs that pass of 2A/initial-election (-"]);
        bench.run(&["compare", "base.json", "new"]).says(5, &["failures new:", "worse than base.json"]);
        bench.run(&["compare", "new", "base.json"]).says(0, &["failures gone:", "better than new"]);
        bench.run(&["compare", "new", "new"]).says(0, &["failures shared:", "the same as new, run by run"]);
    }

    #[test]
    fn thresholds_say_what_matters() {
        let mut bench = baseline_of(Bench::variant("plain"));
        bench.becomes("sends-twice");
        bench.write("lax.toml", "[least_change_percent]\nrpcs_per_op = 900\nbytes_per_op = 900\n");
        against_base(&bench, &["--gate", "lax.toml"]).says(0, &["neither better nor worse than base.json"]);
        // Where they are usually looked for.
        fs::create_dir(bench.path("ci")).expect("a folder can be made");
        fs::rename(bench.path("lax.toml"), bench.path("ci/gate.toml")).expect("it can be moved");
        against_base(&bench, &[]).says(0, &["neither better nor worse than base.json"]);
        bench.write("ci/gate.toml", "false_alarms = 1e-30");
        against_base(&bench, &[]).says(0, &["too few runs differ", "more --iterations"]);
    }
}

mod unchanged {
    use super::*;

    #[test]
    fn runs_that_are_identical_are_the_same_whatever_the_machine_does() {
        let bench = baseline_of(Bench::new());
        let ended = against_base(&bench, &["--message-format", "json"]);
        ended.says(0, &["60 pairs of runs compared", "60 are identical", "the same as base.json, run by run"]);
        let verdict = &ended.json_of("comparison")[0];
        assert_eq!((&verdict["verdict"], &verdict["identical"]), (&"same".into(), &60.into()));
        // As if the machine had been a thousand times faster when the baseline was made.
        let text = fs::read_to_string(bench.path("base.json")).expect("it can be read");
        let fast = regex::Regex::new(r#""cpu_us":\d+"#).expect("a pattern").replace_all(&text, r#""cpu_us":1"#);
        bench.write("base.json", &fast);
        against_base(&bench, &[]).says(0, &["the same as base.json, run by run"]);
        bench.write("own.toml", "cpu_ratio = 1.5");
        against_base(&bench, &["--gate", "own.toml"])
            .says(5, &["worse than base.json: computing time of all tests (+"]);
    }

    /// Other random numbers, and thus other runs, but nothing else.
    fn other_dice(boot: Boot) -> std::rc::Rc<dyn Raft> {
        boot.ctx.random(0..=1);
        reference::make(boot)
    }

    fn variant(name: &str) -> MakeRaft {
        student::VARIANTS.into_iter().find(|(other, _)| *other == name).expect("there is such a variant").1
    }

    /// Of each test.
    const ITERATIONS: u64 = 20;

    /// Plays campaigns without the command line: hundreds of processes would take minutes.
    struct Stage {
        tests: Vec<Planned>,
        manifest: Manifest,
    }

    impl Stage {
        fn set() -> Stage {
            let lab = Lab::course(Edition::To2023);
            let names = TESTS.map(str::to_owned);
            let tests = lab.select(&names, None).expect("they are there");
            let tests: Vec<Planned> =
                tests.into_iter().map(|test| Planned { test, iterations: Some(ITERATIONS) }).collect();
            let campaign = Campaign {
                tests: tests.clone(),
                player: Player::watched(variant("plain")),
                seed: Seed(0),
                slice: Slice::WHOLE,
                jobs: 1,
                check_determinism: false,
                max_failures: None,
                time_budget: None,
                patience: Duration::from_secs(30),
            };
            Stage { tests, manifest: Manifest::of(&campaign, "plain", &[]) }
        }

        fn campaign(&self, seed: Seed, make: MakeRaft) -> Baseline {
            let mut collector = Collector::new(Manifest { seed: seed.to_string(), ..self.manifest.clone() });
            for Planned { test, .. } in &self.tests {
                (1..=ITERATIONS).for_each(|iteration| collector.add(&result(test, seed, iteration, make)));
            }
            collector.finish()
        }

        fn compare(&self, seed: u64, before: MakeRaft, now: MakeRaft) -> Comparison {
            let [one, other] = [before, now].map(|make| self.campaign(Seed(seed), make));
            compare(&one, &other, ["before", "now"], &Thresholds::default()).expect("they can be compared")
        }
    }

    fn result(test: &Test, campaign: Seed, iteration: u64, make: MakeRaft) -> RunResult {
        let seed = campaign.of_run(&test.info.name, iteration);
        let run = play(test, Player::watched(make), seed, None, None);
        RunResult { test: test.info.clone(), iteration, seed, run, cpu: Duration::ZERO, trace: None }
    }

    #[test]
    fn the_same_implementation_is_the_same_with_every_seed() {
        let stage = Stage::set();
        for seed in 0..100 {
            let comparison = stage.compare(seed, reference::make, reference::make);
            assert_eq!((comparison.verdict(), comparison.identical()), (Verdict::Same, 60), "seed {seed}");
        }
    }

    /// What plays other runs, without being better or worse, is called neither in a hundred
    /// comparisons; the same comparisons find what is worse every time.
    #[test]
    fn chance_is_not_taken_for_a_change() {
        let stage = Stage::set();
        for seed in 0..100 {
            let comparison = stage.compare(seed, reference::make, other_dice);
            assert!(comparison.identical() < 6, "seed {seed}: other dice make other runs");
            assert_eq!(comparison.verdict(), Verdict::Same, "seed {seed}: {comparison:?}");
        }
        for seed in 0..10 {
            for worse in ["slow-elections", "sends-twice"] {
                let comparison = stage.compare(seed, variant("plain"), variant(worse));
                assert_eq!(comparison.verdict(), Verdict::Worse, "{worse}, seed {seed}");
            }
        }
    }
}

mod files {
    use super::*;

    #[test]
    fn a_compressed_baseline_is_the_same_and_smaller() {
        let bench = baseline_of(Bench::new());
        test(&bench, &["--save-baseline", "base.json.zst"]).says(0, &[]);
        bench.run(&["compare", "base.json", "base.json.zst"]).says(0, &["the same as base.json, run by run"]);
        let len = |name: &str| fs::metadata(bench.path(name)).expect("it is there").len();
        assert!(len("base.json.zst") * 2 < len("base.json"));
        let text = fs::read_to_string(bench.path("base.json")).expect("it is text");
        let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(json["tests"][2]["sums"]["passed"], 20);
        assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 60, "a line for each run");
    }

    #[test]
    fn what_is_no_baseline_is_told_before_anything_is_played() {
        let bench = Bench::new();
        against_base(&bench, &[]).says(2, &["there is no base.json", "--save-baseline base.json"]);
        bench.write("base.json", "{\"campaign\": 1}");
        against_base(&bench, &[]).says(2, &["base.json: this is no baseline", "at line 1"]);
        test(&bench, &["--save-baseline", "no/base.json"]).says(2, &["a folder that exists", "no/base.json"]);
        bench.run(&["compare", "base.json", "."]).says(2, &["base.json: this is no baseline"]);
        let bench = baseline_of(bench);
        change(&bench, "base.json", "\"digest\",", "\"hash\",");
        against_base(&bench, &[]).says(2, &["its columns are iteration, hash"]);
        bench.write("bad.toml", "\nfalse_alarms = 7\n");
        against_base(&bench, &["--gate", "bad.toml"]).says(2, &["bad.toml:2: key `false_alarms`: 7 is not allowed"]);
        against_base(&bench, &["--gate", "no.toml"]).says(2, &["cannot read the thresholds no.toml"]);
    }

    #[test]
    fn other_runs_are_not_compared() {
        let bench = baseline_of(Bench::new());
        against_base(&bench, &["--seed", "7"]).says(
            2,
            &[
                "cannot compare: the seed is 0x0000000000005eed in base.json and 0x0000000000000007 in this campaign",
                "play with --seed 0x0000000000005eed, or save a new baseline with --save-baseline",
            ],
        );
        against_base(&bench, &["--rules", "none"]).says(2, &["--rules is all in base.json", "play with --rules all"]);
        let play = |tests: &[&str]| bench.run(&[&["test", "-n", "1", "--baseline", "base.json"], tests].concat());
        play(&["--edition", "2024", "3A"]).says(2, &["what is played is 2A 2B 2C in base.json and 3A", "--edition"]);
        play(&["2D"]).says(2, &["what is played is 2A 2B 2C in base.json and 2D", "no test in common"]);
        change(&bench, "base.json", "\"digest\": \"", "\"digest\": \"0");
        play(&["2A"]).says(2, &["2A/initial-election is not the same test in base.json", "--lab"]);
    }

    #[test]
    fn what_both_have_is_compared_and_the_rest_is_named() {
        let bench = baseline_of(Bench::new());
        change(&bench, "base.json", "\"raftlab\": \"", "\"raftlab\": \"0.");
        let play =
            |tests: &[&str]| bench.run(&[&["test", "--traces", "none", "--baseline", "base.json"], tests].concat());
        play(&["2A/initial-election", "2A/re-election", "-n", "30"]).says(
            0,
            &[
                "not compared, because base.json has none of them: 2A/re-election",
                "not compared, because this campaign has none of them: 2B/basic-agree, 2C/persist3",
                "base.json has 20 runs and this campaign has 30: the 20 that are in both are compared",
                "base.json is of raftlab 0.",
                "20 are identical",
            ],
        );
        play(&["2A/initial-election", "-n", "5"]).says(0, &["the 5 that are in both are compared"]);
        // A slice of a campaign, too.
        play(&["2A/initial-election", "-n", "20", "--partition", "2/4"]).says(0, &["5 are identical"]);
    }

    #[test]
    fn an_incomplete_campaign_is_neither_compared_nor_saved() {
        let bench = Bench::impostor("panics");
        test(&bench, &["--save-baseline", "base.json"]).says(1, &["60 runs of the baseline failed"]);
        let ended = against_base(&bench, &["--fail-fast", "--save-baseline", "new.json", "--out", "stopped"]);
        ended.says(1, &["not compared with base.json: the campaign is incomplete", "new.json is not written"]);
        assert!(!bench.path("new.json").exists());
        let ended = bench.run(&["compare", "base.json", "stopped"]);
        ended.says(0, &["stopped is incomplete", "of its runs were not played", "are in both are compared"]);
    }

    /// What was played before the campaign went on counts as well.
    #[test]
    fn a_campaign_that_goes_on_is_compared_as_a_whole() {
        let bench = baseline_of(Bench::new());
        test(&bench, &["--out", "out"]).says(0, &[]);
        let lines = fs::read_to_string(bench.path("out/results.jsonl")).expect("it is there");
        let half: Vec<&str> = lines.split_inclusive('\n').take(30).collect();
        bench.write("out/results.jsonl", &half.concat());
        let ended = against_base(&bench, &["--out", "out", "--resume", "--save-baseline", "new.json"]);
        ended.says(0, &["30 of 60 runs were played before", "60 are identical", "the same as base.json"]);
        bench.run(&["compare", "new.json", "out"]).says(0, &["60 are identical"]);
    }
}

#[test]
fn the_thresholds_in_the_repository_are_those_built_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/gate.toml");
    assert_eq!(Thresholds::read(&path).expect("it is right"), Thresholds::default());
}

#[test]
fn the_baseline_in_the_repository_is_whole_and_of_all_tests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/baseline.json");
    let baseline = Baseline::read(&path).expect("it can be read");
    assert_eq!((baseline.missing(), baseline.failed()), (0, 0));
    let played: Vec<String> = baseline.manifest.tests.iter().map(|test| test.info.path()).collect();
    let lab = Lab::course(Edition::To2023);
    assert!(lab.tests().map(|test| test.path()).eq(played), "ci/check.sh says how to make a new one");
    for (test, plan) in lab.tests().zip(&baseline.manifest.tests) {
        assert_eq!(test.digest().to_string(), plan.digest, "{}: ci/check.sh says how to make a new one", test.path());
    }
}
