//! A program that sleeps before anything is played: it needs no processor time, so only the clock can
//! tell. It earns nothing, and does not keep the others waiting.

use std::time::Duration;

fn main() {
    std::thread::sleep(Duration::from_secs(3600));
}
