#!/usr/bin/env python3
"""Grades a submission in Classroom 50: to be an assignment's `autograders/ASSIGNMENT/autograder.py`.

Classroom 50's runner starts this in the student's checkout, with variables that say which submission it is.
If it ends with exit code 0, the runner takes `result.json`, which is collected, and `release-body.md`, which
is the text of the release. Students read both, and the job's log: raftlab names no hidden test in them.

Beside this file belong `lab.toml`, what is graded and how, and, if a test has secret seeds, a file `secret`.
RAFTLAB is a repository with raftlab, or a folder; put yours here.
"""

import os
import shutil
import subprocess
from pathlib import Path

RAFTLAB = os.environ.get("RAFTLAB", "https://github.com/OWNER/raftlab")

# The runner gives up a quarter of an hour after it began, and raftlab is compiled first.
TIME_BUDGET = os.environ.get("TIME_BUDGET", "6m")


def run(*command):
    """Any other exit code than 0 is one of raftlab's own trouble, and ends this, too: nothing was graded."""
    subprocess.run([str(word) for word in command], check=True)


def main():
    here, submission = Path(__file__).resolve().parent, Path.cwd()
    sources = Path(RAFTLAB)
    if not sources.is_dir():
        sources = here / "raftlab"
        if not sources.is_dir():
            run("git", "clone", "--quiet", "--depth", "1", RAFTLAB, sources)
    if shutil.which("raftlab") is None:
        run("cargo", "install", "--quiet", "--locked", "--path", sources)
    grades = here / "grades"
    secret = ["--secret", here / "secret"] if (here / "secret").is_file() else []
    run("raftlab", "grade", submission, "--lab", here / "lab.toml", *secret, "--time-budget", TIME_BUDGET,
        "--raftlab", sources, "--out", grades, "--classroom", "result.json")
    shutil.copy(grades / submission.name / "feedback.md", "release-body.md")


if __name__ == "__main__":
    main()
