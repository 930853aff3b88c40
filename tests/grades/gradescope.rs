//! Gradescope's `results.json`.

use raftlab::grade::Grade;
use raftlab::lab::Visibility;
use raftlab::report::gradescope;
use serde_json::{Value, json};

use crate::sample::{HIDDEN_TEST, HOSTILE, LATER_TEST, SECRET, SEED, Tested, everything, grade, not_built, partial};
use crate::{NOT_FOR_STUDENTS, is_plain, replay, schema, valid};

const SCHEMA: &str = include_str!("../schemas/gradescope.json");

fn results(grade: &Grade) -> Value {
    valid(&schema(SCHEMA), &gradescope(grade, &replay()))
}

fn test<'a>(results: &'a Value, path: &str) -> &'a Value {
    let tests = results["tests"].as_array().expect("there are tests");
    let named = |test: &&Value| test["name"].as_str().is_some_and(|name| name.starts_with(&format!("{path}:")));
    tests.iter().find(named).expect("the test is there")
}

#[test]
fn the_schema_refuses_what_gradescope_does_not_know() {
    let right = results(&partial());
    let changes = [
        ("/tests", Value::Null),
        ("/tests", json!([])),
        ("/unheard_of", json!(1)),
        ("/visibility", json!("never")),
        ("/output", json!(["a"])),
        ("/extra_data", json!([])),
        ("/tests/0/score", Value::Null),
        ("/tests/0/score", json!("5")),
        ("/tests/0/status", json!("open")),
        ("/tests/0/number", json!(1.1)),
        ("/tests/0/name", json!("two\nlines")),
        ("/tests/0/output_format", json!("rtf")),
        ("/tests/0/seed", json!("0x1")),
        ("/tests/0/tags", json!("2A")),
    ];
    crate::refuses(&schema(SCHEMA), &right, &changes);
}

#[test]
fn tests_are_numbered_by_part_and_say_what_they_earn_and_why() {
    let results = results(&partial());
    let told = |key: &str| -> Vec<&Value> {
        results["tests"].as_array().into_iter().flatten().map(|test| &test[key]).collect()
    };
    assert_eq!(told("number"), [&json!("1.1"), &json!("1.2"), &json!("2.1")]);
    assert_eq!(told("score"), [&json!(5), &json!(3.75), &json!(4)]);
    assert_eq!(told("max_score"), [&json!(5), &json!(5), &json!(4)]);
    assert_eq!(told("status"), [&json!("passed"), &json!("failed"), &json!("passed")]);
    assert_eq!(told("tags"), [&json!(["2A"]), &json!(["2A"]), &json!(["2B"])]);
    assert_eq!(results["tests"][1]["name"], "2A/re-election: election after network failure");
    assert!(results.get("score").is_none(), "it would replace the sum");
    assert_eq!(results["stdout_visibility"], "hidden");
    assert_eq!(results["extra_data"]["seed"], SEED);
}

/// What a student reads of a test. Rewritten by hand when it is to change.
const GOLDEN: &str = "\
19 of 20 runs passed. It earns 4 of 4 points: all points if at least 19 of 20 runs pass, and else none.

VIOLATED 2B/basic-agree  iteration 1, seed SEED
  election safety at 014.203611, S0 S1
    S0.1 and S1.1 both lead in term 7
MISTAKES  repeat  cargo run --release -- replay 2B/basic-agree --seed SEED
";

#[test]
fn a_failure_is_told_in_full_with_what_it_usually_is_and_how_to_see_it_at_home() {
    let results = results(&partial());
    let output = test(&results, "2B/basic-agree")["output"].as_str().expect("it is a text");
    let seed = output.split("seed ").nth(1).and_then(|rest| rest.get(..18)).expect("it has a seed");
    let mistakes =
        output.find("  usually this is").zip(output.find("  repeat  ")).map(|(start, end)| &output[start..end]);
    let golden = GOLDEN.replace("SEED", seed).replace("MISTAKES", mistakes.expect("there are some"));
    assert_eq!(output, golden);
    let output = test(&results, "2A/re-election")["output"].as_str().expect("it is a text");
    assert!(output.ends_with("\n3 of 50 shown\n") && output.matches("VIOLATED").count() == 3, "{output}");
    assert_eq!(output.matches("usually this is").count(), 1, "{output}");
}

