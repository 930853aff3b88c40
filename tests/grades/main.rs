//! What is made of grades, as those see it who read it: services, spreadsheets, programs, and people who may
//! know everything or not.

mod class;
mod classroom;
mod gradescope;
#[path = "../common/junit.rs"]
mod junit_schema;
mod sample;
mod submission;

use jsonschema::Validator;
use raftlab::report::ReplayCommand;
use serde_json::Value;

/// What students must not find: tests that they do not see, secret seeds, and where traces are.
const NOT_FOR_STUDENTS: [&str; 6] =
    [sample::HIDDEN_TEST, "Figure 8 (unreliable)", sample::LATER_TEST, "basic persistence", sample::SECRET, "traces/"];

/// How runs are repeated here.
fn replay() -> ReplayCommand {
    ReplayCommand::new("cargo run --release --", &[])
}

/// The schema in `tests/schemas`.
fn schema(text: &str) -> Validator {
    let schema: Value = serde_json::from_str(text).expect("it is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "it is a schema");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

/// The document, which must be what the schema wants.
fn valid(schema: &Validator, text: &str) -> Value {
    let document: Value = serde_json::from_str(text).expect("it is JSON");
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{document:#}");
    document
}

/// Each of these changes makes a document that is right a wrong one.
fn refuses(schema: &Validator, right: &Value, changes: &[(&str, Value)]) {
    assert!(schema.is_valid(right));
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("it is a pointer");
        let mut wrong = right.clone();
        let object = wrong.pointer_mut(parent).and_then(Value::as_object_mut).expect("there is such an object");
        match value {
            Value::Null => drop(object.remove(key).expect("there is such a key")),
            value => drop(object.insert(key.to_owned(), value.clone())),
        }
        assert!(!schema.is_valid(&wrong), "{pointer}: {value}");
    }
}

/// Nothing that a terminal or a page would take for more than text.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|sign| sign.is_control() && sign != '\n')
}
