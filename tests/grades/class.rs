//! A class, for whoever grades.

use raftlab::grade::Grade;
use raftlab::report::{ReplayCommand, class_csv, class_json, class_junit, class_markdown};
use roxmltree::Node;
use serde_json::{Value, json};

use crate::is_plain;
use crate::junit_schema::checked;
use crate::sample::{HIDDEN_TEST, SECRET, everything, not_built, partial};

fn class() -> [Grade; 3] {
    [partial(), everything(), not_built()]
}

/// A command of its own for each submission.
fn replay(grade: &Grade) -> ReplayCommand {
    ReplayCommand::new("raftlab", &["--submission".to_owned(), grade.name.clone()])
}

#[test]
fn a_table_for_spreadsheets_has_a_row_for_each_submission_and_a_column_for_each_test() {
    let text = class_csv(&class());
    assert!(text.ends_with("\r\n") && text.matches("\r\n").count() == text.matches('\n').count());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().expect("it has a head").iter().map(str::to_owned).collect();
    assert_eq!(head[..6], ["submission", "score", "max", "state", "2A/initial-election", "2A/re-election"]);
    assert_eq!(head[head.len() - 5..], ["played", "passed", "failed", "cause", "remarks"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("all have as many cells")).collect();
    let cell = |row: usize, name: &str| {
        let place = head.iter().position(|column| column == name).expect("there is such a column");
        rows[row][place].to_owned()
    };
    let told = ["submission", "score", "max", "state", "2A/re-election", HIDDEN_TEST, "passed", "cause", "remarks"];
    let row = |number| told.map(|name| cell(number, name));
    assert_eq!(row(0), ["alice", "12.75", "14", "graded", "3.75", "", "189", "election safety", "0"]);
    assert_eq!(row(1), ["bob", "17.25", "41", "partial", "3.75", "4.5", "363", "election safety", "2"]);
    assert_eq!(row(2)[1..], ["0", "15", "not built", "0", "0", "0", "", "0"]);
    let name = cell(2, "submission");
    assert!(name.starts_with("'=cmd|") && name.ends_with("{{ g }}") && is_plain(&name), "{name}");
    assert_eq!(rows.len(), 3);
}

/// What is at the top of a class's page. Rewritten by hand when it is to change.
const GOLDEN: &str = "\
## Grades of 2 submissions

1 graded, 1 partial, 0 not built; scores from 12.75 to 17.25, mean 15, median 15.

| submission | score | of | state | tests without loss | runs passed | most frequent cause | remarks |
|---|--:|--:|---|--:|--:|---|--:|
| alice | 12.75 | 14 | graded | 2/3 | 189/240 | violated: election safety | 0 |
| bob | 17.25 | 41 | partial | 2/10 | 363/432 | violated: election safety | 2 |

### Tests

| test | without loss | mean score | of |
|---|--:|--:|--:|
| 2A/initial-election | 2/2 | 5 | 5 |
| 2A/re-election | 0/2 | 3.75 | 5 |
| 2B/basic-agree | 2/2 | 4 | 4 |
";

#[test]
fn a_page_shows_the_class_its_tests_its_causes_and_what_there_is_to_look_at() {
    let page = class_markdown(&class()[..2]);
    assert!(page.starts_with(GOLDEN), "{page}");
    let causes = "\n### What goes wrong\n\n| cause | submissions | failed runs | tests |\n|---|--:|--:|---|\n| violated: \
                  election safety | 2 | 120 | 2A/re-election, 2B/backup, 2B/basic-agree, 2B/rejoin, 3 more |\n";
    assert!(page.contains(causes), "{page}");
    assert!(page.contains("\n### Remarks\n\n#### bob\n\n- src/raft.rs uses \\`std::time::Instant\\`\n"), "{page}");
    let page = class_markdown(&class());
    assert!(page.contains("| =cmd\\|'/C calc'\\!A0 "), "{page}");
    assert!(!page.contains("<script>") && is_plain(&page), "{page}");
    assert!(class_markdown(&[]).starts_with("## Grades of 0 submissions\n"));
}

#[test]
fn a_suite_is_a_submission() {
    let text = class_junit(&class(), replay).expect("it is XML");
    let document = checked(&text);
    let root = document.root_element();
    let counts = ["tests", "failures", "skipped", "errors"].map(|key| root.attribute(key));
    assert_eq!(counts, [Some("16"), Some("8"), Some("1"), Some("3")]);
    let suites: Vec<Node> = root.children().filter(|node| node.has_tag_name("testsuite")).collect();
    assert_eq!(suites.iter().filter_map(|suite| suite.attribute("name")).take(2).collect::<Vec<_>>(), ["alice", "bob"]);
    let case = suites[0].children().filter(|node| node.has_tag_name("testcase")).nth(1).expect("it has more");
    assert_eq!(case.attribute("name"), Some("2A/re-election"));
    assert_eq!(case.attribute("classname"), Some("raftlab.alice.2A"));
    let message = case.children().find_map(|node| node.attribute("message")).expect("it failed");
    assert!(message.contains("; raftlab replay --submission alice 2A/re-election --seed 0x"), "{message}");
}

#[test]
fn programs_get_everything() {
    let text = class_json(&class(), replay);
    let class: Value = serde_json::from_str(&text).expect("it is JSON");
    let [alice, bob, third] = [0, 1, 2].map(|place| &class["submissions"][place]);
    assert_eq!((&alice["score"], &alice["max"], &alice["state"]), (&json!(12.75), &json!(14), &json!("graded")));
    let test = &alice["tests"][1];
    let figures =
        ["planned", "played", "passed", "failed", "score", "max", "credit", "met", "seeds"].map(|key| &test[key]);
    assert_eq!(json!(figures), json!([200, 200, 150, 50, 3.75, 5, "share", false, "public"]));
    assert_eq!(test["failures"].as_array().map(Vec::len), Some(10), "those of the lowest iterations");
    let failure = &test["failures"][0];
    assert_eq!((&failure["iteration"], &failure["outcome"]), (&json!(1), &json!("violated")));
    assert_eq!(
        (&failure["failure"]["rule"], &failure["failure"]["at_us"]),
        (&json!("election safety"), &json!(14_203_611))
    );
    let command =
        format!("raftlab replay --submission alice 2A/re-election --seed {}", failure["seed"].as_str().unwrap_or(""));
    assert_eq!(failure["replay"], command);
    assert!(bob.to_string().contains(SECRET) && bob["remarks"].as_array().is_some_and(|remarks| remarks.len() == 2));
    assert_eq!((&third["state"], &third["tests"][0]["state"]), (&json!("not built"), &json!("not built")));
    assert!(third["build_error"].as_str().is_some_and(|error| error.contains("E0425") && is_plain(error)));
    assert_eq!(class["tests"][1]["met"], json!(0));
    assert_eq!(class["causes"][0]["submissions"], json!(["alice", "bob"]));
}

#[test]
fn the_same_grades_give_the_same_bytes() {
    let written = || {
        let class = class();
        (class_csv(&class), class_markdown(&class), class_json(&class, replay), class_junit(&class, replay).ok())
    };
    assert_eq!(written(), written());
}
