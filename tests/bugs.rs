//! The gallery of known bugs: its patches apply to the reference as it is, and whatever is wrong
//! with one is told with its place. Playing it all takes minutes: `raftlab bugs` does.

mod common;

use std::fs;
use std::path::Path;

use common::Bench;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PATCH: &str = "labs/bugs/001-commit-prior-term-by-counting.patch";

/// A repository with one patch, in the file `name`, changed as `change` has it.
fn repository(name: &str, change: (&str, &str)) -> Bench {
    let bench = Bench::new();
    let raft = Path::new(ROOT).join("labs/reference/src/raft");
    for folder in ["labs/bugs", "labs/reference/src/raft"] {
        fs::create_dir_all(bench.path(folder)).expect("the folder can be written");
    }
    for entry in fs::read_dir(raft).expect("the reference is there") {
        let name = entry.expect("the reference can be read").file_name();
        let file = Path::new("labs/reference/src/raft").join(name);
        fs::copy(Path::new(ROOT).join(&file), bench.path(&file)).expect("the folder can be written");
    }
    let patch = fs::read_to_string(Path::new(ROOT).join(PATCH)).expect("the patch is there");
    assert!(patch.contains(change.0), "{:?} is not in:\n{patch}", change.0);
    bench.write(&format!("labs/bugs/{name}"), &patch.replacen(change.0, change.1, 1));
    bench
}

#[test]
fn every_patch_applies_and_says_what_must_catch_it() {
    let ended = Bench::new().run(&["bugs", "--check", "--root", ROOT]);
    ended.says(0, &["patches that apply and have sound headers: "]);
}

#[test]
fn the_repository_is_found_around_the_current_folder() {
    let bench = repository("001-commit-prior-term-by-counting.patch", ("", ""));
    bench.shell("cd labs/reference/src && $PROGRAM bugs --check").says(0, &["sound headers: 1\n"]);
    Bench::new().run(&["bugs"]).says(2, &["has `labs/bugs`", "--root"]);
    Bench::new().run(&["bugs", "--root", "."]).says(2, &[". is no clone of raftlab's repository"]);
}

#[test]
fn an_unknown_id_is_refused_with_the_nearest() {
    let bench = Bench::new();
    let ended = bench.run(&["bugs", "vote-not-persistent", "--check", "--root", ROOT]);
    ended.says(2, &["there is no bug `vote-not-persistent`; did you mean `vote-not-persisted`"]);
    bench.run(&["bugs", "xyzzy", "--check", "--root", ROOT]).says(2, &["labs/bugs has one patch for each"]);
}

#[test]
fn ids_mean_their_variants_and_ranks_do_too() {
    for (id, patches) in [("vote-not-persisted", 2), ("11", 2), ("011-vote-not-persisted.encoding", 1)] {
        let ended = Bench::new().run(&["bugs", id, "--check", "--root", ROOT]);
        ended.says(0, &[&format!("sound headers: {patches}\n")]);
    }
}

#[test]
fn a_patch_that_no_longer_applies_is_told_with_file_and_hunk() {
    let bench =
        repository("001-commit-prior-term-by-counting.patch", ("-        if by_majority", "-        if the_majority"));
    bench.run(&["bugs", "--check"]).says(2, &[PATCH, "hunk #1 of labs/reference/src/raft/replication.rs"]);
}

#[test]
fn a_patch_of_something_else_is_refused() {
    let bench = repository("001-commit-prior-term-by-counting.patch", ("+++ b/labs", "+++ b/laps"));
    bench.run(&["bugs", "--check"]).says(2, &[PATCH, "`a/` and `b/` of one file are wanted"]);
}

#[test]
fn a_wrong_header_is_told_with_file_and_line() {
    let bench = repository("001-commit-prior-term-by-counting.patch", ("kind: safety", "kind: bad"));
    bench.run(&["bugs", "--check"]).says(2, &[&format!("{PATCH}:3: `kind` is one of safety")]);
    let bench = repository("1-commit.patch", ("", ""));
    bench.run(&["bugs", "--check"]).says(2, &["labs/bugs/1-commit.patch:1: `id: ", "wants a file called NNN-"]);
}

#[test]
fn a_page_without_a_place_for_the_matrix_is_refused_before_anything_is_built() {
    let bench = repository("001-commit-prior-term-by-counting.patch", ("", ""));
    bench.write("page.md", "# Nothing\n");
    bench.run(&["bugs", "--write", "page.md"]).says(2, &["page.md has no place for the matrix", "<!-- the matrix"]);
    assert!(!bench.path("target").exists());
}
