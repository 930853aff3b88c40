//! `raftlab grade` as a process: classes of which some are hostile, graders that are killed, rules of grading,
//! and input that makes no sense.
//!
//! Submissions are compiled for this, so raftlab is as well, once, and optimised a little.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod autograder;
mod bad_input;
mod class;
mod interrupted;
mod rules;
mod school;
mod table;
