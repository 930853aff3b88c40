//! Histories of the key/value service, written by hand.

use super::super::{Budget, ContradictionKind, History, KvInput, Limit, Verdict, check_kv};
use super::{KEY, Story, append};
use crate::base::Instant;

#[test]
fn nothing_is_linearizable() {
    assert_eq!(check_kv(&History::new(), &Budget::default()), Verdict::Linearizable(vec![]));
}

#[test]
fn one_after_the_other() {
    let story = Story::new().get(0, 1, 2, "").put(0, 3, 4, "a").append(1, 5, 6, "b").get(0, 7, 8, "ab");
    assert_eq!(story.legal(), [0, 1, 2, 3]);
}

#[test]
fn a_value_that_nobody_wrote() {
    let told = Story::new().append(0, 1, 2, "a").get(1, 3, 4, "aX").illegal(ContradictionKind::NeverWritten, 4, &[1]);
    assert_eq!(
        told.evidence,
        [
            "C1 read key 4 from 000.003000 to 000.004000 and got \"aX\"",
            "nothing that was called by then wrote \"X\", which it has from byte 1 on",
        ]
    );
    assert_eq!((told.key.as_str(), &told.clients[..]), (KEY, &[1][..]));
}

#[test]
fn a_value_from_the_future() {
    let told = Story::new().get(1, 1, 2, "a").append(0, 3, 4, "a").illegal(ContradictionKind::NeverWritten, 2, &[0]);
    assert_eq!(
        told.evidence[1..],
        ["nothing that was called by then wrote \"a\"", "C0's Append(4, \"a\") was called only at 000.003000",]
    );
}

#[test]
fn a_lost_update() {
    let story = Story::new().append(0, 1, 2, "a").append(1, 3, 4, "b").get(2, 5, 6, "a").get(2, 7, 8, "a");
    let told = story.illegal(ContradictionKind::LostUpdate, 6, &[1, 2]);
    assert_eq!(
        told.evidence,
        [
            "C2 read key 4 from 000.005000 to 000.006000 and got \"a\", without C1's Append(4, \"b\"), \
         which had returned at 000.004000",
            "no read ever showed it",
        ]
    );
    assert_eq!(told.clients, [1, 2]);
}

#[test]
fn a_read_that_misses_a_write_may_be_stale_or_the_write_lost() {
    let story = Story::new().append(0, 1, 2, "a").append(1, 3, 4, "b").get(2, 5, 6, "a");
    let told = story.illegal(ContradictionKind::MissedWrite, 6, &[1, 2]);
    assert_eq!(told.evidence[1], "no later read says whether it was lost");
    // What another read says that was called before this one returned, or after a Put, says nothing of it.
    let story = Story::new().append(0, 1, 2, "a").append(1, 3, 4, "b").get(2, 5, 6, "a").get(3, 5, 7, "a");
    story.put(0, 8, 9, "c").get(2, 10, 11, "c").illegal(ContradictionKind::MissedWrite, 6, &[1, 2]);
}

#[test]
fn a_client_that_does_not_find_what_it_has_appended() {
    // The Put might come between, but for the first read.
    let story = Story::new().lost_put(9, 0, "").append(0, 1, 2, "a").get(0, 3, 4, "a").append(0, 5, 6, "b");
    let told = story.get(0, 7, 8, "a").get(0, 9, 9, "a").illegal(ContradictionKind::LostUpdate, 8, &[2, 3, 4]);
    assert!(told.evidence[0].ends_with("without C0's Append(4, \"b\"), which had returned at 000.006000"), "{told:?}");
}

#[test]
fn a_value_that_outlives_a_put() {
    let story = Story::new().put(0, 1, 9, "old").get(1, 2, 3, "old").put(2, 4, 5, "new").get(3, 6, 7, "old");
    let told = story.illegal(ContradictionKind::MissedWrite, 7, &[1, 2, 3]);
    assert!(told.evidence[0].contains("although C2's Put(4, \"new\") had returned at 000.005000"), "{told:?}");
    // The first Put may be the later one.
    Story::new().put(0, 1, 9, "old").put(2, 4, 5, "new").get(3, 6, 7, "old").legal();
}

