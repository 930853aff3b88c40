#!/usr/bin/env bash
# The only definition of green: the same on a developer's machine and in CI.
# Needs Rust (cargo, rustfmt, clippy) and a C compiler, which zstd and the linker want.
set -euo pipefail
cd "$(dirname "$0")/.."

# What comes, and the seconds since the beginning: what has become slow shows.
step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

step "format"
cargo fmt --all -- --check

step "lints"
cargo clippy --locked --workspace --all-targets -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet

# The README's test command. The floors are one of these tests.
step "tests"
cargo test

# Compiles what a user of the package gets.
step "the package builds"
cargo package --locked --allow-dirty

step "the main job, shortened"
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
cargo run --locked --release -- test all --iterations 20 --out "$runs/all"
cargo run --locked --release --example reference -- test 2A --iterations 5 --traces none

# The reference must not become slower than it was. If it has on purpose, or plays other runs, this makes
# a new baseline, to be committed: raftlab test all --iterations 20 --save-baseline ci/baseline.json
step "the reference is not worse than its baseline"
cargo run --locked --release -- compare ci/baseline.json "$runs/all"

# That all patches apply is one of the tests; playing all takes minutes, so two stand for them: one of Raft,
# one of the service. They are compiled with what tests/grade.rs has compiled raftlab's libraries with.
step "known bugs are caught"
target=${CARGO_TARGET_DIR:-target}
CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=false "$target/release/raftlab" \
    bugs commit-prior-term-by-counting no-duplicate-detection --iterations 5 --cache "$target/tmp/grade"

# The same seeds give the same runs, whoever plays them.
step "one worker and two give the same digest"
digest() { cargo run --quiet --locked --release -- test all --iterations 5 --traces none --jobs "$1" 2>&1 | grep -o 'digest.*'; }
one=$(digest 1)
two=$(digest 2)
[ "$one" = "$two" ] || { echo "one worker: $one, two: $two"; exit 1; }

step "everything is green"
