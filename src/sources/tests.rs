//! What is found in sources, and what is not.

use super::*;

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: path.into(), text: (*text).to_owned() }).collect()
}

/// The lines of the only file that are told, each with the beginning of what is said of it.
fn found(text: &str) -> Vec<(usize, &'static str)> {
    found_of(NONDETERMINISM, text)
}

fn found_of(signs: &'static [Sign], text: &str) -> Vec<(usize, &'static str)> {
    let sources = sources(&[("src/main.rs", text)]);
    let mut found: Vec<_> =
        search(&sources, signs).iter().map(|sighting| (sighting.line, word(sighting.sign.does))).collect();
    found.sort_unstable();
    found
}

fn word(does: &'static str) -> &'static str {
    does.split(' ').next().unwrap_or_default()
}

#[test]
fn maps_that_are_iterated_are_found_by_the_names_that_hold_them() {
    let text = "use std::collections::{BTreeMap, HashMap as Map};
struct Raft { votes: RefCell<Map<u64, bool>>, log: BTreeMap<u64, u64> }
type Acks = Map<u64, u64>;
impl Raft {
    fn all(&self, acks: &Acks) {
        for vote in self.votes.borrow().values() {}
        for entry in self.log.values() {}
        for ack in acks {}
        let mut seen = std::collections::HashSet::new();
        seen.insert(1);
        println!(\"{:?}\", seen.iter().next());
        let sorted: BTreeMap<u64, u64> = self.log.iter().collect();
        sorted.keys();
    }
}";
    assert_eq!(
        found(text),
        [(2, "uses"), (3, "uses"), (5, "uses"), (6, "iterates"), (8, "iterates"), (9, "uses"), (11, "iterates")]
    );
}

#[test]
fn a_hasher_of_ones_own_is_no_chance() {
    assert_eq!(found("use std::collections::HashMap; struct S { all: HashMap<u8, u8, Fixed> }"), []);
    assert_eq!(found("struct S { all: std::collections::HashSet<u8, Fixed> }"), []);
}

#[test]
fn clocks_threads_and_dice_are_found_whatever_they_are_called() {
    assert_eq!(found("use std::time::{self, Duration};\nfn f() { time::Instant::now(); }"), [(2, "reads")]);
    assert_eq!(found("use raftlab::api::Instant;\nfn f(now: Instant) { Instant::now(); }"), []);
    assert_eq!(found("use std::thread::*;\nfn f() {\nspawn(|| ());\n}"), [(3, "uses")]);
    assert_eq!(found("fn f() {\n    vec![rand::random::<u8>(), 2];\n}"), [(2, "draws")]);
    assert_eq!(found("fn f() { let rng = SmallRng::from_os_rng(); }"), [(1, "draws")]);
    assert_eq!(found("use core::time::Duration; fn f() -> Duration { Duration::ZERO }"), []);
}

#[test]
fn what_survives_a_run_is_found() {
    for text in [
        "static mut COUNT: u64 = 0;",
        "static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);",
        "fn f() { static ONCE: OnceLock<u64> = OnceLock::new(); }",
        "thread_local! { static COUNT: Cell<u64> = Cell::new(0); }",
    ] {
        assert_eq!(found(text), [(1, "keeps")], "{text}");
    }
    assert_eq!(found("static NAME: &str = \"raft\"; const MOST: u64 = 7;"), []);
}

#[test]
fn addresses_and_surroundings_are_found() {
    assert_eq!(found("fn f(x: &u8) -> usize { x as *const u8 as usize }"), [(1, "takes")]);
    assert_eq!(found("fn f(x: &Rc<u8>) -> usize { Rc::as_ptr(x) as usize }"), [(1, "takes")]);
    assert_eq!(found("fn f(x: u8) -> usize { x as usize }"), []);
    assert_eq!(found("fn f() { std::env::var(\"X\"); }"), [(1, "depends")]);
}

#[test]
fn comments_strings_imports_and_tests_do_not_count() {
    for text in [
        "// std::thread::spawn\n/* std::time::Instant::now() */ fn f() { let x = \"rand::random()\"; }",
        "use std::thread::spawn; use std::time::SystemTime;",
        "#[cfg(test)] mod tests { fn f() { std::thread::spawn(|| ()); } }",
        "#[test] fn f() { std::thread::spawn(|| ()); }",
        "impl S { #[cfg(test)] fn f() { std::thread::spawn(|| ()); } }",
        "this is no Rust",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn files_of_test_modules_do_not_count_and_fields_are_known_everywhere() {
    let thread = "fn f() { std::thread::spawn(|| ()); }";
    let sources = sources(&[
        ("src/main.rs", "mod raft;\n#[cfg(test)]\nmod helpers;"),
        ("src/helpers.rs", thread),
        (
            "src/raft/mod.rs",
            "mod log; #[cfg(test)] mod tests;\npub struct Raft { pub votes: std::collections::HashMap<u8, u8> }",
        ),
        ("src/raft/tests.rs", thread),
        ("src/raft/tests/more.rs", thread),
        ("src/raft/log.rs", "fn f(raft: &super::Raft) {\n    raft.votes.iter().next();\n}"),
    ]);
    let found: Vec<String> = search(&sources, NONDETERMINISM).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "src/raft/log.rs:2:16 iterates a map or set whose order is random",
            "src/raft/mod.rs:2:30 uses a map or set whose order is random; iterating it would show that order"
        ]
    );
}

#[test]
fn what_has_no_business_in_a_raft_is_found_in_whatever_form() {
    let text = "use std::{fs, process::{self, ExitCode}};
extern \"C\" { fn close(file: i32) -> i32; }
unsafe impl Send for Raft {}
unsafe fn f() {}
#[unsafe(no_mangle)]
fn g() { fs::write(\"a\", \"b\"); }
fn h() { process::exit(0) }
macro_rules! hidden { () => { unsafe { close(1) } } }
const STOLEN: &str = include_str!(\"../x\");
fn i() { std::net::TcpStream::connect(\"x\"); std::thread::spawn(|| ()); }
fn j() { let _ = std::panic::catch_unwind(|| ()); }";
    let expected = [
        (2, "uses"),
        (3, "uses"),
        (4, "uses"),
        (5, "uses"),
        (6, "uses"),
        (7, "starts"),
        (8, "uses"),
        (9, "takes"),
        (10, "uses"),
        (11, "catches"),
    ];
    assert_eq!(found_of(ACCESS, text), expected);
}

#[test]
fn what_every_submission_has_is_not_told() {
    let text = "use std::process::ExitCode;
#[derive(Debug)]
struct Unsafe; // unsafe { }
#[cfg(test)]
mod tests { fn f() { std::fs::read(\"x\"); } }
fn main() -> std::process::ExitCode { println!(\"unsafe std::fs\"); ExitCode::SUCCESS }";
    assert_eq!(found_of(ACCESS, text), []);
}
