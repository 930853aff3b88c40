//! `raftlab explain`, as people see it.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::Bench;
use raftlab::lab::{Edition, handout};
use regex::Regex;

fn explain(arguments: &[&str]) -> String {
    let ended = Bench::new().run(&[&["explain"], arguments].concat());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(ended.stdout).expect("it is text")
}

fn assert_says(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
    }
}

#[test]
fn a_test_is_explained_by_each_of_its_names() {
    let text = explain(&["2C/figure8-unreliable"]);
    assert_says(&text, &["2C/figure8-unreliable\n", "\nPurpose. ", "\nTimeline.\n", "\nChecks. ", "From step 200 on"]);
    for name in ["figure8-unreliable", "TestFigure8Unreliable2C"] {
        assert_eq!(explain(&[name]), text);
    }
    let later = explain(&["TestFigure8Unreliable3C", "--edition", "2024"]);
    assert_eq!(later, text.replace("2C", "3C"));
}

#[test]
fn a_part_a_rule_a_check_an_outcome_and_a_mistake_are_explained() {
    assert_says(&explain(&["2C"]), &["2C Persistence\n", "`2C/unreliable-churn`"]);
    assert_says(&explain(&["3A"]), &["3A Key/value service without snapshots\n", "`3A/kv-random-keys`"]);
    assert_says(&explain(&["TestBasic4A", "--edition", "2024"]), &["4A/kv-basic\n", "\nPurpose. "]);
    assert_says(&explain(&["no progress"]), &["check: no progress\n", "ends in a minority"]);
    assert_says(&explain(&["election", "safety"]), &["rule: election safety\n", "Figure 3"]);
    assert_eq!(explain(&["election-safety"]), explain(&["election safety"]));
    assert_says(&explain(&["failed to reach agreement"]), &["check: one\n"]);
    assert_says(&explain(&["nondeterministic"]), &["outcome: nondeterministic\n", "ctx.random"]);
    let mistake = explain(&["vote-not-persisted"]);
    assert_says(&mistake, &["mistake: vote-not-persisted\n", "To read again. Figure 2", "Where to look. "]);
}

#[test]
fn without_a_name_all_names_are_shown() {
    let text = explain(&[]);
    assert_says(
        &text,
        &["2X Beyond the course\n", "swarm-7", "kv-late-copies", "timer rule", "nondeterministic", "thread-or-static"],
    );
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest() {
    let ended = Bench::new().run(&["explain", "electoin-safety"]);
    ended.says(2, &["there is nothing to explain called `electoin-safety`; did you mean `election safety`"]);
}

#[test]
fn lines_fit_and_styles_are_only_where_they_are_wanted() {
    let plain = explain(&["2C/persist2"]);
    assert!(!plain.contains('\u{1b}') && !plain.contains("**"), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    let styled = explain(&["2C/persist2", "--color", "always"]);
    assert_says(&styled, &["\u{1b}[1mPurpose.\u{1b}[0m", "\u{1b}[36m"]);
    // A style that goes on over a line's end would colour what is written beside it.
    for line in styled.lines() {
        assert_eq!(line.matches("\u{1b}[0m").count() * 2, line.matches('\u{1b}').count(), "{line:?}");
    }
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&strip_ansi_escapes::strip_str(&styled)), words(&plain.replace('`', "")));
}

/// The names of checks, as they stand in the sources of the scenarios and of the cluster.
fn checks() -> BTreeSet<String> {
    let named = Regex::new(r#"(?:fail\(|expect\([^";]+, |check: )"([A-Za-z ]+)""#).expect("it is sound");
    let mut checks = BTreeSet::new();
    for folder in ["src/scenario", "src/cluster"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            checks.extend(named.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
    checks
}

#[test]
fn every_check_is_explained_and_no_other() {
    let chapters = handout(Edition::To2023);
    let chapter = chapters.iter().find(|chapter| chapter.name == "Checks").expect("there is a chapter");
    let explained: BTreeSet<String> = chapter.sections.iter().map(|section| section.name.clone()).collect();
    assert_eq!(explained, checks());
}
