#!/usr/bin/env bash
# Submits a campaign to Slurm: a job array that plays it in slices, and a job that puts them together.
#
#   ci/engines/slurm-submit.sh night 64 all -n 2000 --traces failed
#
# night   the campaign's folder, on a file system that all nodes see: night/1 to night/64 are the
#         slices, night/*.log what they said, night/merge.log the summary, night/summary.jsonl the same
#         for programs
# 64      how many slices
# all …   what `raftlab test` is to play
# RAFTLAB the program, which all nodes see too; the one on the PATH if not given
#
# Slurm's options come from its variables: SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT, …
# Tasks that were killed more often than Slurm tries again, or took too long, go on with the same
# command. The array is always submitted as a whole: a task of `--array=3` alone would take itself
# for all of the campaign.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "usage: $0 FOLDER SLICES PART|TEST… [OPTION OF raftlab test…]" >&2
    exit 2
fi
folder=$1 slices=$2
shift 2
here=$(dirname "$(realpath "$0")")
RAFTLAB=$(realpath "${RAFTLAB:-$(command -v raftlab)}")
export RAFTLAB
mkdir -p "$folder"
folder=$(realpath "$folder")

# --parsable gives the job's id, and behind a semicolon the cluster's name, if it has one.
array=$(sbatch --parsable --array="1-$slices" --output="$folder/%a.log" "$here/slurm.sbatch" "$folder" "$@")
array=${array%%;*}

# Its exit code, and so the state that Slurm shows, is the verdict.
mapfile -t folders < <(seq -f "$folder/%.0f" "$slices")
merge=$(printf '%q ' "$RAFTLAB" merge "${folders[@]}" --message-format json)
merge=$(sbatch --parsable --job-name=raftlab-merge --dependency="afterok:$array" --kill-on-invalid-dep=yes \
    --output="$folder/merge.log" --wrap="$merge >$(printf %q "$folder/summary.jsonl")")
echo "slices: job $array, merge: job ${merge%%;*}"
