//! Reports for continuous integration, as the programs that read them see them.

mod common;
#[path = "common/junit.rs"]
mod junit_schema;

use std::fs;

use common::{Bench, Ended};
use roxmltree::Document;
use serde_json::{Value, json};

const TEST: &str = "2A/initial-election";

/// Text that means something to every format there is.
const HOSTILE: &str = "]]> <script>alert(1)</script> & | a\n::error::b % ```` `c` \u{1b}[31md\u{7} \"e\" 'f' {{ g }}";

fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A campaign in which every run fails, in `out`.
fn failed() -> Bench {
    let bench = Bench::impostor("wrong-command");
    bench.run(&["test", TEST, "-n", "2", "--out", "out"]).says(1, &[]);
    bench
}

/// The same, with other evidence.
fn failed_with(evidence: &str) -> Bench {
    let bench = failed();
    let results = read(&bench, "out/results.jsonl");
    let changed = results.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).expect("every line is JSON");
        record["failure"]["rule"] = json!(evidence);
        record["failure"]["evidence"] = json!([evidence, evidence]);
        format!("{record}\n")
    });
    bench.write("out/results.jsonl", &changed.collect::<String>());
    bench
}

/// The report of this kind of the campaign in `out`.
fn report(bench: &Bench, kind: &str) -> String {
    bench.run(&["report", "out", kind, "report"]).says(0, &[]);
    read(bench, "report")
}

mod files {
    use super::*;

    pub(crate) const ALL: [&str; 6] = ["--junit", "a.xml", "--markdown", "a.md", "--html", "a.html"];

    #[test]
    fn a_campaign_writes_what_is_made_of_its_folder_later() {
        for (bench, code) in [(Bench::impostor("wrong-command"), 1), (Bench::new(), 0)] {
            bench.run(&[&["test", TEST, "-n", "4", "--out", "out"], &ALL[..]].concat()).says(code, &[]);
            let first = ["a.xml", "a.md", "a.html"].map(|name| read(&bench, name));
            bench.run(&[&["report", "out"], &ALL[..]].concat()).says(0, &[]);
            assert_eq!(first, ["a.xml", "a.md", "a.html"].map(|name| read(&bench, name)));
        }
    }

    #[test]
    fn slices_that_are_put_together_have_reports_like_any_campaign() {
        let bench = Bench::new();
        for slice in ["1/2", "2/2"] {
            let arguments = ["test", TEST, "-n", "5", "--traces", "none", "--partition", slice, "--out"];
            bench.run(&[&arguments[..], &[&slice[..1]]].concat()).says(0, &[]);
        }
        bench.run(&["merge", "1", "2", "--out", "out"]).says(0, &[]);
        assert!(report(&bench, "--markdown").contains("**5 runs passed, 0 failed**"));
        bench.run(&["report", "2", "--markdown", "part"]).says(0, &[]);
        let part = read(&bench, "part");
        assert!(part.contains("**2 runs passed, 0 failed**") && part.contains(", slice:2/2, digest"), "{part}");
    }

    #[test]
    fn one_that_cannot_be_written_costs_neither_the_others_nor_the_verdict() {
        let reports = ["--junit", "missing/a.xml", "--html", "a.html"];
        for (bench, code, verdict) in
            [(Bench::impostor("wrong-command"), 1, "2 runs: 0 passed, 2 failed"), (Bench::new(), 3, "2 runs passed")]
        {
            let ended = bench.run(&[&["test", TEST, "-n", "2", "--out", "out"], &reports[..]].concat());
            ended.says(code, &[verdict, "error: cannot write the report missing/a.xml: No such file"]);
            assert!(read(&bench, "a.html").ends_with("</html>"));
            let again = bench.run(&[&["report", "out"], &reports[..]].concat());
            again.says(3, &["cannot write the report missing/a.xml"]);
        }
    }

    #[test]
    fn what_cannot_be_replaced_stays() {
        let bench = failed();
        fs::create_dir(bench.path("folder")).expect("it can be made");
        bench.run(&["report", "out", "--junit", "folder"]).says(3, &["cannot write the report folder"]);
        assert!(bench.path("folder").is_dir());
    }

