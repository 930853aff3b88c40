//! Values that clients append to, and what is checked of them (`lab-spec/kv.md` §3.7).

use super::Tester;
use crate::cluster::{Client, Step};

/// The `number`-th element that a client appends.
pub(super) fn element(client: usize, number: usize) -> String {
    format!("x {client} {number} y")
}

/// That each of the first `count` elements of a client is in `value` exactly once, in order.
pub(super) fn check_appends(t: &Tester, value: &str, client: usize, count: usize) -> Step {
    let mut before = None;
    for number in 0..count {
        let wanted = element(client, number);
        let fail = |evidence: String| t.fail("appends", vec![], vec![evidence]);
        let Some(place) = value.find(&wanted) else {
            return fail(format!("{wanted:?} was appended, and is missing in the value read"));
        };
        if value.rfind(&wanted) != Some(place) {
            return fail(format!("{wanted:?} was appended once, and is in the value read more than once"));
        }
        if before.is_some_and(|before| place <= before) {
            return fail(format!("{wanted:?} was appended after all earlier ones, and stands before one of them"));
        }
        before = Some(place);
    }
    Ok(())
}

/// A read that is counted, and what it must give.
pub(super) async fn check_value(t: &Tester, client: &Client, key: &str, expected: &str) -> Step {
    let value = client.get(key).await;
    client.count();
    let evidence = || format!("{} read {value:?} of key {key:?}; it must be {expected:?}", client.id());
    t.expect(value == expected, "value", &[], evidence)
}

/// A write that is counted.
pub(super) async fn put(client: &Client, key: &str, value: &str) {
    client.put(key, value).await;
    client.count();
}
