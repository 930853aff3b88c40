//! A build script, put beside `src` as `build.rs`. It leaves a file beside itself, and does not end. It
//! must not run: the grade is the reference's, and whoever grades is told that there is a script.

use std::time::Duration;

fn main() {
    std::fs::write("build-script-was-here", "").expect("the package's folder can be written");
    std::thread::sleep(Duration::from_secs(3600));
}
