//! Reports for continuous integration, as the programs that read them see them.

mod common;

use std::fs;

use common::{Bench, Ended};
use roxmltree::{Document, Node};
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

    const ALL: [&str; 6] = ["--junit", "a.xml", "--markdown", "a.md", "--html", "a.html"];

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
    use super::*;

    /// An element that readers know.
    struct Element {
        name: &'static str,
        must_have: &'static [&'static str],
        may_have: &'static [&'static str],
        /// In their order.
        children: &'static [&'static str],
    }

    /// What readers of JUnit's XML take: Jenkins' dialect, which GitLab and others share.
    const SCHEMA: [Element; 7] = [
        Element {
            name: "testsuites",
            must_have: &["name", "tests", "failures", "errors"],
            may_have: &["time", "skipped", "disabled"],
            children: &["testsuite"],
        },
        Element {
            name: "testsuite",
            must_have: &["name", "tests", "failures", "errors"],
            may_have: &["time", "skipped", "disabled"],
            children: &["properties", "testcase"],
        },
        Element { name: "properties", must_have: &[], may_have: &[], children: &["property"] },
        Element { name: "property", must_have: &["name", "value"], may_have: &[], children: &[] },
        Element {
            name: "testcase",
            must_have: &["name", "classname"],
            may_have: &["time"],
            children: &["properties", "skipped", "failure"],
        },
        Element { name: "failure", must_have: &["message", "type"], may_have: &[], children: &[] },
        Element { name: "skipped", must_have: &[], may_have: &["message"], children: &[] },
    ];

    fn check(node: Node<'_, '_>) {
        let name = node.tag_name().name();
        let Element { must_have, may_have, children, .. } = SCHEMA.iter().find(|known| known.name == name).expect(name);
        assert!(must_have.iter().all(|wanted| node.has_attribute(*wanted)), "{node:?}");
        assert!(
            node.attributes().all(|there| must_have.contains(&there.name()) || may_have.contains(&there.name())),
            "{node:?}"
        );
        let place = |child: Node<'_, '_>| children.iter().position(|known| *known == child.tag_name().name());
        let places: Vec<Option<usize>> = node.children().filter(Node::is_element).map(place).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{node:?}");
        node.children().filter(Node::is_element).for_each(check);
    }

    /// What is counted is there, and times are seconds.
    fn check_counts(node: Node<'_, '_>) {
        for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
            let there = node.descendants().filter(|inner| inner.has_tag_name(element)).count();
            assert_eq!(node.attribute(attribute), Some(&*there.to_string()), "{attribute} of {node:?}");
        }
        assert!(node.attribute("time").is_some_and(|time| time.parse::<f64>().is_ok()), "{node:?}");
        node.children().filter(|inner| inner.has_tag_name("testsuite")).for_each(check_counts);
    }

    fn checked(text: &str) -> Document<'_> {
        let document = Document::parse(text).expect("it is XML");
        check(document.root_element());
        check_counts(document.root_element());
        document
    }

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

failure rate (95 % confidence): 2A/initial-election 100.0 % seen, at most 100.0 %

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