    #[test]
    fn wrong_usage_is_named() {
        let bench = failed();
        bench.run(&["report", "out"]).says(2, &["--junit", "--markdown", "--html", "--github"]);
        bench.run(&["report", "nowhere", "--html", "x"]).says(3, &["nowhere holds no campaign"]);
        bench.write("out/campaign.json", "{}");
        bench.run(&["report", "out", "--html", "x"]).says(2, &["this is no campaign"]);
        assert!(!bench.path("x").exists());
    }
}

mod junit {
    use super::junit_schema::checked;
    use super::*;

    fn property<'a>(document: &'a Document<'_>, name: &str) -> Option<&'a str> {
        let mut all = document.descendants().filter(|node| node.attribute("name") == Some(name));
        all.find_map(|node| node.attribute("value"))
    }

    #[test]
    fn a_test_is_one_case_with_the_counts_of_its_runs() {
        let bench = Bench::new();
        let tests = ["test", "2A", "2B/basic-agree", "-n", "3", "--traces", "none", "--out", "out"];
        bench.run(&tests).says(0, &[]);
        let text = report(&bench, "--junit");
        let document = checked(&text);
        let root = document.root_element();
        assert_eq!((root.attribute("name"), root.attribute("tests")), (Some("raftlab: the reference"), Some("4")));
        let names = |tag| document.descendants().filter(move |node| node.has_tag_name(tag));
        let suites: Vec<_> = names("testsuite").filter_map(|node| node.attribute("name")).collect();
        let cases: Vec<_> = names("testcase").filter_map(|node| node.attribute("name")).collect();
        assert_eq!(suites, ["2A", "2B"]);
        assert_eq!(cases, ["initial-election", "re-election", "many-elections", "basic-agree"]);
        assert_eq!(property(&document, "played"), Some("3"));
        assert_eq!(property(&document, "failure-rate-upper-95"), Some("0.631596850"));
        assert_eq!(property(&document, "time"), Some("processor seconds"));
    }

    #[test]
    fn a_failure_says_rule_count_seeds_and_how_to_see_it_again() {
        let bench = failed();
        let text = report(&bench, "--junit");
        let document = checked(&text);
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("it failed");
        assert_eq!(failure.attribute("type"), Some("violated"));
        let message = failure.attribute("message").expect("it has one");
        let start = "state machine safety: 2 of 2 runs failed (at most 100.0 % do, with 95 % confidence); \
                     seeds 0xac5077fa745c3938, 0xb8e873ca83264b8e; ";
        assert!(message.starts_with(start), "{message}");
        let replay = message.strip_prefix(start).expect("it starts so");
        bench.shell(replay).says(1, &["VIOLATED 2A/initial-election"]);
        assert!(failure.text().is_some_and(|text| text.contains("S1.1 applied 1 at index 1")), "{failure:?}");
    }

    #[test]
    fn a_test_that_was_not_played_is_skipped() {
        let bench = Bench::impostor("wrong-command");
        bench.run(&["test", "2A", "-j", "1", "--fail-fast", "--out", "out"]).says(1, &[]);
        let text = report(&bench, "--junit");
        assert_eq!(checked(&text).root_element().attribute("skipped"), Some("2"));
    }

    #[test]
    fn evidence_cannot_leave_its_place() {
        let text = report(&failed_with(HOSTILE), "--junit");
        let document = checked(&text);
        let failure = document.descendants().find_map(|node| node.has_tag_name("failure").then(|| node.text()));
        let told = failure.flatten().expect("it has a text");
        assert!(told.contains("]]> <script>alert(1)</script> & | a\n"), "{told}");
        assert!(!told.contains(['\u{1b}', '\u{7}']) && told.contains("`c` d \"e\""), "{told}");
    }
}

mod markdown {
    use super::*;

    /// What a job's summary shows. Rewritten by hand when it is to change.
    const GOLDEN: &str = "\
## raftlab: wrong-command: failed

**2 runs: 0 passed, 2 failed**

| test | passed | failure rate at most (95 %) | RPCs | bytes | re-election ms p50/p99/max |
|---|--:|--:|--:|--:|--:|
| 2A/initial-election | 0/2 | 100.0 % | 0 | 0 | -/-/- |

Figures are means per run; re-election is how long there was no serving leader.

### Failures

```text
VIOLATED 2A/initial-election  iteration 1, seed 0xac5077fa745c3938
  state machine safety at 000.010000, S0 S1
    S0.1 applied 0 at index 1 at 000.000000
    S1.1 applied 1 at index 1 at 000.010000
  trace   out/initial-election/000001-0xac5077fa745c3938.log
  repeat  PROGRAM replay 2A/initial-election --seed 0xac5077fa745c3938
```

```text
VIOLATED 2A/initial-election  iteration 2, seed 0xb8e873ca83264b8e
  state machine safety at 000.010000, S0 S1
    S0.1 applied 0 at index 1 at 000.000000
    S1.1 applied 1 at index 1 at 000.010000
  trace   out/initial-election/000002-0xb8e873ca83264b8e.log
  repeat  PROGRAM replay 2A/initial-election --seed 0xb8e873ca83264b8e
```

seed 0x0000000000005eed, digest DIGEST, raftlab VERSION
";

