#!/usr/bin/env bash
# The night run of raftlab itself: the reference, on seeds that nobody has played. A run that does not
# pass is a bug of the reference or of raftlab, so its seed is pinned: appended to tests/pinned.toml,
# which every `cargo test` plays from then on.
#
#   ci/night.sh                      every test 2000 times
#   ci/night.sh 2C -n 20000          any other arguments of `raftlab test`
#
# Needs jq. RAFTLAB is the program, built here if not given; PINNED the file that seeds go to; NIGHT the
# campaign's folder, with a trace of every failure.
set -euo pipefail
cd "$(dirname "$0")/.."

pinned=${PINNED:-tests/pinned.toml}
night=${NIGHT:-raftlab-runs/night-$(date +%Y%m%d-%H%M%S)}
[ $# -gt 0 ] || set -- all -n 2000
if [ -z "${RAFTLAB:-}" ]; then
    cargo build --locked --release
    RAFTLAB=$(cargo metadata --format-version 1 --no-deps | jq -r .target_directory)/release/raftlab
fi

# So many at most: a night that finds more has found one thing many times.
code=0
"$RAFTLAB" test "$@" --seed random --traces failed --max-fail 20 --out "$night" || code=$?
[ -f "$night/results.jsonl" ] || exit "$code"

# Also of a night that was interrupted. What a failure was is for people to find out: until then, its
# sentence is the rule or check. (What JSON says in quotes, TOML reads the same.)
jq -r 'select(.failure) | [.part + "/" + .test, .seed, "found at night: " + .failure.rule]
    | map(@json) | join("\t")' "$night/results.jsonl" |
    while IFS=$'\t' read -r test seed what; do
        grep -qF "seed = $seed" "$pinned" && continue
        printf '\n[[run]]\ntest = %s\nseed = %s\nwhat = %s\n' "$test" "$seed" "$what" >>"$pinned"
        echo "pinned $test $seed, $what"
    done
exit "$code"
