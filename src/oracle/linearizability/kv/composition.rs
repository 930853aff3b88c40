//! Which writes a value consists of.

use std::collections::BTreeMap;

/// A value taken apart: what was Put, if it is not empty, and what was appended, in order.
pub(super) type Parts<'t> = Vec<&'t str>;

/// Takes `text` apart into one of `puts`, or nothing, and any of `appends`, each as often as needed.
/// Of several ways any.
///
/// # Errors
/// How many bytes of it can be taken apart at most.
pub(super) fn take_apart<'t>(text: &'t str, puts: &[&str], appends: &[&str]) -> Result<Parts<'t>, usize> {
    // By where a part ends, where it begins.
    let mut reached = BTreeMap::from([(0, 0)]);
    for put in puts.iter().filter(|put| text.starts_with(**put)) {
        reached.entry(put.len()).or_insert(0);
    }
    let mut at = Some(0);
    while let Some(start) = at {
        for append in appends.iter().filter(|append| text[start..].starts_with(**append)) {
            reached.entry(start + append.len()).or_insert(start);
        }
        at = reached.range(start + 1..).next().map(|(end, _)| *end);
    }
    match reached.last_key_value() {
        Some((end, _)) if *end < text.len() => Err(*end),
        _ => Ok(follow(text, &reached)),
    }
}

/// The parts that lead to the end of `text`.
fn follow<'t>(text: &'t str, reached: &BTreeMap<usize, usize>) -> Parts<'t> {
    let mut parts = Vec::new();
    let mut end = text.len();
    while end > 0 {
        let start = reached[&end];
        parts.push(&text[start..end]);
        end = start;
    }
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_its_put_and_what_was_appended() {
        assert_eq!(take_apart("pabb", &["p"], &["b", "a"]), Ok(vec!["p", "a", "b", "b"]));
        assert_eq!(take_apart("ab", &["", "a"], &["b"]), Ok(vec!["a", "b"]));
        assert_eq!(take_apart("", &[], &["a"]), Ok(vec![]));
    }

    #[test]
    fn parts_that_lead_nowhere_are_no_obstacle() {
        assert_eq!(take_apart("1112", &[], &["1", "11", "112"]), Ok(vec!["1", "112"]));
    }

    #[test]
    fn what_nobody_wrote_is_found() {
        assert_eq!(take_apart("abXab", &[], &["a", "b"]), Err(2));
        assert_eq!(take_apart("ba", &["b"], &[""]), Err(1));
        assert_eq!(take_apart("b", &[], &[]), Err(0));
    }
}
