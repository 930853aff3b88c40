//! How long a process has kept a processor busy, seen from another one.
#![cfg(unix)]

use std::fs;
use std::time::Duration;

/// Ticks per second in which Linux tells times of processes; fixed on every architecture that there is.
const TICKS: u64 = 100;

/// The processor time of the process with this number; none if the system does not tell.
pub(super) fn time_used(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field, the name, may hold anything, parentheses and spaces too. Behind it comes the third.
    let (_, fields) = text.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let [user, system]: [u64; 2] = [times.next()?.parse().ok()?, times.next()?.parse().ok()?];
    Some(Duration::from_millis((user + system) * 1_000 / TICKS))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_time() {
        let own = || time_used(std::process::id()).expect("the system tells");
        let before = own();
        while own() == before {
            std::hint::spin_loop();
        }
        assert_eq!(time_used(u32::MAX), None);
    }
}
