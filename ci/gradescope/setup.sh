#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image from what make-zip.sh has packed: an Ubuntu
# gets Rust and raftlab, and compiles raftlab's libraries, so that no submission waits for them.
#
# AUTOGRADER  the folder that Gradescope unpacks into
# RUST        the toolchain; the same one compiles raftlab and the submissions
# BIN         where programs go
set -euo pipefail

autograder=${AUTOGRADER:-/autograder}
rust=${RUST:-stable}
bin=${BIN:-/usr/local/bin}

# A C compiler for zstd and the linker; jq for what run_autograder adds to results.
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends build-essential ca-certificates curl jq

# The toolchain's own programs are linked, and not rustup's in front of them, which need a home folder
# and variables: submissions are compiled without either.
export RUSTUP_HOME=/opt/rust CARGO_HOME=/opt/rust/cargo
curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs |
    sh -s -- -y --no-modify-path --profile minimal --default-toolchain "$rust"
toolchain=$("$CARGO_HOME/bin/rustc" --print sysroot)
ln -sf "$toolchain/bin/cargo" "$toolchain/bin/rustc" "$bin/"

# One job: linking several programs at once takes more memory than the smallest boxes have.
cd "$autograder/source/raftlab"
cargo build --locked --release --jobs 1
install target/release/raftlab "$bin/raftlab"
rm -r target

raftlab grade --prepare --raftlab "$autograder/source/raftlab" --cache "$autograder/cache"

# Submissions run without access to files. Should that fail, the secret and the results are still not
# everybody's.
mkdir -p "$autograder/results"
chmod o= "$autograder/source" "$autograder/results"
