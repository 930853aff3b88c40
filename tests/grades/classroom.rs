//! Classroom 50's `result.json`.

use std::collections::BTreeMap;

use raftlab::grade::Grade;
use raftlab::lab::{Credit, Visibility};
use raftlab::report::{ClassroomContext, classroom};
use serde_json::{Value, json};

use crate::sample::{Tested, everything, grade, not_built, partial};
use crate::{NOT_FOR_STUDENTS, is_plain, replay, schema, valid};

const SCHEMA: &str = include_str!("../schemas/classroom.json");

/// What the runner sets, as far as it is read.
fn environment() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("CLASSROOM", "dist-sys"),
        ("ASSIGNMENT", "raft"),
        ("ASSIGNMENT_TYPE", "group"),
        ("OWNER", "alice"),
        ("USERNAME", "alice"),
        ("SUBMISSION_TAG", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
        ("COMMIT_URL", "https://git.example/o/r/commit/a1b2c3d"),
        ("RELEASE_URL", "https://git.example/o/r/releases/tag/submit%2F2026"),
        ("REVIEW_URL", "https://git.example/o/r/compare/0...a1b2c3d"),
    ])
}

/// With this changed: a variable is set to something else, or to nothing at all.
fn context(change: Option<(&'static str, &'static str)>) -> Result<ClassroomContext, String> {
    let mut environment = environment();
    environment.extend(change);
    ClassroomContext::from_environment(|name| environment.get(name).map(ToString::to_string))
}

/// Also what the runner checks of it beside the schema.
fn result(grade: &Grade) -> Value {
    let context = context(None).expect("nothing is missing");
    let result = valid(&schema(SCHEMA), &classroom(grade, &context, &replay()));
    let tests = result["tests"].as_array().expect("there are tests");
    for key in ["score", "max-score"] {
        let sum: Option<u64> = tests.iter().map(|test| test[key].as_u64()).sum();
        assert_eq!(result[key].as_u64(), sum, "{key}");
    }
    assert!(tests.iter().chain([&result]).all(|one| one["score"].as_u64() <= one["max-score"].as_u64()), "{result:#}");
    result
}

#[test]
fn the_schema_refuses_what_the_runner_does() {
    let changes = [
        ("/owner", Value::Null),
        ("/review", json!("")),
        ("/usernames", json!(["alice"])),
        ("/schema", json!("classroom50/result/v2")),
        ("/assignment_type", json!("pair")),
        ("/submission", json!("v1")),
        ("/datetime", json!("2026-06-01T24:00:00Z")),
        ("/datetime", json!("2026-06-01 14:32:05")),
        ("/score", json!(3.75)),
        ("/score", json!(-1)),
        ("/max-score", json!("9")),
        ("/submitted_by", json!({"id": 7})),
        ("/tests/0/passed", json!(1)),
        ("/tests/0/test-name", json!("")),
        ("/tests/0/score", json!(1.5)),
        ("/tests/0/max-score", Value::Null),
    ];
    crate::refuses(&schema(SCHEMA), &result(&partial()), &changes);
}