#[test]
fn a_lost_update_behind_a_put() {
    let story = Story::new().put(0, 1, 2, "").append(1, 3, 4, "b").get(2, 5, 6, "").get(2, 7, 8, "");
    let told = story.illegal(ContradictionKind::LostUpdate, 6, &[0, 1, 2]);
    assert_eq!(told.evidence[2], "C0's Put(4, \"\") was called at 000.001000 and returned at 000.002000");
}

#[test]
fn a_lost_put() {
    let story = Story::new().put(0, 1, 2, "a").put(1, 3, 4, "b").get(2, 5, 6, "a").get(2, 7, 8, "a");
    let told = story.illegal(ContradictionKind::LostUpdate, 6, &[0, 1, 2]);
    assert_eq!(
        told.evidence[0],
        "C2 read key 4 from 000.005000 to 000.006000 and got \"a\", although C1's Put(4, \"b\") had returned \
         at 000.004000 and nothing wrote \"a\" after it"
    );
}

#[test]
fn a_stale_read_after_a_partition() {
    let story = Story::new().append(0, 1, 2, "a").append(0, 3, 4, "b").get(0, 5, 6, "ab").get(1, 7, 8, "a");
    let told = story.illegal(ContradictionKind::StaleRead, 8, &[2, 3]);
    assert_eq!(
        told.evidence,
        ["C1 read key 4 from 000.007000 to 000.008000 and got \"a\", although before that \
         C0 read key 4 from 000.005000 to 000.006000 and got \"ab\"",]
    );
}

#[test]
fn a_value_from_before_a_put_that_emptied_it() {
    let story = Story::new().append(0, 1, 2, "x 0 1 y").put(1, 3, 4, "").get(3, 5, 6, "x 0 1 y").append(1, 7, 8, "b");
    let told = story.get(1, 9, 10, "b").illegal(ContradictionKind::StaleRead, 6, &[0, 1, 2]);
    assert_eq!(
        told.evidence,
        [
            "C3 read key 4 from 000.005000 to 000.006000 and got \"x 0 1 y\", although C1's Put(4, \"\") had returned \
         at 000.004000 and nothing wrote \"x 0 1 y\" after it",
            "C0's Append(4, \"x 0 1 y\") was called at 000.001000 and returned at 000.002000",
        ]
    );
}

#[test]
fn a_stale_read_that_only_a_later_one_gives_away() {
    let story = Story::new().append(0, 1, 2, "a").get(1, 3, 4, "").get(2, 5, 6, "a");
    let told = story.illegal(ContradictionKind::StaleRead, 4, &[0, 1]);
    assert_eq!(told.evidence[1], "C2 read key 4 from 000.005000 to 000.006000 and got \"a\", which shows it");
}

#[test]
fn a_value_that_was_replaced_comes_back() {
    let story = Story::new().put(0, 1, 2, "13").put(1, 3, 4, "14").get(1, 5, 6, "14").get(2, 7, 8, "13");
    let told = story.illegal(ContradictionKind::StaleRead, 8, &[0, 2, 3]);
    assert!(told.evidence[0].contains("got \"13\", although before that C1 read"), "{told:?}");
    let again = Story::new().put(0, 1, 2, "13").put(1, 3, 4, "14").get(1, 5, 6, "14").lost_put(3, 5, "13");
    assert_eq!(again.get(2, 7, 8, "13").legal(), [0, 1, 2, 3, 4], "it was written again");
}

#[test]
fn a_stale_read_beside_one_that_is_not() {
    let story = Story::new().lost_put(9, 0, "").append(0, 1, 2, "a").get(1, 1, 9, "a").get(2, 3, 4, "");
    assert_eq!(story.legal(), [1, 2, 0, 3]);
    let story = story.append(0, 5, 6, "b").get(3, 7, 9, "ab");
    let told = story.illegal(ContradictionKind::StaleRead, 9, &[1, 3, 5]);
    assert_eq!(
        told.evidence,
        [
            "C2 read key 4 from 000.003000 to 000.004000 and got \"\", without C0's Append(4, \"a\"), \
         which had returned at 000.002000",
            "C3 read key 4 from 000.007000 to 000.009000 and got \"ab\", which shows it",
        ]
    );
}

