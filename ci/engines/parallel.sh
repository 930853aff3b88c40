#!/usr/bin/env bash
# Plays a campaign in slices with GNU parallel, on this machine or over ssh, and puts it together.
#
#   ci/engines/parallel.sh night 64 all -n 2000 --traces failed
#   HOSTS=8/alpha,8/beta,: ci/engines/parallel.sh night 64 all -n 2000 --traces failed
#
# night   the campaign's folder: night/1 to night/64 are the slices, night/summary.jsonl the sums
# 64      how many slices; each takes one core, so some for every core there is
# all …   what `raftlab test` is to play
# HOSTS   as `parallel --sshlogin` reads them, with `:` for this machine; or a file for --sshloginfile
# RAFTLAB the program; the one on the PATH if not given
#
# Whatever stops it, the same command goes on where it was left.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: $0 FOLDER SLICES PART|TEST… [OPTION OF raftlab test…]" >&2
    exit 2
fi
folder=$1 slices=$2
shift 2
program=$(realpath "${RAFTLAB:-$(command -v raftlab)}")

options=()
if [ -n "${HOSTS:-}" ]; then
    if [ -f "$HOSTS" ]; then
        options=(--sshloginfile "$(realpath "$HOSTS")")
    else
        options=(--sshlogin "$HOSTS")
    fi
    # Every host gets the program, since only results of the same build fit together, and a slice as
    # far as it was played; it gives the slice back. There is no --cleanup: where hosts share the
    # folder, it would remove the results themselves.
    options+=(--workdir . --basefile raftlab --transferfile '{}' --return '{}')
fi

mkdir -p "$folder"
cd "$folder"
seq "$slices" | xargs mkdir -p
cp "$program" raftlab

# A slice in which a run fails has done its work (exit code 1). Anything else, a kill for example, is
# tried again, on another host if there is one.
seq "$slices" | parallel --quote --retries 3 --joblog slices.log "${options[@]}" \
    sh -c '"$@" || [ $? -eq 1 ]' sh \
    ./raftlab test "$@" --jobs 1 --partition "slice:{}/$slices" --out '{}' --resume --quiet ||
    echo "$? slices did not end; slices.log says which" >&2

# Its exit code is the verdict; it also names what is missing.
mapfile -t folders < <(seq "$slices")
exec ./raftlab merge "${folders[@]}" --message-format json >summary.jsonl