#[test]
fn whose_it_is_comes_from_the_environment() {
    let result = result(&partial());
    for (key, value) in [
        ("classroom", "dist-sys"),
        ("assignment", "raft"),
        ("assignment_type", "group"),
        ("owner", "alice"),
        ("submission", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
        ("commit", "https://git.example/o/r/commit/a1b2c3d"),
        ("release", "https://git.example/o/r/releases/tag/submit%2F2026"),
        ("review", "https://git.example/o/r/compare/0...a1b2c3d"),
        ("datetime", "2026-06-01T14:32:05Z"),
    ] {
        assert_eq!(result[key], value, "{key}");
    }
}

#[test]
fn what_older_runners_do_not_set_has_another_value() {
    for (missing, of, value) in [
        ("OWNER", (|context| context.owner) as fn(ClassroomContext) -> String, "alice"),
        ("ASSIGNMENT_TYPE", |context| context.assignment_type, "individual"),
        ("REVIEW_URL", |context| context.review, "https://git.example/o/r/commit/a1b2c3d"),
    ] {
        assert_eq!(context(Some((missing, ""))).map(of).as_deref(), Ok(value), "{missing}");
    }
    let later = context(Some(("SOURCE_DATE_EPOCH", "1780324326")));
    assert_eq!(later.map(|context| context.datetime).as_deref(), Ok("2026-06-01T14:32:06Z"));
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    for name in ["CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL"] {
        let error = context(Some((name, " "))).expect_err(name);
        assert!(error.starts_with(&format!("{name} is not set: the runner of Classroom 50 sets it")), "{error}");
    }
    for (name, value, told) in [
        ("SUBMISSION_TAG", "v1", "begin with `submit/`"),
        ("SUBMISSION_TAG", "submit/phase1", "set SOURCE_DATE_EPOCH"),
        ("SOURCE_DATE_EPOCH", "yesterday", "not a number of seconds"),
    ] {
        let error = context(Some((name, value))).expect_err(value);
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn points_are_whole_and_a_test_says_what_went_wrong() {
    let result = result(&partial());
    assert_eq!((&result["score"], &result["max-score"]), (&json!(12), &json!(14)));
    let passed: Vec<&Value> = result["tests"].as_array().into_iter().flatten().map(|test| &test["passed"]).collect();
    assert_eq!(passed, [true, false, true]);
    let test = &result["tests"][1];
    assert_eq!((&test["score"], &test["max-score"]), (&json!(3), &json!(5)));
    let (output, seed) = (test["output"].as_str().expect("a text"), test["seed"].as_str().expect("it failed"));
    assert!(output.contains(&format!("cargo run --release -- replay 2A/re-election --seed {seed}")), "{output}");
    assert!(result["tests"][0].get("seed").is_none());
}

#[test]
fn what_students_do_not_see_is_one_sum() {
    let result = result(&everything());
    let last = result["tests"].as_array().and_then(|tests| tests.last()).expect("there are tests");
    let sum = json!({"test-name": "hidden tests", "passed": false, "score": 4, "max-score": 10});
    assert_eq!(last, &sum, "0 of 5 and 4.5 of 5");
    assert_eq!(result["tests"].as_array().map(Vec::len), Some(9));
    let text = result.to_string();
    assert_eq!(NOT_FOR_STUDENTS.into_iter().filter(|words| text.contains(words)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_hidden_tests_earn_is_rounded_down_once() {
    let hidden = ["2A/initial-election", "2A/re-election"]
        .map(|path| Tested::new(path, 10, 1).credit(Credit::Share).visibility(Visibility::Hidden));
    let result = result(&grade("alice", &hidden));
    assert_eq!((&result["score"], &result["max-score"]), (&json!(9), &json!(10)), "4.5 and 4.5");
}

#[test]
fn a_secret_seed_is_not_told() {
    let result = result(&grade("alice", &[Tested::new("2A/re-election", 10, 2).secret()]));
    let test = &result["tests"][0];
    assert!(test.get("seed").is_none(), "{test:#}");
    let output = test["output"].as_str().expect("it is a text");
    assert!(output.contains("VIOLATED 2A/re-election\n") && !output.contains("seed"), "{output}");
}

#[test]
fn what_does_not_build_says_so_once() {
    let result = result(&not_built());
    assert_eq!((&result["score"], &result["max-score"]), (&json!(0), &json!(15)));
    let outputs: Vec<&str> =
        result["tests"].as_array().into_iter().flatten().filter_map(|test| test["output"].as_str()).collect();
    assert_eq!(outputs.len(), 2, "hidden tests have none");
    assert!(outputs[0].contains("error[E0425]") && is_plain(outputs[0]), "{}", outputs[0]);
    let told = "There is no program to play it with. It earns 0 of 5 points: ";
    assert!(outputs[1].starts_with(told), "{}", outputs[1]);
}
