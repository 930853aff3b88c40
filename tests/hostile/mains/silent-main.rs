//! A program that never plays anything and says that all is well. It earns nothing: what counts is what
//! raftlab was told of each run, and it was told nothing.

#![allow(clippy::print_stdout, reason = "this is the lie")]

fn main() {
    println!("all passed");
}
