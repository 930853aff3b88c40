//! The smallest part of a history that cannot be ordered.
//!
//! An operation that is *bound* must fit between its call and its return. One that is not says
//! nothing any more: a read is left out, a write may happen at any time after its call, or never.
//! So every part that cannot be ordered proves that the whole cannot, and binding more operations
//! never makes an order possible again: that allows bisection.

/// Says whether operations cannot be ordered, if only those for which there is a `true` are bound.
/// A search that gives up says that they can.
pub(super) trait Refute: FnMut(&[bool]) -> bool {}

impl<F: FnMut(&[bool]) -> bool> Refute for F {}

/// The first of `ends`, the operations in the order of their returns, whose return no order
/// explains.
///
/// All of them bound must be refuted.
pub(super) fn first_refuted(ends: &[usize], count: usize, mut refutes: impl Refute) -> usize {
    let needed = shortest(ends.len(), |len| refutes(&bound(count, &ends[..len])));
    ends[needed - 1]
}

/// A smallest set of operations to bind: `culprit` and some of `others`, none of which can be
/// missed. Early ones of `others` are preferred. In the order of being found.
///
/// `culprit` and `others` together must be refuted. If searches give up, the set is larger than it
/// could be, but it is refuted as well.
pub(super) fn smallest(culprit: usize, others: &[usize], count: usize, mut refutes: impl Refute) -> Vec<usize> {
    let mut found = vec![culprit];
    let mut others = others;
    while !refutes(&bound(count, &found)) && !others.is_empty() {
        let needed = shortest(others.len(), |len| {
            let mut bound = bound(count, &found);
            others[..len].iter().for_each(|operation| bound[*operation] = true);
            refutes(&bound)
        });
        found.push(others[needed - 1]);
        others = &others[..needed - 1];
    }
    found
}

fn bound(count: usize, operations: &[usize]) -> Vec<bool> {
    let mut bound = vec![false; count];
    operations.iter().for_each(|operation| bound[*operation] = true);
    bound
}

/// The smallest number in `1..=enough` for which `suffices`; `enough` does. Small ones are tried
/// first, for they cost least.
fn shortest(enough: usize, mut suffices: impl FnMut(usize) -> bool) -> usize {
    let (mut too_few, mut tried) = (0, 1);
    while tried < enough && !suffices(tried) {
        (too_few, tried) = (tried, tried * 2);
    }
    let mut enough = tried.min(enough);
    while too_few + 1 < enough {
        let middle = too_few.midpoint(enough);
        if suffices(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_is_found() {
        for enough in 1..40 {
            for needed in 1..=enough {
                assert_eq!(shortest(enough, |tried| tried >= needed), needed, "of {enough}");
            }
        }
    }

    #[test]
    fn what_is_found_is_needed_and_suffices() {
        let refutes = |bound: &[bool]| bound[9] && bound[2] && (bound[5] || bound[4]);
        let others = [8, 7, 6, 5, 4, 3, 2, 1, 0];
        assert_eq!(smallest(9, &others, 10, refutes), [9, 2, 5]);
        assert_eq!(first_refuted(&[0, 1, 2, 4, 9, 5], 10, refutes), 9);
    }

    #[test]
    fn searches_that_give_up_leave_more_but_nothing_that_is_not_proved() {
        let mut searches = 0;
        let set = smallest(9, &[8, 7, 6, 2], 10, |bound: &[bool]| {
            searches += 1;
            searches < 4 && bound[9] && bound[2]
        });
        assert!(set.contains(&9) && set.contains(&2), "{set:?}");
    }
}
