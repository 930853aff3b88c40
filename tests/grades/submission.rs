//! One submission in Markdown and in JUnit's XML.

use raftlab::report::{feedback_markdown, grade_junit, grade_markdown};
use roxmltree::{Document, Node};

use crate::junit_schema::checked;
use crate::sample::{HIDDEN_TEST, SECRET, SEED, Tested, everything, grade, not_built, partial};
use crate::{NOT_FOR_STUDENTS, is_plain, replay};

#[test]
fn whoever_grades_sees_everything() {
    let page = grade_markdown(&everything(), &replay());
    assert!(page.starts_with("## bob: 17.25 of 41 points\n\n**partial**; 432 runs: 363 passed, 69 failed\n"), "{page}");
    assert!(
        page.contains("| 2A/re-election | 3.75 | 5 | share of runs | 150/200 | 200 | complete | visible | public |")
    );
    assert!(page.contains("| 2B/rejoin | 0 | 4 | all runs | 0/12 | 100 | given up | visible | public |"), "{page}");
    assert!(
        page.contains("| 2C/figure8-unreliable | 4.5 | 5 | share of runs | 9/10 | 10 | complete | hidden | secret |")
    );
    assert!(
        page.contains("\n### Remarks\n\n- src/raft.rs uses \\`std::time::Instant\\`\n- it has &lt;b&gt;unsafe"),
        "{page}"
    );
    assert!(
        page.contains("\n### Failures (10 of 69 shown)\n") && page.contains("traces/re-election/000001.log"),
        "{page}"
    );
    assert!(page.contains(SECRET) && page.contains(SEED) && page.contains(HIDDEN_TEST), "{page}");
    assert!(page.contains("  usually this is\n"), "{page}");
}

#[test]
fn students_see_what_they_may_know() {
    let page = feedback_markdown(&partial(), &replay());
    assert!(
        page.starts_with("## alice: 12.75 of 14 points\n\nThe submission builds, and its tests are graded for good.")
    );
    assert!(page.contains("| 2B/basic-agree | 4 | 4 | 19 of 20 runs | 19/20 |"), "{page}");
    assert!(page.contains("\n### Failures (10 of 51 shown)\n"), "{page}");
    assert!(page.contains("  repeat  cargo run --release -- replay 2B/basic-agree --seed 0x"), "{page}");
    assert!(!page.contains("traces/") && !page.contains("Other tests"), "{page}");
}

#[test]
fn students_see_neither_hidden_tests_nor_a_total_that_holds_them() {
    let page = feedback_markdown(&everything(), &replay());
    assert!(page.starts_with("## bob\n\n") && !page.contains("17.25"), "{page}");
    assert!(page.contains("\nOther tests are graded, too, and not shown here.\n"), "{page}");
    assert!(page.contains("\n### Not all runs were played\n\n- 2B/basic-agree: 120 of 120 runs passed: the"), "{page}");
    assert!(page.contains("\nVIOLATED 2C/unreliable-agree\n  election safety"), "{page}");
    assert!(!page.contains("unsafe"), "remarks are for whoever grades");
    assert_eq!(NOT_FOR_STUDENTS.into_iter().filter(|words| page.contains(words)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_the_compiler_says_stays_between_its_fences() {
    for page in [grade_markdown(&not_built(), &replay()), feedback_markdown(&not_built(), &replay())] {
        let inside =
            page.split("\n`````text\n").nth(1).and_then(|rest| rest.split("\n`````\n").next()).expect("a fence");
        assert!(inside.contains("<script>alert(1)</script>") && inside.contains("error[E0425]"), "{page}");
        assert_eq!(page.matches("<script>").count(), 1, "{page}");
        assert!(is_plain(&page) && page.len() < 20_000, "{page}");
        assert!(page.contains("**not built**") || page.contains("\nThe submission does not build: "), "{page}");
    }
}

fn case<'a>(document: &'a Document<'_>, name: &str) -> Node<'a, 'a> {
    let mut all = document.descendants().filter(|node| node.has_tag_name("testcase"));
    all.find(|node| node.attribute("name") == Some(name)).expect("there is such a case")
}

#[test]
fn what_costs_points_is_a_failure_and_what_is_not_graded_is_skipped() {
    let text = grade_junit(&everything(), &replay()).expect("it is XML");
    let document = checked(&text);
    let root = document.root_element();
    assert_eq!(root.attribute("name"), Some("raftlab: bob"));
    let counts = ["tests", "failures", "skipped", "errors"].map(|key| root.attribute(key));
    assert_eq!(counts, [Some("10"), Some("7"), Some("1"), Some("0")]);
    let suites = root.children().filter_map(|node| node.attribute("name"));
    assert_eq!(suites.collect::<Vec<_>>(), ["2A", "2B", "2C"]);
    for (name, message) in [
        ("re-election", "election safety: 50 of 200 runs failed (at most "),
        ("rpc-bytes", "The time was over before its first run was played."),
        ("count", "40 of 40 runs passed so far; "),
    ] {
        let told = case(&document, name).children().find_map(|node| node.attribute("message"));
        assert!(told.is_some_and(|told| told.starts_with(message)), "{name}: {told:?}");
    }
    let property = |name| {
        let mut all =
            case(&document, "re-election").descendants().filter(move |node| node.attribute("name") == Some(name));
        all.find_map(|node| node.attribute("value"))
    };
    assert_eq!((property("score"), property("credit"), property("time")), (Some("3.75"), Some("share"), None));
    assert!(text.contains("<property name=\"remark\" value=\"it has &lt;b&gt;unsafe&lt;/b&gt; code\"/>"), "{text}");
}

#[test]
fn failures_that_cost_nothing_are_only_told() {
    let text = grade_junit(&partial(), &replay()).expect("it is XML");
    let document = checked(&text);
    assert!(!case(&document, "basic-agree").children().any(|node| node.has_tag_name("failure")));
    assert!(case(&document, "basic-agree").descendants().any(|node| node.attribute("name") == Some("failing-seeds")));
}

#[test]
fn what_does_not_build_is_an_error_of_every_test() {
    let text = grade_junit(&not_built(), &replay()).expect("it is XML");
    let document = checked(&text);
    let errors: Vec<Node> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
    assert_eq!(errors.len(), 3);
    let message = "the submission does not build: error[E0425]: cannot find value `x`";
    assert!(errors.iter().all(|error| error.attribute("message") == Some(message)), "{text}");
    let told: Vec<&str> = errors.iter().filter_map(Node::text).collect();
    assert_eq!(told.len(), 1, "once is enough");
    assert!(told[0].contains("]]> <script>alert(1)</script> & | a\n") && is_plain(told[0]), "{}", told[0]);
}

#[test]
fn the_same_grade_gives_the_same_bytes() {
    let written = || {
        let grade = everything();
        (grade_markdown(&grade, &replay()), feedback_markdown(&grade, &replay()), grade_junit(&grade, &replay()).ok())
    };
    assert_eq!(written(), written());
    let nothing = grade_junit(&grade("carol", &[]), &replay()).expect("it is XML");
    assert_eq!(checked(&nothing).root_element().attribute("tests"), Some("0"));
    assert!(feedback_markdown(&grade("carol", &[Tested::new("2A/re-election", 1, 0)]), &replay()).contains("5 of 5"));
}
