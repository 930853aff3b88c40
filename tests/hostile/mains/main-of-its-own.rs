//! A program that begins in C's `main` of its own, and not in Rust's, which stands there for whoever looks. It
//! earns nothing: it does not say what a program says that begins as raftlab has written it.

#![no_main]

mod in_c {
    #[unsafe(no_mangle)]
    pub extern "C" fn main(_arguments: i32, _values: *const *const u8) -> i32 {
        println!("all passed");
        0
    }
}

#[allow(dead_code, reason = "it is a decoy")]
fn main() {}