#[test]
fn an_append_that_took_effect_twice() {
    let story =
        Story::new().append(0, 1, 2, "x 0 0 y").append(0, 3, 4, "x 0 1 y").get(0, 5, 6, "x 0 0 yx 0 1 yx 0 0 y");
    let told = story.illegal(ContradictionKind::Duplicate, 6, &[2]);
    assert_eq!(
        told.evidence[1],
        "it has \"x 0 0 y\" 2 times, but was written once: C0's Append(4, \"x 0 0 y\"), from 000.001000 to 000.002000"
    );
}

#[test]
fn concurrent_appends_in_any_order_are_fine() {
    for value in ["ab", "ba"] {
        Story::new().append(0, 1, 9, "a").append(1, 2, 8, "b").get(2, 10, 11, value).legal();
    }
    let orders = Story::new().put(0, 1, 9, "a").put(1, 2, 8, "b").get(2, 3, 4, "b").get(2, 5, 6, "a").legal();
    assert_eq!(orders, [1, 2, 0, 3]);
}

#[test]
fn appends_in_an_order_that_cannot_be() {
    let story = Story::new().append(0, 1, 2, "a").append(1, 3, 4, "b").get(2, 5, 6, "ba");
    let told = story.illegal(ContradictionKind::Reordered, 6, &[0, 2]);
    assert_eq!(
        told.evidence,
        [
            "C2 read key 4 from 000.005000 to 000.006000 and got \"ba\", in which C1's Append(4, \"b\") comes before \
         C0's Append(4, \"a\")",
            "the one was called at 000.003000, the other had returned at 000.002000",
        ]
    );
}

#[test]
fn appends_in_two_orders() {
    let story = Story::new().append(0, 1, 9, "a").append(1, 1, 9, "b").get(2, 10, 11, "ab").get(3, 10, 11, "ba");
    let told = story.illegal(ContradictionKind::Reordered, 11, &[2, 3]);
    assert_eq!(told.evidence[2], "from byte 0 on, the one has \"ab\" and the other \"ba\"");
}

#[test]
fn appends_that_exclude_each_other() {
    let story = Story::new().append(0, 1, 9, "a").append(1, 1, 9, "b").get(2, 10, 11, "a").get(3, 10, 11, "b");
    let told = story.illegal(ContradictionKind::StaleRead, 11, &[1, 2]);
    assert!(told.evidence[0].contains("got \"a\", without C1's Append(4, \"b\")"), "{told:?}");
    let story = Story::new().lost_append(0, 1, "a").lost_append(1, 1, "b").get(2, 10, 11, "a").get(3, 10, 11, "b");
    let told = story.illegal(ContradictionKind::Diverged, 11, &[2, 3]);
    assert_eq!(told.evidence[2], "from byte 0 on, the one has \"a\" and the other \"b\"");
}

#[test]
fn a_put_that_never_returned_may_take_effect_later_or_never() {
    let story = || Story::new().put(0, 1, 2, "a").lost_put(1, 3, "b");
    assert_eq!(story().get(2, 5, 6, "a").legal(), [0, 2], "it never happened");
    assert_eq!(story().get(2, 5, 6, "a").get(2, 7, 8, "b").legal(), [0, 2, 1, 3], "it happened much later");
    story().get(2, 5, 6, "b").get(2, 7, 8, "a").illegal(ContradictionKind::StaleRead, 8, &[0, 2, 3]);
    Story::new().get(2, 1, 2, "b").lost_put(1, 3, "b").illegal(ContradictionKind::NeverWritten, 2, &[0]);
}

#[test]
fn an_append_that_never_returned_takes_effect_once_at_most() {
    let story = || Story::new().append(0, 1, 2, "a").lost_append(1, 3, "b");
    assert_eq!(story().get(2, 5, 6, "ab").append(0, 7, 8, "c").get(2, 9, 10, "abc").legal(), [0, 1, 2, 3, 4]);
    assert_eq!(story().get(2, 5, 6, "a").append(0, 7, 8, "c").get(2, 9, 10, "acb").legal(), [0, 2, 3, 1, 4]);
    let told = story().get(2, 5, 6, "abb").illegal(ContradictionKind::Duplicate, 6, &[2]);
    assert!(told.evidence[1].ends_with("called at 000.003000, which never returned"), "{:?}", told.evidence);
}

