//! Dropping what may panic while it is dropped.

use std::panic::{self, AssertUnwindSafe};

/// Calls `end` with every item, also after it panicked with one; goes on with the first panic in
/// the end. A second panic while the first one unwinds would abort the process, and with it a
/// whole campaign, because of one implementation's destructors.
pub fn one_by_one<T>(items: impl IntoIterator<Item = T>, mut end: impl FnMut(T)) {
    let mut first = None;
    for item in items {
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| end(item))) {
            first.get_or_insert(panic);
        }
    }
    if let Some(panic) = first
        && !std::thread::panicking()
    {
        panic::resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_ended_and_the_first_panic_goes_on() {
        let mut ended = 0;
        let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
            one_by_one(1..=3, |number| {
                ended = number;
                panic::resume_unwind(Box::new(number));
            });
        }));
        assert_eq!(panicked.expect_err("it panics").downcast_ref(), Some(&1));
        assert_eq!(ended, 3);
    }
}
