//! What raftlab must say of an implementation that is wrong on purpose.

use std::path::Path;

use serde_json::Value;

use super::Bench;

/// What is to be said of an impostor, in the first run of a test.
pub(crate) struct Expected {
    pub(crate) impostor: &'static str,
    pub(crate) test: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) servers: &'static [&'static str],
    pub(crate) evidence: &'static str,
}

/// Plays one run of a test, asserts what is said of it, and that the printed command repeats it. Gives
/// what is wrong with it.
#[track_caller]
pub(crate) fn expect(expected: Expected) -> Value {
    let bench = Bench::impostor(expected.impostor);
    let ended = bench.run(&["test", expected.test, "-n", "1", "--out", "out", "--message-format", "json"]);
    ended.says(1, &["1 run: 0 passed, 1 failed", expected.rule, expected.evidence]);
    let [run] = &ended.json_of("run")[..] else { panic!("there was one run: {ended:?}") };
    let failure = &run["failure"];
    assert_eq!(run["outcome"], expected.outcome, "{failure}");
    assert_eq!(failure["rule"], expected.rule, "{failure}");
    assert_eq!(failure["servers"], Value::from(expected.servers), "{failure}");
    assert!(failure["at_us"].is_u64(), "{failure}");
    assert!(failure["evidence"].to_string().contains(expected.evidence), "{failure}");

    let command = failure["replay"].as_str().expect("there is a command");
    assert!(ended.stderr.contains(&format!("repeat  {command}\n")), "{}", ended.stderr);
    let again = bench.shell(command);
    again.says(1, &[]);
    assert_eq!(finding(&again.stderr), finding(&ended.stderr));
    let trace = std::fs::read(bench.path(run["trace"].as_str().expect("it left a trace"))).expect("it is there");
    assert!(again.stdout == trace, "the trace on stdout is not that of the campaign");
    failure.clone()
}

/// Where an impostor says `place: <what>`, as the beginning of a place in its source; seen from
/// `folder`, in which the impostors are.
pub(crate) fn place(folder: &str, what: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/impostors");
    for entry in std::fs::read_dir(root).expect("there are impostors").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("it is a source");
        // Behind the code, or in a line of its own before it.
        let marked = text.lines().position(|line| line.contains(&format!(" place: {what}")));
        if let Some(number) = marked {
            let line = text.lines().nth(number).unwrap_or_default().trim_start();
            let number = number + if line.starts_with("//") { 2 } else { 1 };
            return format!("{folder}/{}:{number}:", entry.file_name().display());
        }
    }
    panic!("no impostor says {what}");
}

/// Asserts that a failure is told to be where an impostor says `place: <what>`.
#[track_caller]
pub(crate) fn stands_at(failure: &Value, what: &str) {
    let place = place("tests/impostors", what);
    assert!(failure["place"].as_str().is_some_and(|told| told.starts_with(&place)), "{place} {failure}");
    assert!(failure["evidence"].to_string().contains(&place), "{place} {failure}");
}

/// The lines between the head of a failure and what to do with it, but for how many failed so.
fn finding(stderr: &str) -> Vec<&str> {
    let is_head = |line: &str| line.starts_with(char::is_uppercase) && line.contains("seed 0x") && !line.contains(": ");
    let is_end = |line: &&str| !line.starts_with("  trace ") && !line.starts_with("  repeat ");
    let block = stderr.lines().skip_while(|line| !is_head(line)).skip(1).take_while(is_end);
    block.filter(|line| !line.starts_with("  seen in 1 of 1 run of ")).collect()
}