#[test]
fn reads_that_never_returned_say_nothing() {
    let get = KvInput::Get { key: KEY.to_owned() };
    let story = Story::new().add(1, (1, None), get, "").append(0, 2, 3, "a").get(0, 4, 5, "a");
    assert_eq!(story.legal(), [1, 2]);
}

#[test]
fn operations_that_touch_are_concurrent() {
    Story::new().append(0, 1, 5, "a").get(1, 5, 9, "").legal();
    Story::new().append(0, 1, 5, "a").get(1, 6, 9, "").illegal(ContradictionKind::MissedWrite, 9, &[0, 1]);
}

#[test]
fn operations_may_take_no_time() {
    Story::new()
        .append(0, 5, 5, "a")
        .append(1, 5, 5, "b")
        .get(2, 5, 5, "b")
        .get(3, 5, 5, "ba")
        .get(4, 5, 5, "")
        .legal();
    Story::new().append(0, 5, 5, "a").get(1, 6, 6, "").illegal(ContradictionKind::MissedWrite, 6, &[0, 1]);
}

#[test]
fn an_empty_put_is_a_missing_key() {
    Story::new().append(0, 1, 2, "a").put(0, 3, 4, "").get(0, 5, 6, "").append(0, 7, 8, "").get(0, 9, 10, "").legal();
}

#[test]
fn values_need_not_be_unique() {
    Story::new().append(0, 1, 9, "1").append(1, 1, 9, "11").append(2, 1, 9, "1").get(3, 2, 3, "111").legal();
    Story::new().append(0, 1, 2, "1").append(1, 3, 4, "11").get(3, 5, 6, "111").legal();
}

#[test]
fn what_is_plain_is_told_even_without_a_search() {
    let budget = Budget { explain_steps: 0, ..Budget::default() };
    let long =
        || (0..20).fold(Story::new().put(0, 1, 2, ""), |story, at| story.append(1, 10 * at + 3, 10 * at + 4, "a"));
    let told = |story: Story| match check_kv(&story.0, &budget) {
        Verdict::Contradicted(told) => *told,
        other => panic!("{other:?}"),
    };
    let missed = told(long().append(1, 300, 301, "b").get(2, 400, 401, "aa"));
    assert_eq!((missed.kind, &missed.operations[..]), (ContradictionKind::MissedWrite, &[0, 21, 22][..]));
    // With a Put in between, it is not plain.
    let open = told(long().append(1, 300, 301, "b").put(0, 302, 303, "").get(2, 400, 401, "b"));
    assert_eq!((open.kind, open.operations.len()), (ContradictionKind::NoOrder, 24));
    assert!(open.evidence.len() < 10, "{:#?}", open.evidence);
    assert_eq!(
        open.evidence.last().map(String::as_str),
        Some("and 18 earlier operations, of which not all may be needed")
    );
}

#[test]
fn long_values_are_shortened() {
    let long = "x 0 0 y".repeat(100);
    let told = Story::new().append(0, 1, 2, &long).get(1, 3, 4, "").illegal(ContradictionKind::MissedWrite, 4, &[0, 1]);
    assert!(
        told.evidence[0].contains("Append(4, \"x 0 0 yx 0 0 yx \"…\" yx 0 0 yx 0 0 y\" (700 characters))"),
        "{told:?}"
    );
}

/// `lab-spec/kv.md` §8.4, "Partial linearizations".
#[test]
fn the_key_value_history_that_comes_with_porcupine() {
    let on = |key: &str, value: &str| KvInput::Put { key: key.to_owned(), value: value.to_owned() };
    let get = |key: &str| KvInput::Get { key: key.to_owned() };
    let x = Story::new()
        .add(0, (0, Some(100)), get("x"), "w")
        .add(1, (5, Some(10)), on("x", "y"), "")
        .add(2, (0, Some(10)), on("x", "z"), "")
        .add(1, (20, Some(30)), get("x"), "y")
        .add(1, (35, Some(45)), on("x", "w"), "")
        .add(3, (25, Some(35)), get("x"), "z")
        .add(4, (30, Some(40)), get("x"), "y");
    let y = Story::new().add(5, (50, Some(90)), get("y"), "a").add(6, (55, Some(85)), on("y", "a"), "");
    assert_eq!(y.legal(), [1, 0]);
    let both = x.add(5, (50, Some(90)), get("y"), "a").add(6, (55, Some(85)), on("y", "a"), "");
    let Verdict::Contradicted(told) = both.check() else { panic!("it is not linearizable") };
    assert_eq!((told.key.as_str(), told.at), ("x", Instant::from_millis(35)));
    assert_eq!((told.kind, &told.operations[..]), (ContradictionKind::Diverged, &[2, 1, 3, 5][..]));
}

