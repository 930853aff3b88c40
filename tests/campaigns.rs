//! Campaigns that are killed and go on, and campaigns that are cut into slices and put together.

mod common;

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use common::{Bench, Ended};

/// Two cheap tests.
const TESTS: [&str; 2] = ["2A/initial-election", "2B/basic-agree"];

/// A campaign of ten runs into `out`, without traces.
fn play(bench: &Bench, out: &str, more: &[&str]) -> Ended {
    let json = ["--traces", "none", "--message-format", "json", "-n", "5", "--out", out];
    bench.run(&[&["test"], &TESTS[..], &json, more].concat())
}

/// What a campaign comes to, as programs see it: the lines after those of its runs.
fn sums(ended: &Ended) -> Vec<&str> {
    ended.text().lines().filter(|line| !line.contains(r#""type":"run""#)).collect()
}

/// What people see of it: the table and the digest.
fn table(ended: &Ended) -> Vec<&str> {
    let is_sum = |line: &&str| line.starts_with(" ") || line.starts_with("seed ");
    ended.stderr.lines().skip_while(|line| !line.starts_with(" test ")).filter(is_sum).collect()
}

fn results(bench: &Bench, folder: &str) -> String {
    fs::read_to_string(bench.path(folder).join("results.jsonl")).expect("it is there")
}

/// Ten runs in three slices, a folder for each.
fn slices(bench: &Bench) -> [&'static str; 3] {
    for number in 1..=3 {
        play(bench, &format!("s{number}"), &["--partition", &format!("slice:{number}/3")]).says(0, &["slice:"]);
    }
    ["s1", "s2", "s3"]
}

fn merge(bench: &Bench, folders: &[&str], more: &[&str]) -> Ended {
    bench.run(&[&["merge", "--message-format", "json"], folders, more].concat())
}

mod resume {
    use super::*;

    #[test]
    fn a_campaign_that_goes_on_ends_as_if_nothing_had_happened() {
        let bench = Bench::new();
        let whole = play(&bench, "whole", &[]);
        whole.says(0, &["10 runs passed"]);
        // As a machine that died in the middle of its fifth line leaves it.
        play(&bench, "out", &[]).says(0, &[]);
        let lines = results(&bench, "out");
        let fifth = lines.lines().take(4).map(|line| line.len() + 1).sum::<usize>() + 20;
        bench.write("out/results.jsonl", &lines[..fifth]);
        let resumed = play(&bench, "out", &["--resume"]);
        resumed.says(0, &["4 of 10 runs were played before", "10 runs passed"]);
        assert_eq!(resumed.json_of("run").len(), 6, "only what was missing is played");
        assert_eq!((sums(&resumed), table(&resumed)), (sums(&whole), table(&whole)));
        assert_eq!(results(&bench, "out").lines().count(), 10);
        assert!(results(&bench, "out").starts_with(&lines[..fifth - 20]), "what was there stays");
    }

    #[test]
    fn a_campaign_that_is_complete_is_only_told_again() {
        let bench = Bench::new();
        let whole = play(&bench, "out", &[]);
        let again = play(&bench, "out", &["--resume"]);
        again.says(0, &["10 of 10 runs were played before"]);
        assert_eq!((sums(&again), again.json_of("run").len()), (sums(&whole), 0));
    }

    /// People who read only the last line are to know which runs its time is of.
    #[test]
    fn the_last_line_says_what_was_played_before() {
        let bench = Bench::new();
        play(&bench, "out", &["-q"]).says(0, &["10 runs passed, 0 failed in "]);
        let lines = results(&bench, "out");
        let half: Vec<&str> = lines.split_inclusive('\n').take(4).collect();
        bench.write("out/results.jsonl", &half.concat());
        let resumed = play(&bench, "out", &["--resume", "-q"]);
        resumed.says(0, &["10 runs passed, 0 failed (4 played before, 6 in "]);
        assert_eq!(resumed.stderr.lines().count(), 1, "{}", resumed.stderr);
        play(&bench, "out", &["--resume", "-q"]).says(0, &["10 runs passed, 0 failed (all played before)\n"]);
    }

    #[test]
    fn traces_keep_within_one_budget_however_often_it_goes_on() {
        let bench = Bench::new();
        let play = |budget: &str, more: &[&str]| {
            let arguments = ["test", TESTS[0], "-n", "5", "-j", "1", "--out", "out", "--trace-budget", budget];
            bench.run(&[&arguments[..], more].concat())
        };
        let keep = |runs: usize| {
            let lines = results(&bench, "out");
            let kept: Vec<&str> = lines.split_inclusive('\n').take(runs).collect();
            bench.write("out/results.jsonl", &kept.concat());
        };
        play("1B", &[]).says(0, &["4 runs left no trace", "(1 file, "]);
        keep(2);
        play("1B", &["--resume"]).says(0, &["3 runs left no trace", "(1 file, "]);
        assert_eq!(bench.traces("out").len(), 1, "the budget was used up before");
        keep(2);
        let whole = play("1GiB", &["--resume"]);
        assert_eq!(bench.traces("out").len(), 4, "a larger one is for what is played from here on");
        // A run that is played once more leaves its trace in the same place, and takes no more of the budget.
        keep(3);
        let again = play("1GiB", &["--resume"]);
        let told = |ended: &Ended| ended.stderr.lines().last().map(str::to_owned);
        assert!(told(&whole).is_some_and(|line| line.contains("traces in out (4 files, ")), "{}", whole.stderr);
        assert_eq!(told(&again), told(&whole));
    }

    #[test]
    fn where_there_is_nothing_yet_it_begins() {
        play(&Bench::new(), "out", &["--resume"]).says(0, &["10 runs passed"]);
    }

    #[test]
    fn a_campaign_is_not_overwritten_by_mistake() {
        let bench = Bench::new();
        play(&bench, "out", &[]).says(0, &[]);
        let before = results(&bench, "out");
        play(&bench, "out", &[]).says(2, &["out holds a campaign already", "--resume", "another --out"]);
        assert_eq!(results(&bench, "out"), before);
    }

    #[test]
    fn another_campaign_is_not_gone_on_with() {
        let bench = Bench::new();
        play(&bench, "out", &[]).says(0, &[]);
        let seed = play(&bench, "out", &["--resume", "--seed", "7"]);
        seed.says(
            2,
            &["out holds another campaign", "the seed is 0x0000000000000007 here and 0x0000000000005eed there"],
        );
        let slice = play(&bench, "out", &["--resume", "--partition", "1/2"]);
        slice.says(2, &["it is slice:1/2 here and slice:1/1 there"]);
        play(&bench, "out", &["--resume", "--rules", "none"]).says(2, &["--rules is none here and all there"]);
        let fewer = bench.run(&["test", TESTS[0], "-n", "5", "--out", "out", "--resume"]);
        fewer.says(2, &["they play other tests"]);
    }

    #[test]
    fn files_that_raftlab_did_not_write_are_named_with_the_line() {
        let bench = Bench::new();
        play(&bench, "out", &[]).says(0, &[]);
        let lines = results(&bench, "out");
        bench.write("out/results.jsonl", &lines.replacen("{\"part\"", "{part", 1));
        play(&bench, "out", &["--resume"]).says(2, &["out/results.jsonl:1: this is no result"]);
        bench.write("out/results.jsonl", &lines.replacen("basic-agree", "basic-disagree", 1));
        play(&bench, "out", &["--resume"]).says(2, &["out/results.jsonl:", "no test 2B/basic-disagree"]);
        bench.write("out/campaign.json", "{}");
        play(&bench, "out", &["--resume"]).says(2, &["out/campaign.json: this is no campaign"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_killed_campaign_goes_on_where_it_was() {
        let bench = Bench::new();
        let arguments = ["test", "2A", "-n", "2000", "-j", "1", "--traces", "none", "--out", "out"];
        let mut process = bench.process(&arguments);
        let mut child = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it can be started");
        let path = bench.path("out/results.jsonl");
        while fs::metadata(&path).map_or(0, |file| file.len()) < 10_000 {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it has ended");
        let resumed = bench.run(&[&arguments[..], &["--resume"]].concat());
        resumed.says(0, &["of 6000 runs were played before", "6000 runs passed"]);
        let whole = bench.run(&["test", "2A", "-n", "2000", "--traces", "none"]);
        assert_eq!(table(&resumed), table(&whole));
    }

    #[test]
    fn two_cannot_work_in_one_folder() {
        let bench = Bench::new();
        let arguments = ["test", TESTS[0], "--until-failure", "--traces", "none", "--out", "out", "-q"];
        let mut process = bench.process(&arguments);
        let mut first = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it can be started");
        while fs::metadata(bench.path("out/results.jsonl")).map_or(0, |file| file.len()) == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        let second = bench.run(&[&arguments[..], &["--resume"]].concat());
        first.kill().expect("it can be killed");
        first.wait().expect("it has ended");
        second.says(3, &["out/results.jsonl: another raftlab is at work there"]);
        bench.run(&[&arguments[..], &["--resume", "--time-budget", "0s"]].concat()).says(0, &[]);
    }

    /// No file may become longer than 1024 bytes, so the third line does not fit.
    #[test]
    #[cfg(unix)]
    fn a_full_disk_costs_what_could_not_be_written_and_no_verdict() {
        let bench = Bench::new();
        let line = |limit: &str, more: &str| {
            let command = format!("test {} -n 5 --traces none --out out {more}", TESTS[0]);
            bench.shell(&format!("trap '' XFSZ; {limit} exec \"$PROGRAM\" {command}"))
        };
        line("ulimit -f 2;", "").says(3, &["error: cannot keep results in out", "5 runs passed, 0 failed"]);
        line("", "--resume").says(0, &["of 5 runs were played before", "5 runs passed"]);
    }
}

mod slices {
    use super::*;

    #[test]
    fn together_are_the_whole_campaign() {
        let bench = Bench::new();
        let whole = play(&bench, "whole", &[]);
        let merged = merge(&bench, &slices(&bench), &["--out", "merged"]);
        merged.says(0, &["10 runs passed"]);
        assert_eq!((sums(&merged), table(&merged)), (sums(&whole), table(&whole)));
        // What was put together is a campaign like any other.
        let again = merge(&bench, &["merged"], &[]);
        assert_eq!(sums(&again), sums(&whole));
        play(&bench, "merged", &["--resume"]).says(0, &["10 of 10 runs were played before"]);
    }

    #[test]
    fn failures_come_with_them() {
        let bench = Bench::impostor("wrong-command");
        let whole = play(&bench, "whole", &[]);
        let merged = merge(&bench, &slices_of_failures(&bench), &[]);
        merged.says(1, &["VIOLATED 2A/initial-election", "state machine safety", "10 runs: 0 passed, 10 failed"]);
        assert_eq!((sums(&merged), table(&merged)), (sums(&whole), table(&whole)));
    }

    #[test]
    fn failures_of_one_cause_are_shown_once_and_counted() {
        let bench = Bench::impostor("wrong-command");
        bench.run(&["test", TESTS[0], "-n", "12", "--traces", "none", "--out", "out"]).says(1, &[]);
        let merged = merge(&bench, &["out"], &[]);
        merged.says(1, &["12 of 12 runs of 2A/initial-election"]);
        assert_eq!(merged.stderr.matches("VIOLATED").count(), 1);
    }

    #[test]
    fn traces_are_found_from_the_merged_campaign() {
        let bench = Bench::impostor("wrong-command");
        bench.run(&["test", TESTS[0], "-n", "1", "--out", "s1"]).says(1, &[]);
        merge(&bench, &["s1"], &["--out", "merged"]).says(1, &["trace   s1/initial-election/000001-"]);
        let again = merge(&bench, &["merged"], &[]);
        let trace = again.stderr.lines().find_map(|line| line.trim().strip_prefix("trace   ")).expect("it has one");
        assert!(bench.path(trace).is_file(), "{trace}");
    }

    fn slices_of_failures(bench: &Bench) -> [&'static str; 2] {
        for number in ["1", "2"] {
            play(bench, &format!("s{number}"), &["--partition", &format!("{number}/2")]).says(1, &[]);
        }
        ["s1", "s2"]
    }

    #[test]
    fn what_is_missing_is_named() {
        let bench = Bench::new();
        slices(&bench);
        let merged = merge(&bench, &["s1", "s3"], &[]);
        merged.says(3, &["6 runs passed", "incomplete: 10 runs were planned", "no folder holds slice:2/3"]);
        let lines = results(&bench, "s2");
        bench.write("s2/results.jsonl", &lines[..lines.find('\n').map_or(0, |end| end + 1)]);
        let merged = merge(&bench, &["s1", "s2", "s3"], &[]);
        merged.says(3, &["s2 (slice:2/3) lacks 3 of its 4 runs; --resume plays them"]);
        play(&bench, "s2", &["--partition", "2/3", "--resume"]).says(0, &[]);
        merge(&bench, &["s1", "s2", "s3"], &[]).says(0, &["10 runs passed"]);
    }

    #[test]
    fn what_is_double_counts_once_and_must_agree() {
        let bench = Bench::new();
        slices(&bench);
        let merged = merge(&bench, &["s1", "s2", "s3", "s1"], &[]);
        merged.says(0, &["10 runs passed", "4 runs were played twice, with the same result"]);
        fs::create_dir(bench.path("other")).expect("a folder can be made");
        for file in ["campaign.json", "results.jsonl"] {
            fs::copy(bench.path("s1").join(file), bench.path("other").join(file)).expect("it is there");
        }
        let lines = results(&bench, "s1");
        let digest = lines.split(r#""digest":""#).nth(1).map(|rest| &rest[..16]).expect("it has one");
        bench.write("other/results.jsonl", &lines.replacen(digest, "0123456789abcdef", 1));
        let merged = merge(&bench, &["s1", "s2", "s3", "other"], &[]);
        merged.says(3, &["is not the same run in s1 and in other", "something other than the seed decides"]);
    }

    #[test]
    fn only_slices_of_one_campaign_fit_together() {
        let bench = Bench::new();
        slices(&bench);
        play(&bench, "other", &["--seed", "9"]).says(0, &[]);
        merge(&bench, &["s1", "other"], &[])
            .says(2, &["other holds another campaign", "the seed is", "(seen from s1)"]);
        merge(&bench, &["s1", "nowhere"], &[]).says(3, &["nowhere holds no campaign"]);
        merge(&bench, &["s1", "s2", "s3"], &["--out", "s1"]).says(2, &["s1 holds a campaign already"]);
        bench.run(&["merge"]).says(2, &["required"]);
    }

    #[test]
    fn an_engine_says_which_slice_it_is() {
        let bench = Bench::new();
        let play = |engine: &str| {
            let command = format!("test {} -n 5 --traces none --partition auto", TESTS[0]);
            bench.shell(&format!("{engine} exec \"$PROGRAM\" {command}"))
        };
        play("SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_COUNT=2")
            .says(0, &["slice:2/2", "2 runs passed"]);
        play("").says(2, &["--partition auto finds none of", "SLURM_ARRAY_TASK_ID"]);
        bench.run(&["test", "--partition", "slice:3/2"]).says(2, &["like slice:2/8, or `auto`"]);
        let random = bench.run(&["test", TESTS[0], "--partition", "1/2", "--seed", "random"]);
        random.says(2, &["every slice would draw a seed of its own"]);
        // More slices than iterations: nothing is left for this one.
        bench.run(&["test", TESTS[0], "-n", "1", "--partition", "2/2", "--traces", "none"]).says(0, &["0 runs passed"]);
    }
}

mod without_end {
    use super::*;

    #[test]
    fn runs_are_played_until_one_fails() {
        let bench = Bench::impostor("wrong-command");
        let ended = play_on(&bench, &["--until-failure", "-j", "1"]);
        ended.says(1, &["until a run fails", "1 run: 0 passed, 1 failed"]);
        assert!(!ended.stderr.contains("incomplete"), "{}", ended.stderr);
        let summary = &ended.json_of("summary")[0];
        assert_eq!((&summary["ending"], &summary["interrupted"]), (&"failures".into(), &false.into()));
        assert!(ended.json_of("test")[0]["planned"].is_null());
        // Or until several have.
        play_on(&bench, &["--until-failure", "--max-fail", "7", "-j", "1"]).says(1, &["7 runs: 0 passed, 7 failed"]);
        // A number of iterations still counts.
        play_on(&Bench::new(), &["--until-failure", "-n", "3"]).says(0, &["x 3 iterations", "6 runs passed"]);
        bench.run(&["test", "--until-failure", "--fail-fast"]).says(2, &["cannot be used with"]);
    }

    /// Two tests, without traces.
    fn play_on(bench: &Bench, more: &[&str]) -> Ended {
        bench.run(&[&["test"], &TESTS[..], &["--traces", "none", "--message-format", "json"], more].concat())
    }

    #[test]
    fn a_time_budget_ends_it_in_order() {
        let bench = Bench::new();
        let ended = play_on(&bench, &["--until-failure", "--time-budget", "300ms", "--out", "out"]);
        ended.says(0, &["300ms at most", "(ended by its time budget)"]);
        let played: Vec<u64> = ended.json_of("test").iter().filter_map(|test| test["played"].as_u64()).collect();
        assert!(played[0].abs_diff(played[1]) < 10, "in turn: {played:?}");
        assert_eq!(ended.json_of("summary")[0]["ending"], "time-budget");
        let again = play_on(&bench, &["--until-failure", "--time-budget", "100ms", "--out", "out", "--resume"]);
        again.says(0, &["runs were played before", "(ended by its time budget)"]);
        let runs = ended.json_of("run").len() + again.json_of("run").len();
        assert_eq!(again.json_of("summary")[0]["runs"], runs);
        assert_eq!(results(&bench, "out").lines().count(), runs, "none twice");
    }

    #[test]
    fn what_a_budget_cut_off_is_not_missing() {
        let bench = Bench::new();
        for slice in ["1/2", "2/2"] {
            let more = ["-n", "1000000", "--time-budget", "100ms", "--partition", slice, "--out", &slice[..1]];
            play_on(&bench, &more).says(0, &["ended by its time budget; 1000000 runs were planned"]);
        }
        merge(&bench, &["1", "2"], &[]).says(0, &["ended by its time budget; 2000000 runs were planned"]);
        merge(&bench, &["1"], &[]).says(3, &["no folder holds slice:2/2"]);
    }

    #[test]
    fn who_has_time_enough_plays_everything() {
        let bench = Bench::new();
        let whole = play(&bench, "whole", &[]);
        let budget = play(&bench, "out", &["--time-budget", "1h"]);
        assert_eq!((sums(&budget), table(&budget)), (sums(&whole), table(&whole)));
        // A budget that was too small at first leaves no mark.
        play(&bench, "late", &["--time-budget", "0s"]).says(0, &["0 runs passed", "ended by its time budget"]);
        assert_eq!(sums(&play(&bench, "late", &["--resume"])), sums(&whole));
        merge(&bench, &["late"], &[]).says(0, &["10 runs passed"]);
    }

    #[test]
    fn what_may_still_fail_is_told() {
        let bench = Bench::new();
        let ended = play(&bench, "out", &[]);
        ended.says(0, &["failure rate (95 % confidence): each test at most 45.1 %"]);
        assert_eq!(ended.json_of("test")[0]["failure_rate_upper_95"], 0.450_719_728);
        assert_eq!(ended.json_of("summary")[0]["failure_rate_upper_95"], 0.258_865_551);
    }
}
