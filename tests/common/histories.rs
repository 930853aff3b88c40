//! Histories to check: public ones with known verdicts, which are not part of this repository, and
//! drawn ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use raftlab::base::{Instant, Random};
use raftlab::oracle::linearizability::{History, KvInput, OperationId, RegisterInput, RegisterOutput};
use regex::Regex;

/// Says where the public histories are, if they are not beside the repository.
pub(crate) const FOLDER_VARIABLE: &str = "RAFTLAB_HISTORIES";

/// The folder with the public histories, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/histories");
    let folder = std::env::var_os(FOLDER_VARIABLE).map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The files in a folder of public histories, by their names without ending.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    files
        .map(|file| {
            let path = file.expect("the folder can be read").path();
            let text = std::fs::read_to_string(&path).expect("a history can be read");
            (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), text)
        })
        .collect()
}

/// One call or return per line; the lines' order is all that is known of time.
fn moment(line: usize) -> Instant {
    Instant::from_micros(line as u64)
}

/// Reads a history of the key/value service: a map of Clojure on each line.
pub(crate) fn read_kv(text: &str) -> History<KvInput, String> {
    let form = Regex::new(r#":process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (?:nil|"(.*)")\}"#);
    let form = form.expect("it is a regular expression");
    let (mut history, mut open) = (History::new(), BTreeMap::new());
    for (line, text) in text.lines().enumerate() {
        let parts = form.captures(text).unwrap_or_else(|| panic!("line {}: {text}", line + 1));
        let process: usize = parts[1].parse().expect("it has digits only");
        let (key, value) = (parts[4].to_owned(), parts.get(5).map_or("", |value| value.as_str()).to_owned());
        if &parts[2] == "invoke" {
            let input = match &parts[3] {
                "get" => KvInput::Get { key },
                "put" => KvInput::Put { key, value },
                "append" => KvInput::Append { key, value },
                other => panic!("line {}: {other}", line + 1),
            };
            open.insert(process, history.call(process, moment(line), input));
        } else {
            let id = open.remove(&process).expect("it was called");
            history.end(id, moment(line), value);
        }
    }
    history
}

/// Reads a history of one register: a line of Jepsen's log for each call and return. What timed
/// out never returned.
pub(crate) fn read_register(text: &str) -> History<RegisterInput, RegisterOutput> {
    let (mut history, mut open) = (History::new(), BTreeMap::new());
    for (line, text) in text.lines().enumerate() {
        let words: Vec<&str> = text.split_whitespace().collect();
        let ["INFO", "jepsen.util", "-", process, kind, function, value @ ..] = &words[..] else {
            panic!("line {}: {text}", line + 1);
        };
        let numbers: Vec<i64> = value.iter().filter_map(|word| word.trim_matches(['[', ']']).parse().ok()).collect();
        if *kind == ":invoke" {
            let id = history.call(process.parse().expect("it is a number"), moment(line), asked(function, &numbers));
            open.insert(*process, id);
        } else if let Some(output) = answered(kind, function, &numbers, value) {
            let id: OperationId = open.remove(process).expect("it was called");
            history.end(id, moment(line), output);
        }
    }
    history
}

fn asked(function: &str, numbers: &[i64]) -> RegisterInput {
    match (function, numbers) {
        (":read", []) => RegisterInput::Read,
        (":write", [value]) => RegisterInput::Write(*value),
        (":cas", [from, to]) => RegisterInput::CompareAndSet(*from, *to),
        other => panic!("{other:?}"),
    }
}

fn answered(kind: &str, function: &str, numbers: &[i64], words: &[&str]) -> Option<RegisterOutput> {
    match (kind, function) {
        _ if words == [":timed-out"] => None,
        (":ok", ":read") => Some(RegisterOutput::Value(numbers.first().copied())),
        (":ok", ":write" | ":cas") => Some(RegisterOutput::Done),
        (":fail", ":cas") => Some(RegisterOutput::Differs),
        other => panic!("{other:?}"),
    }
}

/// What drawn clients do.
#[derive(Clone, Copy)]
pub(crate) struct Workload {
    pub(crate) clients: usize,
    pub(crate) operations: usize,
    /// Every client draws one of so many keys each time; with none, everyone has a key of their own.
    pub(crate) random_keys: Option<u64>,
    /// Longest time between a call and its return, in microseconds.
    pub(crate) duration_max: u64,
    /// Whether one call in twenty takes up to a hundred times as long, as in a partition.
    pub(crate) stalls: bool,
}

/// One operation of a drawn client, and when it took effect.
struct Drawn {
    client: usize,
    called: u64,
    effect: u64,
    returned: u64,
    input: KvInput,
    output: String,
}

/// The history of a service without faults under the clients of the lab's generic test: half
/// Appends, the rest mostly Gets. It is linearizable by construction.
pub(crate) fn drawn(workload: Workload, random: &mut Random) -> History<KvInput, String> {
    let mut operations: Vec<Drawn> =
        (0..workload.clients).flat_map(|client| client_operations(client, workload, random)).collect();
    operations.sort_by_key(|operation| (operation.effect, operation.client));
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for operation in &mut operations {
        let held = values.entry(operation.input.key().to_owned()).or_default();
        match &operation.input {
            KvInput::Get { .. } => operation.output = held.clone(),
            KvInput::Put { value, .. } => held.clone_from(value),
            KvInput::Append { value, .. } => held.push_str(value),
        }
    }
    operations.sort_by_key(|operation| (operation.called, operation.client));
    let mut history = History::new();
    for Drawn { client, called, returned, input, output, .. } in operations {
        let id = history.call(client, Instant::from_micros(called), input);
        history.end(id, Instant::from_micros(returned), output);
    }
    history
}

fn client_operations(client: usize, workload: Workload, random: &mut Random) -> Vec<Drawn> {
    let mut now = 0;
    (0..workload.operations / workload.clients)
        .map(|number| {
            let called = now + random.between(1..=10);
            let stall = if workload.stalls && random.chance(1, 20) { 100 } else { 1 };
            let returned = called + random.below(workload.duration_max * stall);
            let effect = random.between(called..=returned);
            now = returned;
            let key = workload.random_keys.map_or(client as u64, |keys| random.below(keys)).to_string();
            let value = format!("x {client} {number} y");
            let input = match random.below(20) {
                0..10 => KvInput::Append { key, value },
                10 if workload.random_keys.is_some() => KvInput::Put { key, value },
                _ => KvInput::Get { key },
            };
            Drawn { client, called, effect, returned, input, output: String::new() }
        })
        .collect()
}