#[test]
fn how_far_a_test_was_graded_is_said() {
    let results = results(&everything());
    for (path, status, text) in [
        ("2A/initial-election", "passed", "20 of 20 runs passed. It earns 5 of 5 points: all points if every run"),
        ("2B/basic-agree", "passed", "120 of 120 runs passed: the time was over before the other 80 were played"),
        ("2B/rpc-bytes", "failed", "The time was over before its first run was played. It earns 0 of 4 points"),
        ("2B/rejoin", "failed", "0 of 12 runs passed. So many came to no end by themselves that the other 88"),
        ("2B/backup", "failed", "9 of 10 runs passed. It is not worth any points."),
        ("2B/count", "failed", "40 of 40 runs passed so far; 60 of 100 are still to be played. Of 4 points"),
    ] {
        let test = test(&results, path);
        assert_eq!(test["status"], status, "{path}");
        assert!(test["output"].as_str().is_some_and(|output| output.starts_with(text)), "{test:#}");
    }
    let output = results["output"].as_str().expect("it is a text");
    assert!(
        output.starts_with("The submission builds; not all of its runs were played yet.\n\n2B/basic-agree: 120 of")
    );
    assert_eq!(output.lines().count(), 6, "{output}");
}

#[test]
fn what_students_do_not_see_at_once_is_only_in_tests_of_their_own() {
    let results = results(&everything());
    for (path, visibility) in [(HIDDEN_TEST, "hidden"), (LATER_TEST, "after_due_date")] {
        assert_eq!(test(&results, path)["visibility"], visibility);
    }
    let mut shown = results.clone();
    shown["tests"].as_array_mut().expect("there are tests").retain(|test| test["visibility"] == "visible");
    let text = shown.to_string();
    assert_eq!(NOT_FOR_STUDENTS.into_iter().filter(|words| text.contains(words)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn nothing_tells_a_secret_seed() {
    let results = results(&everything());
    for path in ["2C/unreliable-agree", HIDDEN_TEST] {
        let output = test(&results, path)["output"].as_str().expect("it is a text");
        assert!(output.contains(&format!("\nVIOLATED {path}\n  election safety at 014.203611")), "{output}");
        assert!(["seed", "iteration", "replay", "trace "].iter().all(|word| !output.contains(word)), "{output}");
    }
    assert!(!results.to_string().contains(SECRET) && !results.to_string().contains(SEED));
    assert!(results["extra_data"].get("seed").is_none());
}

#[test]
fn what_does_not_build_earns_nothing_and_shows_what_the_compiler_says() {
    let results = results(&not_built());
    let scores: Vec<&Value> = results["tests"].as_array().into_iter().flatten().map(|test| &test["score"]).collect();
    assert_eq!(scores, [&json!(0); 3]);
    let output = results["output"].as_str().expect("it is a text");
    assert!(
        output.starts_with("The submission does not build: nothing could be played.\n\nwarning: odd\nerror[E0425]")
    );
    assert!(output.contains("]]> <script>alert(1)</script> & | a\n::error::b % ```` `c` d \"e\""), "{output}");
    assert!(is_plain(output) && output.len() < 10_000 && output.ends_with("more characters)\n"), "{output}");
    assert_eq!(test(&results, "2A/re-election")["status"], "failed");
}

#[test]
fn evidence_is_only_text() {
    let results = results(&grade(HOSTILE, &[Tested::new("2A/re-election", 5, 5).evidence(HOSTILE)]));
    let output = test(&results, "2A/re-election")["output"].as_str().expect("it is a text");
    assert!(is_plain(output) && output.contains("`c` d \"e\""), "{output}");
}

#[test]
fn evidence_of_any_length_leaves_the_command_where_it_is() {
    let long: &str = Box::leak("a panic's message ".repeat(10_000).into_boxed_str());
    let results = results(&grade("erin", &[Tested::new("2A/re-election", 1, 1).evidence(long)]));
    let output = test(&results, "2A/re-election")["output"].as_str().expect("it is a text");
    assert!(output.len() < 10_000 && output.contains(" more characters)\n"), "{output}");
    assert!(output.contains("\n  repeat  cargo run --release -- replay 2A/re-election --seed 0x"), "{output}");
}

#[test]
fn where_nothing_is_graded_the_score_is_nothing() {
    assert_eq!(results(&grade("carol", &[]))["score"], json!(0));
}

#[test]
fn the_same_grade_gives_the_same_bytes() {
    let written = || gradescope(&everything(), &replay());
    assert_eq!(written(), written());
    let hidden = grade("dave", &[Tested::new("2A/re-election", 5, 0).visibility(Visibility::AfterPublished)]);
    assert_eq!(test(&results(&hidden), "2A/re-election")["visibility"], "after_published");
}
