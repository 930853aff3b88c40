#!/usr/bin/env bash
# Packs what Gradescope wants as an autograder: its two scripts, the lab file, the secret, and raftlab's
# sources as they are committed.
#
#   ci/gradescope/make-zip.sh autograder.zip
#
# LAB     the lab file; the one beside this script if not given
# SECRET  the file that secret seeds are drawn from; made if it is not there. Keep it: with another one, the
#         same submission gets other runs, and may get another grade
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 FILE.zip" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
zip=$(realpath "$1")
lab=$(realpath "${LAB:-$here/lab.toml}")
secret=$(realpath "${SECRET:-$here/secret}")

if [ ! -f "$secret" ]; then
    (umask 077 && head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$secret")
    echo "made $secret: keep it, and keep it from students" >&2
fi

cd "$(git -C "$here" rev-parse --show-toplevel)"
if [ -n "$(git status --porcelain)" ]; then
    echo "what is not committed is left out of raftlab's sources" >&2
fi

# Gradescope knows these files by their names, at the root of the archive.
files=$(mktemp -d)
trap 'rm -r "$files"' EXIT
install -m 755 "$here/setup.sh" "$here/run_autograder" "$files/"
install -m 644 "$lab" "$files/lab.toml"
install -m 600 "$secret" "$files/secret"

# Its own folder in the archive, too: the last prefix is for what is committed, each file has the one before it.
git archive --format=zip --output="$zip" --prefix= --add-file="$files/setup.sh" \
    --add-file="$files/run_autograder" --add-file="$files/lab.toml" --add-file="$files/secret" \
    --prefix=raftlab/ HEAD
echo "$zip" >&2