    #[test]
    fn a_failed_campaign_shows_what_failed_and_how_to_see_it_again() {
        let bench = failed();
        let text = report(&bench, "--markdown");
        let (program, digest) = (bench.shell("printf '%s' \"$PROGRAM\""), bench.run(&["merge", "out"]));
        let digest = digest.stderr.split("digest ").nth(1).and_then(|rest| rest.get(..16)).expect("it has one");
        let golden = GOLDEN.replace("PROGRAM", program.text()).replace("DIGEST", digest);
        assert_eq!(text, golden.replace("VERSION", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn a_passed_campaign_says_what_may_still_fail() {
        let bench = Bench::new();
        bench.run(&["test", TEST, "-n", "10", "--traces", "none", "--out", "out"]).says(0, &[]);
        let text = report(&bench, "--markdown");
        assert!(text.starts_with("## raftlab: the reference: passed\n\n**10 runs passed, 0 failed**\n"), "{text}");
        assert!(text.contains("| 2A/initial-election | 10/10 | 25.9 % | "), "{text}");
        assert!(text.contains("each test at most 25.9 %") && !text.contains("Failures"), "{text}");
    }

    #[test]
    fn evidence_stays_between_its_fences() {
        let text = report(&failed_with(HOSTILE), "--markdown");
        let inside: String =
            text.split("\n`````text\n").skip(1).filter_map(|rest| rest.split("\n`````\n").next()).collect();
        assert_eq!(inside.matches("<script>").count(), text.matches("<script>").count(), "{text}");
        assert!(text.contains("::error::b % ```` `c` d \"e\""), "{text}");
    }

    /// GitHub drops a summary that is longer as a whole.
    #[test]
    fn it_is_never_longer_than_github_takes() {
        let text = report(&failed_with(&"<x>|".repeat(500_000)), "--markdown");
        assert!(text.len() < 1 << 20 && text.contains("more characters)"), "{} bytes", text.len());
    }
}

/// Each report knows the ten failures of the lowest iterations.
#[test]
fn failures_that_are_not_shown_are_counted() {
    let bench = Bench::impostor("wrong-command");
    bench.run(&["test", TEST, "-n", "12", "--traces", "none", "--out", "out"]).says(1, &[]);
    let text = report(&bench, "--markdown");
    assert!(text.contains("\n### Failures (10 of 12 shown)\n"), "{text}");
    assert_eq!(text.matches("VIOLATED").count(), 10);
    let text = report(&bench, "--html");
    assert!(text.contains("<h2>Failures <small>(10 of 12 shown)</small></h2>"), "{text}");
    assert_eq!(text.matches("<details").count(), 10);
    let text = report(&bench, "--junit");
    let document = roxmltree::Document::parse(&text).expect("it is XML");
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("it failed");
    let message = failure.attribute("message").expect("it has one");
    assert!(message.contains("12 of 12 runs failed") && message.contains(" and 2 more; "), "{message}");
    assert!(failure.text().is_some_and(|text| text.ends_with("\n3 of 12 shown\n")), "{failure:?}");
    let text = bench.run(&["report", "out", "--github"]);
    assert!(text.text().starts_with("::error title=2A/initial-election%3A 12 of 12 runs failed::"));
}

mod baseline {
    use super::*;

    /// Elections of all three tests become slower.
    const TESTS: [&str; 3] = [TEST, "2B/basic-agree", "2C/persist3"];

    fn play(bench: &Bench, more: &[&str]) -> Ended {
        bench.run(&[&["test", "-n", "20", "--traces", "none"], &TESTS[..], more].concat())
    }

    /// A campaign in `out` that is worse than base.json.
    pub(crate) fn worse() -> (Bench, Ended) {
        let mut bench = Bench::variant("plain");
        play(&bench, &["--save-baseline", "base.json"]).says(0, &[]);
        bench.becomes("slow-elections");
        let ended = play(&bench, &[&["--out", "out", "--baseline", "base.json", "--github"], &files::ALL[..]].concat());
        ended.says(5, &["worse than base.json: "]);
        (bench, ended)
    }

    /// The rows of the terminal's table, without the spaces between cells.
    fn rows(ended: &Ended) -> Vec<String> {
        let lines = ended.stderr.lines().skip_while(|line| !line.starts_with(" test   ") || !line.contains("baseline"));
        let rows = lines.skip(1).take_while(|line| !line.is_empty());
        let space = regex::Regex::new(" {2,}").expect("a pattern");
        rows.map(|row| space.replace_all(row.trim(), "|").into_owned()).collect()
    }

    #[test]
    fn reports_say_what_the_terminal_says() {
        let (bench, ended) = worse();
        let (markdown, page) = (read(&bench, "a.md"), read(&bench, "a.html"));
        let verdict =
            ended.stderr.lines().last().and_then(|line| line.strip_prefix("worse than base.json")).expect("it is");
        assert!(markdown.starts_with("## raftlab: slow-elections: passed, worse than base.json\n"), "{markdown}");
        let section = "\n### Compared with base.json\n\n**worse than base.json**";
        assert!(markdown.contains(&format!("{section}{verdict}\n")), "{verdict}: {markdown}");
        assert!(
            page.contains(&format!("<strong class=\"worse\">worse than base.json</strong>{verdict}</p>")),
            "{page}"
        );
        let rows = rows(&ended);
        assert!(rows.len() > 8 && rows.iter().any(|row| row.ends_with("|worse")), "{rows:?}");
        let borders = regex::Regex::new(r" *\|[ |]*").expect("a pattern");
        let told: Vec<String> =
            markdown.lines().map(|row| borders.replace_all(&row.replace("**", ""), "|").into()).collect();
        assert!(rows.iter().all(|row| told.contains(&format!("|{row}|"))), "{rows:?}: {told:?}");
        assert_eq!(
            page.matches("<td class=\"text \">").count()
                + page.matches("<td class=\"text worse\">").count()
                + page.matches("<td class=\"text same\">").count(),
            rows.len()
        );
        assert!(page.contains("60 pairs of runs compared, of which 0 are identical."));
        assert!(markdown.contains("\n60 pairs of runs compared, of which 0 are identical.\n"));
        // Nothing failed, so this is the only annotation.
        let annotation =
            format!("::error title=worse than base.json{}", verdict.replacen(": ", "::", 1).replace('%', "%25"));
        assert_eq!(ended.text(), format!("{annotation}\n"));
    }

    #[test]
    fn the_same_is_made_of_the_campaigns_folder_later() {
        let (bench, _) = worse();
        let names = ["a.xml", "a.md", "a.html"];
        let first = names.map(|name| read(&bench, name));
        bench.run(&[&["report", "out", "--baseline", "base.json"], &files::ALL[..]].concat()).says(0, &[]);
        assert_eq!(first, names.map(|name| read(&bench, name)));
        bench.write("lax.toml", "[least_change_percent]\nreelection = 900\nlongest_reelection = 900\nvirtual_time = 900\nrpcs_per_op = 900\nbytes_per_op = 900\nops = 900\n");
        let lax =
            ["report", "out", "--baseline", "base.json", "--gate", "lax.toml", "--markdown", "lax.md", "--github"];
        let ended = bench.run(&lax);
        ended.says(0, &[]);
        assert_eq!(ended.text(), "", "nothing to complain of");
        assert!(read(&bench, "lax.md").contains("**neither better nor worse than base.json**\n"));
        // A folder is as good as a file.
        bench.run(&["report", "out", "--baseline", "out", "--markdown", "own.md"]).says(0, &[]);
        assert!(read(&bench, "own.md").contains("**the same as out**, run by run\n"));
    }

    #[test]
    fn figures_that_have_changed_are_drawn() {
        let (bench, _) = worse();
        let page = read(&bench, "a.html");
        let plot =
            page.split("<svg ").find(|plot| plot.contains("<title>Change of re-election,")).expect("it is drawn");
        let plot = plot.split("</svg>").next().expect("it ends");
        assert_eq!(plot.matches("<g>").count(), 4, "all tests together, and each: {plot}");
        assert_eq!(plot.matches("<rect class=\"worse\"").count(), 4, "{plot}");
        assert!(
            ["role=\"img\"", "aria-label=\"", "<desc>all tests: +"].iter().all(|part| plot.contains(part)),
            "{plot}"
        );
        assert!(page.contains("<details open>\n<summary>re-election <small>(4 worse)</small></summary>"), "{page}");
        assert!(!page.contains("Change of computing time"), "it was not judged");
        let bench = failed();
        assert!(!report(&bench, "--html").contains("aria-label=\"Comparison\""), "there is nothing to compare with");
        bench.run(&["report", "out", "--baseline", "out", "--html", "own"]).says(0, &[]);
        let own = read(&bench, "own");
        assert!(own.contains("aria-label=\"Comparison\"") && !own.contains("Change of "), "nothing has changed");
    }

    #[test]
    fn failures_are_named_with_the_commands_that_play_them_again() {
        let mut bench = Bench::impostor("reference");
        play(&bench, &["--save-baseline", "base.json"]).says(0, &[]);
        bench.becomes("forgets-votes");
        play(&bench, &["--out", "out", "--baseline", "base.json", "--markdown", "a.md", "--html", "a.html"])
            .says(1, &[]);
        let (markdown, page) = (read(&bench, "a.md"), read(&bench, "a.html"));
        let list = markdown.split(" failures new:\n\n```text\n").nth(1).expect("there are some");
        let list = list.split("\n```\n").next().expect("it ends");
        assert_eq!((list.lines().count(), list.lines().last().map(|line| line.starts_with("and "))), (21, Some(true)));
        assert!(page.contains(" failures new</h3>\n<pre>2A/initial-election iteration 1  violated: "), "{page}");
        let command = list.lines().nth(1).expect("it has a command").trim();
        bench.shell(command).says(1, &["VIOLATED 2A/initial-election"]);
    }

    #[test]
    fn what_is_not_compared_has_no_section() {
        let bench = Bench::impostor("panics");
        play(&bench, &["--save-baseline", "base.json"]).says(1, &[]);
        let more = ["--baseline", "base.json", "--fail-fast", "--markdown", "a.md", "--html", "a.html"];
        play(&bench, &more).says(1, &["not compared with base.json: the campaign is incomplete"]);
        assert!(read(&bench, "a.md").starts_with("## raftlab: panics: failed\n"));
        assert!(["a.md", "a.html"].iter().all(|name| !read(&bench, name).contains("Compared with")));
    }

    #[test]
    fn wrong_usage_is_named_and_nothing_is_written() {
        let (bench, _) = worse();
        bench.run(&["report", "out", "--html", "x", "--gate", "ci/gate.toml"]).says(2, &["--baseline"]);
        bench.run(&["report", "out", "--html", "x", "--baseline", "no.json"]).says(2, &["there is no no.json"]);
        bench.run(&["test", TEST, "-n", "1", "--traces", "none", "--seed", "7", "--out", "other"]).says(0, &[]);
        let other = bench.run(&["report", "other", "--html", "x", "--baseline", "base.json"]);
        other.says(2, &["cannot compare: the seed is", "in this campaign"]);
        assert!(!bench.path("x").exists());
    }
}

mod github {
    use super::*;

    fn tell(bench: &Bench, summary: &str) -> Ended {
        bench.shell(&format!("GITHUB_STEP_SUMMARY='{summary}' exec \"$PROGRAM\" report out --github"))
    }

    #[test]
    fn a_failure_is_one_annotation_in_one_line() {
        let ended = tell(&failed_with(HOSTILE), "");
        ended.says(0, &[]);
        assert_eq!(ended.text().lines().count(), 1, "{}", ended.text());
        let start =
            "::error title=2A/initial-election%3A 2 of 2 runs failed::VIOLATED 2A/initial-election  iteration 1";
        assert!(ended.text().starts_with(start), "{}", ended.text());
        assert!(ended.text().contains("| a%0A::error::b %25 ````"), "{}", ended.text());
    }

    #[test]
    fn there_are_ten_at_most_and_none_without_failures() {
        let bench = Bench::impostor("wrong-command");
        bench.run(&["test", "2A", "2B", "2C", "-n", "1", "--out", "out"]).says(1, &[]);
        let ended = tell(&bench, "");
        assert_eq!(ended.text().lines().filter(|line| line.starts_with("::error ")).count(), 10);
        assert_eq!(ended.text().lines().count(), 10);
        let last = ended.text().lines().last().expect("there are ten");
        assert_eq!(last, "::error title=12 more tests failed::In all, 21 runs: 0 passed, 21 failed.");
        let bench = Bench::new();
        bench.run(&["test", TEST, "-n", "1", "--out", "out"]).says(0, &[]);
        let ended = tell(&bench, "");
        assert_eq!((ended.code, ended.text()), (Some(0), ""));
    }

    #[test]
    fn the_markdown_is_appended_to_the_steps_summary() {
        let bench = failed();
        bench.write("summary.md", "before\n");
        tell(&bench, "summary.md").says(0, &[]);
        assert_eq!(read(&bench, "summary.md"), format!("before\n{}", report(&bench, "--markdown")));
        tell(&bench, "missing/summary.md").says(3, &["cannot append to GITHUB_STEP_SUMMARY, missing/summary.md"]);
    }

    #[test]
    fn a_campaign_tells_it_when_it_ends() {
        let bench = Bench::impostor("wrong-command");
        let play = format!("test {TEST} -n 3 --out out --github");
        bench.write("summary.md", "");
        let ended = bench.shell(&format!("GITHUB_STEP_SUMMARY=summary.md exec \"$PROGRAM\" {play}"));
        ended.says(1, &["3 runs: 0 passed, 3 failed"]);
        assert_eq!(ended.text(), tell(&bench, "").text());
        assert!(ended.text().starts_with("::error title=2A/initial-election%3A 3 of 3 runs failed::"));
        assert_eq!(read(&bench, "summary.md"), report(&bench, "--markdown"));
        // What GitHub does not hear costs no verdict.
        let lost = bench.shell(&format!("GITHUB_STEP_SUMMARY=missing/x exec \"$PROGRAM\" {play} --resume"));
        lost.says(1, &["cannot append to GITHUB_STEP_SUMMARY, missing/x"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn annotations_that_cannot_be_written_are_missed() {
        let bench = failed();
        let full = |command: &str| bench.shell(&format!("\"$PROGRAM\" {command} --github >/dev/full"));
        full("report out").says(3, &["error: cannot write to stdout: No space left"]);
        full("test 2A/initial-election -n 2 --traces none").says(1, &["error: cannot write to stdout: No space left"]);
    }

    #[test]
    fn one_stdout_has_one_format() {
        let bench = Bench::new();
        let ended = bench.run(&["test", TEST, "--out", "out", "--github", "--message-format", "json"]);
        ended.says(2, &["--github with --message-format json", "raftlab report DIR --github"]);
        assert!(ended.text().is_empty() && !bench.path("out").exists());
    }
}

mod html {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::*;

    /// The browsers that can be asked without a window.
    const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    /// A browser on the path, if there is one.
    #[expect(clippy::print_stderr, reason = "a test that is skipped must not look like one that passed")]
    fn browser() -> Option<PathBuf> {
        let folders = std::env::var_os("PATH")?;
        let found = std::env::split_paths(&folders)
            .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
            .find(|path| path.is_file());
        if found.is_none() {
            eprintln!("skipped: no browser is installed ({})", BROWSERS.join(", "));
        }
        found
    }

    /// A page as a browser sees it once it is loaded, and what the browser had to say of it.
    fn load(browser: &Path, page: &Path, options: &[&str]) -> (String, Vec<String>) {
        let profile = tempfile::tempdir().expect("a folder can be made");
        let mut command = Command::new(browser);
        command.args(["--headless", "--disable-gpu", "--no-sandbox", "--enable-logging=stderr", "--v=0"]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).args(options);
        command.args(["--dump-dom", &format!("file://{}", page.display())]);
        let ended = common::run(command);
        let console = ended.stderr.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
        (String::from_utf8(ended.stdout).expect("pages are text"), console)
    }

    fn page(bench: &Bench) -> (String, PathBuf) {
        bench.run(&["report", "out", "--html", "page.html"]).says(0, &[]);
        (read(bench, "page.html"), bench.path("page.html"))
    }

    /// What the page needs is in it, whoever shows it.
    #[test]
    fn it_loads_nothing_and_runs_nothing() {
        let (text, _) = page(&failed_with(HOSTILE));
        for word in [
            "<script", "<link", "<img", "<iframe", " src=", " href=", "url(", "@import", " onload", "http://",
            "https://",
        ] {
            assert!(!text.contains(word), "{word}");
        }
        assert!(text.contains("default-src &#39;none&#39;") || text.contains("default-src 'none'"));
        assert!(text.contains("prefers-color-scheme: dark"));
        assert!(text.contains("&#60;script&#62;alert(1)") && !text.contains('\u{1b}'));
    }

    #[test]
    fn every_plot_has_a_title_and_a_role() {
        let bench = Bench::new();
        bench.run(&["test", "2A", "-n", "5", "--traces", "none", "--out", "out"]).says(0, &[]);
        let (text, _) = page(&bench);
        let plots: Vec<&str> = text.split("<svg ").skip(1).collect();
        assert_eq!(plots.len(), 4);
        for plot in plots {
            let head = plot.lines().take(3).collect::<Vec<&str>>().join("\n");
            assert!(
                ["role=\"img\"", "aria-label=\"", "<title>", "<desc>"].iter().all(|part| head.contains(part)),
                "{head}"
            );
            assert_eq!(
                plot.split("</svg>").next().map(|plot| plot.matches("<g>").count()),
                Some(3),
                "one for every test"
            );
        }
    }

    #[test]
    fn a_browser_shows_it_without_a_word() {
        let Some(browser) = browser() else { return };
        let bench = failed_with(HOSTILE);
        let (_, path) = page(&bench);
        let screenshot = format!("--screenshot={}", bench.path("page.png").display());
        let (dom, console) = load(&browser, &path, &[&screenshot, "--window-size=900,1200"]);
        assert_eq!(console, [""; 0], "nothing was refused and nothing failed");
        let picture = fs::read(bench.path("page.png")).expect("it was drawn");
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "an empty page is smaller");
        assert!(dom.contains("<p class=\"state failed\">2 runs: 0 passed, 2 failed"), "{dom}");
        assert_eq!(dom.matches("<details").count(), 2);
        assert_eq!(dom.matches("<svg ").count(), 3, "there was no election");
        assert!(dom.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !dom.contains("<script"), "{dom}");
        assert!(dom.contains("<th scope=\"row\">2A/initial-election</th><td>0/2</td>"), "{dom}");
    }

    #[test]
    fn a_browser_shows_what_has_changed() {
        let Some(browser) = browser() else { return };
        let (bench, _) = baseline::worse();
        let (dom, console) = load(&browser, &bench.path("a.html"), &[]);
        assert_eq!(console, [""; 0], "nothing was refused and nothing failed");
        let section = dom.split("<section aria-label=\"Comparison\">").nth(1).expect("it is there");
        let section = section.split("</section>").next().expect("it ends");
        assert!(section.contains("<h2>Compared with base.json</h2>"), "{section}");
        assert!(section.contains("<strong class=\"worse\">worse than base.json</strong>: "), "{section}");
        assert!(section.matches("<svg ").count() >= 2 && section.contains("<rect class=\"worse\""), "{section}");
        assert!(dom.find("aria-label=\"Tests\"") < dom.find("aria-label=\"Comparison\""), "after the tests");
    }

    #[test]
    fn what_a_baseline_says_is_only_text() {
        let Some(browser) = browser() else { return };
        let bench = failed_with(HOSTILE);
        bench.run(&["report", "out", "--baseline", "out", "--html", "page.html"]).says(0, &[]);
        let (dom, console) = load(&browser, &bench.path("page.html"), &[]);
        assert_eq!(console, [""; 0], "nothing was refused and nothing failed");
        let list = dom.split("<h3>2 failures shared</h3>").nth(1).and_then(|rest| rest.split("</section>").next());
        assert!(
            list.is_some_and(|list| list.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; | a ::error")),
            "{dom}"
        );
        assert!(!dom.contains("<script") && !dom.contains('\u{1b}'), "{dom}");
    }

    /// Else the test before could not fail.
    #[test]
    fn a_page_that_loads_something_would_be_noticed() {
        let Some(browser) = browser() else { return };
        let bench = failed();
        let (text, _) = page(&bench);
        bench.write("other.html", &text.replace("<main>", "<main><img src=\"https://example.org/x.png\">"));
        let (_, console) = load(&browser, &bench.path("other.html"), &[]);
        assert!(console.iter().any(|line| line.contains("Content Security Policy")), "{console:?}");
    }
}