#[test]
fn of_several_contradictions_the_earliest_is_told() {
    let get = |key: &str| KvInput::Get { key: key.to_owned() };
    let story = Story::new().add(0, (5, Some(6)), get("a"), "?").add(0, (3, Some(4)), get("b"), "?");
    let Verdict::Contradicted(told) = story.check() else { panic!("it is not linearizable") };
    assert_eq!((told.key.as_str(), told.at, &told.operations[..]), ("b", Instant::from_millis(4), &[1][..]));
}

/// Twelve Appends at once, which took effect in the reverse of the order that a search tries first.
fn hard() -> Story {
    let element = |client: usize| format!("<{client}>");
    let story = (0..12).fold(Story::new(), |story, client| story.append(client, 1, 50, &element(client)));
    story.get(30, 51, 52, &(0..12).rev().map(element).collect::<String>())
}

#[test]
fn a_budget_ends_a_search_and_is_no_verdict() {
    let undecided = |budget| match check_kv(&hard().0, &budget) {
        Verdict::Undecided(keys) => (keys[0].key.clone(), keys[0].operations, keys[0].limit),
        other => panic!("{other:?}"),
    };
    let budget = Budget { steps: 20, ..Budget::default() };
    assert_eq!(undecided(budget), (KEY.to_owned(), 13, Limit::Steps));
    let budget = Budget { cache_bytes: 100, ..Budget::default() };
    assert_eq!(undecided(budget), (KEY.to_owned(), 13, Limit::CacheBytes));
}

#[test]
fn a_contradiction_counts_more_than_what_is_undecided() {
    let get = KvInput::Get { key: "5".to_owned() };
    let story = hard().add(0, (60, Some(70)), get, "?");
    let verdict = check_kv(&story.0, &Budget { steps: 20, ..Budget::default() });
    let Verdict::Contradicted(told) = verdict else { panic!("{verdict:?}") };
    assert_eq!(told.key, "5");
}

#[test]
fn a_read_that_contradicts_all_writes_is_found_where_a_search_gives_up() {
    let story = hard().get(30, 60, 70, "?");
    let verdict = check_kv(&story.0, &Budget { steps: 20, ..Budget::default() });
    let Verdict::Contradicted(told) = verdict else { panic!("{verdict:?}") };
    assert_eq!((told.kind, &told.operations[..]), (ContradictionKind::NeverWritten, &[13][..]));
}

#[test]
fn an_explanation_that_may_cost_nothing_is_still_true() {
    let story = Story::new().put(0, 1, 2, "").append(1, 3, 4, "b").get(2, 5, 6, "");
    let verdict = check_kv(&story.0, &Budget { explain_steps: 0, ..Budget::default() });
    let Verdict::Contradicted(told) = verdict else { panic!("{verdict:?}") };
    assert_eq!(told.operations, [0, 1, 2]);
}

/// Nothing is compared or copied that was seen before: the longer the values, the more this would
/// show. Without branches a step is an operation.
#[test]
fn a_sequential_history_takes_a_step_for_each_operation() {
    let mut history = History::new();
    let mut value = String::new();
    for number in 0..4_000 {
        let (at, element) = (Instant::from_millis(10 * number), format!("x 0 {number} y"));
        value += &element;
        let id = history.call(0, at, append(&element));
        history.end(id, Instant::from_millis(10 * number + 4), String::new());
        let id = history.call(0, Instant::from_millis(10 * number + 5), KvInput::Get { key: KEY.to_owned() });
        history.end(id, Instant::from_millis(10 * number + 9), value.clone());
    }
    let budget = Budget { steps: 8_000, ..Budget::default() };
    assert!(matches!(check_kv(&history, &budget), Verdict::Linearizable(_)));
}
