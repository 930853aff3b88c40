//! Values that clients append to, and what is checked of them (`lab-spec/kv.md` §3.7).

use super::Tester;
use crate::cluster::{Client, Step};

/// The `number`-th element that a client appends.
pub(super) fn element(client: usize, number: usize) -> String {
    format!("x {client} {number} y")
}

/// That each of the first `count` elements of a client is in `value` exactly once, in order.
pub(super) fn check_appends(t: &Tester, value: &str, client: usize, count: usize) -> Step {
    match wrong_appends(value, client, count) {
        None => Ok(()),
        Some(evidence) => t.fail("appends", vec![], vec![evidence]),
    }
}

/// What is wrong with the elements of a client in `value`. More than `count` of them are not looked at,
/// for the last one may not have ended.
fn wrong_appends(value: &str, client: usize, count: usize) -> Option<String> {
    // By number, how many times it is there, and where it is first.
    let mut found = vec![(0, 0); count];
    for (place, number) in numbers_of(value, client).enumerate().filter(|(_, number)| *number < count) {
        let (times, first) = &mut found[number];
        *first = if *times == 0 { place } else { *first };
        *times += 1;
    }
    let mut before = None;
    for (number, (times, place)) in found.into_iter().enumerate() {
        let wanted = element(client, number);
        if times == 0 {
            return Some(format!("{wanted:?} was appended, and is missing in the value read"));
        }
        if times > 1 {
            return Some(format!("{wanted:?} was appended once, and is in the value read {times} times"));
        }
        if before.is_some_and(|before| place < before) {
            return Some(format!("{wanted:?} was appended after all earlier ones, and stands before one of them"));
        }
        before = Some(place);
    }
    None
}

/// The numbers of a client's elements, as they stand in `value`.
fn numbers_of(value: &str, client: usize) -> impl Iterator<Item = usize> {
    let begin = format!("x {client} ");
    let places: Vec<usize> = value.match_indices(&begin).map(|(place, _)| place + begin.len()).collect();
    places.into_iter().filter_map(|place| value[place..].split_once(" y")?.0.parse().ok())
}

/// A read that is counted, and what it must give.
pub(super) async fn check_value(t: &Tester, client: &Client, key: &str, expected: &str) -> Step {
    let value = client.get(key).await;
    client.count();
    let evidence = || format!("{} read {value:?} of key {key:?}; it must be {expected:?}", client.id());
    t.expect(value == expected, "value read", &[], evidence)
}

/// A write that is counted.
pub(super) async fn put(client: &Client, key: &str, value: &str) {
    client.put(key, value).await;
    client.count();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(elements: &[(usize, usize)]) -> String {
        elements.iter().map(|(client, number)| element(*client, *number)).collect()
    }

    fn wrong(elements: &[(usize, usize)], client: usize, count: usize) -> Option<String> {
        wrong_appends(&value(elements), client, count)
    }

    #[test]
    fn elements_of_one_client_in_order_are_right_whatever_stands_between() {
        assert_eq!(value(&[(0, 0), (12, 3)]), "x 0 0 yx 12 3 y");
        assert_eq!(wrong(&[(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)], 0, 3), None);
        assert_eq!(wrong(&[(1, 0), (0, 0), (1, 1)], 1, 1), None, "the last one may not have ended");
        assert_eq!(wrong(&[(1, 1), (1, 11)], 1, 0), None);
        assert_eq!(wrong(&[], 1, 0), None);
    }

    #[test]
    fn what_is_missing_doubled_or_out_of_order_is_said() {
        for (elements, count, said) in [
            (&[(0, 0), (0, 2)][..], 3, "\"x 0 1 y\" was appended, and is missing in the value read"),
            (&[(0, 0), (1, 1)], 2, "\"x 0 1 y\" was appended, and is missing in the value read"),
            (&[(0, 0), (0, 1), (0, 0)], 2, "\"x 0 0 y\" was appended once, and is in the value read 2 times"),
            (&[(0, 1), (0, 0)], 2, "\"x 0 1 y\" was appended after all earlier ones, and stands before one of them"),
        ] {
            assert_eq!(wrong(elements, 0, count).as_deref(), Some(said));
        }
    }
}
