//! A program that panics before anything is played. It earns nothing, and the panic is told.

fn main() {
    panic!("hostile: there will be no runs");
}
