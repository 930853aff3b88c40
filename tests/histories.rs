//! The check for linearizability against long histories: public ones, of which others have found
//! out what they are, and drawn ones, of which we know it.
//!
//! The public ones are test data of the checker Porcupine. They are read from `../shared/histories`
//! beside the repository, or from the folder that `RAFTLAB_HISTORIES` names: `kv/*.txt` and
//! `jepsen/etcd_*.log`.

use std::io::Write;
use std::path::PathBuf;

use raftlab::base::{Instant, Random, Seed};
use raftlab::oracle::linearizability::{
    Answer, Budget, ContradictionKind, History, KvInput, Register, Verdict, check_kv, search,
};

#[path = "common/histories.rs"]
mod histories;

use histories::{FOLDER_VARIABLE, Workload, drawn, files, folder, read_kv, read_register};

/// Jepsen's histories of etcd that are linearizable, by number; the other ones are not.
const LINEARIZABLE: [u32; 23] =
    [2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102];

/// Much traffic on few keys, and many calls in flight at once.
const BUSY: Workload =
    Workload { clients: 15, operations: 5_000, random_keys: Some(15), duration_max: 2_000, stalls: true };

/// The folder of public histories; says so, past the test harness, if there is none.
fn public() -> Option<PathBuf> {
    let folder = folder();
    if folder.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "no public histories, {FOLDER_VARIABLE} may say where: what needs them is skipped"
        );
    }
    folder
}

#[test]
fn verdicts_on_public_key_value_histories_are_right() {
    let Some(folder) = public() else { return };
    let files = files(&folder.join("kv"));
    assert!(files.len() >= 5, "{:?}", files.keys());
    for (name, text) in files {
        let verdict = check_kv(&read_kv(&text), &Budget::default());
        match verdict {
            Verdict::Linearizable(_) => assert!(name.ends_with("-ok"), "{name} is not linearizable"),
            Verdict::Contradicted(told) => assert!(name.ends_with("-bad"), "{name} is linearizable: {told:#?}"),
            Verdict::Undecided(keys) => panic!("{name}: {keys:?}"),
        }
    }
}

#[test]
fn verdicts_on_public_histories_of_etcd_are_right() {
    let Some(folder) = public() else { return };
    let files = files(&folder.join("jepsen"));
    assert!(files.len() >= 60, "{:?}", files.keys());
    for (name, text) in files {
        let number = name.trim_start_matches("etcd_").parse().expect("a number follows");
        let history = read_register(&text);
        let expected = LINEARIZABLE.contains(&number);
        match search(&Register::default(), history.operations(), &Budget::default()).0 {
            Answer::Linearizable(_) => assert!(expected, "{name} is not linearizable"),
            Answer::NotLinearizable => assert!(!expected, "{name} is linearizable"),
            Answer::Undecided(limit) => panic!("{name}: {limit:?}"),
        }
    }
}

/// A copy of `history` in which `change` may change what the operation with this number returned.
fn changed(history: &History<KvInput, String>, change: impl Fn(usize, String) -> String) -> History<KvInput, String> {
    let mut copy = History::new();
    for (number, operation) in history.operations().iter().cloned().enumerate() {
        let id = copy.call(operation.client, operation.called, operation.input);
        if let Some(returned) = operation.returned {
            copy.end(id, returned.at, change(number, returned.output));
        }
    }
    copy
}

/// The last operation that reads at least `len` bytes.
fn last_long_read(history: &History<KvInput, String>, len: usize) -> usize {
    let is_long = |number: &usize| history.operations()[*number].output().is_some_and(|value| value.len() >= len);
    (0..history.operations().len()).rev().find(is_long).expect("there are long reads")
}

fn contradiction(history: &History<KvInput, String>) -> (ContradictionKind, Instant, Vec<String>) {
    match check_kv(history, &Budget::default()) {
        Verdict::Contradicted(told) => (told.kind, told.at, told.evidence),
        other => panic!("{other:?}"),
    }
}

fn random(name: &str) -> Random {
    Seed(0x5eed).stream(name)
}

#[test]
fn long_histories_without_faults_are_linearizable() {
    for duration_max in [100, 2_000, 20_000] {
        let history = drawn(Workload { duration_max, ..BUSY }, &mut random("without faults"));
        let Verdict::Linearizable(orders) = check_kv(&history, &Budget::default()) else { panic!("{duration_max}") };
        assert_eq!(orders.iter().map(|order| order.operations.len()).sum::<usize>(), history.operations().len());
    }
}

#[test]
fn one_read_without_its_last_elements_gives_a_long_history_away() {
    let history = drawn(BUSY, &mut random("stale"));
    let victim = last_long_read(&history, 100);
    let stale = changed(&history, |number, value| {
        let len =
            if number == victim { value[..value.len() - 60].rfind('x').expect("it has elements") } else { value.len() };
        value[..len].to_owned()
    });
    let (kind, at, evidence) = contradiction(&stale);
    let returned = history.operations()[victim].returned_at().expect("it returned").instant();
    assert!(at <= returned + std::time::Duration::from_millis(10));
    assert_eq!(kind, ContradictionKind::StaleRead, "{evidence:#?}");
    assert!(evidence.len() <= 3, "{evidence:#?}");
}

#[test]
fn one_element_that_is_there_twice_gives_a_long_history_away() {
    let history = drawn(BUSY, &mut random("duplicate"));
    let victim = last_long_read(&history, 100);
    let twice = changed(&history, |number, value| match value.rfind('x') {
        Some(last) if number == victim => format!("{value}{}", &value[last..]),
        _ => value,
    });
    let (kind, _, evidence) = contradiction(&twice);
    assert_eq!(kind, ContradictionKind::Duplicate, "{evidence:#?}");
}
