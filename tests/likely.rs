//! How often what is shown as the usual mistake is the one that was made: on the gallery's bugs, by
//! what the rules and checks said of them. `raftlab bugs --findings labs/bugs/findings.jsonl` plays the
//! gallery and writes these findings anew.
#![expect(clippy::print_stdout, reason = "the table is for those who ask for it: --nocapture")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use raftlab::lab::{Edition, Mistake, TestInfo, handout, mistakes};
use raftlab::oracle;
use raftlab::report::likely;
use raftlab::runner::Finding;
use serde::Deserialize;

const FINDINGS: &str = include_str!("../labs/bugs/findings.jsonl");

/// As many mistakes as people are shown.
const SHOWN: usize = 3;

/// What a rule or check said of a bug.
#[derive(Deserialize)]
struct Recorded {
    bug: String,
    part: String,
    test: String,
    rule: String,
    evidence: Vec<String>,
}

fn recorded() -> Vec<Recorded> {
    FINDINGS.lines().map(|line| serde_json::from_str(line).expect("the line is a finding")).collect()
}

/// The mistake of a bug: variants share one.
fn mistake(bug: &str) -> &str {
    bug.split_once('.').map_or(bug, |(id, _variant)| id)
}

fn likely_of(Recorded { part, test, rule, evidence, .. }: &Recorded) -> Vec<&'static Mistake> {
    let (rule, evidence) = (rule.clone(), evidence.clone());
    let finding = Finding { rule, at: None, servers: vec![], evidence, place: None, circumstances: None };
    let (part, name) = (part.clone(), test.clone());
    let info = TestInfo { part, name, course_name: String::new(), title: String::new(), points: 0 };
    likely(&finding, &info)
}

/// The places in the paper that a mistake names, without what it says of them.
fn places(mistake: &Mistake) -> BTreeSet<&str> {
    let place = |text: &'static str| text.split([':', '(', '"']).next().unwrap_or_default().trim();
    mistakes()
        .iter()
        .filter(|known| known.id == mistake.id)
        .flat_map(|known| known.paper.split("; ").map(place))
        .collect()
}

/// Bugs of the gallery, with those that only look like one if `legal` are wanted.
fn gallery(legal: bool) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/bugs");
    let entries = fs::read_dir(folder).expect("the gallery is there").flatten();
    let patches = entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "patch"));
    let texts = patches.map(|entry| fs::read_to_string(entry.path()).expect("the patch can be read"));
    let value = |text: &str, key: &str| {
        text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": ").map(str::to_owned)).unwrap_or_default()
    };
    texts.filter(|text| (value(text, "kind") == "legal") == legal).map(|text| value(&text, "id")).collect()
}

/// How many of all findings have their mistake at which rank; and with the right place in the paper.
#[derive(Default)]
struct Tally {
    findings: usize,
    first: usize,
    shown: usize,
    place: usize,
}

impl Tally {
    fn count(&mut self, bug: &str, found: &[&Mistake]) {
        let shown = &found[..found.len().min(SHOWN)];
        let right = mistakes().iter().find(|known| known.id == mistake(bug));
        let is_right = |found: &&Mistake| found.id == mistake(bug);
        let right_place = |found: &&Mistake| right.is_some_and(|right| !places(right).is_disjoint(&places(found)));
        self.findings += 1;
        self.first += usize::from(shown.first().is_some_and(is_right));
        self.shown += usize::from(shown.iter().any(is_right));
        self.place += usize::from(shown.iter().any(right_place));
    }

    fn percent(&self, part: usize) -> f64 {
        100.0 * part as f64 / self.findings as f64
    }
}

#[test]
fn nine_of_ten_findings_have_the_right_mistake_among_those_that_are_shown() {
    let (mut all, mut by_rule) = (Tally::default(), BTreeMap::<String, Tally>::new());
    for finding in recorded() {
        let found = likely_of(&finding);
        all.count(&finding.bug, &found);
        by_rule.entry(finding.rule.clone()).or_default().count(&finding.bug, &found);
        let rank = found.iter().position(|found| found.id == mistake(&finding.bug)).map(|at| at + 1);
        let (rank, first) = (rank.map_or("-".to_owned(), |rank| rank.to_string()), found.first());
        let first = first.map_or("nothing", |mistake| &mistake.id);
        println!("{rank:>3}  {:50} {:24} {}/{}: {first}", finding.bug, finding.rule, finding.part, finding.test);
    }
    println!("\n{:26} findings  first  of three  place", "rule");
    for (rule, tally) in by_rule.iter().map(|(rule, tally)| (rule.as_str(), tally)).chain([("all", &all)]) {
        let Tally { findings, first, shown, place } = tally;
        println!("{rule:26} {findings:8} {first:6} {shown:9} {place:6}");
    }
    let [first, shown, place] = [all.first, all.shown, all.place].map(|part| all.percent(part));
    println!("\nright at once {first:.0} %, among the first three {shown:.0} %, the place in the paper {place:.0} %");
    assert!(shown >= 90.0 && place >= 90.0, "{shown:.0} % and {place:.0} % of {} findings", all.findings);
}

#[test]
fn every_bug_of_the_gallery_is_a_known_mistake_and_nothing_legal_was_found() {
    let known: BTreeSet<&str> = mistakes().iter().map(|mistake| mistake.id.as_str()).collect();
    let bugs = gallery(false);
    for bug in &bugs {
        assert!(known.contains(mistake(bug)), "{bug} is not in labs/mistakes.toml");
    }
    let found: BTreeSet<String> = recorded().into_iter().map(|finding| finding.bug).collect();
    assert!(found.is_subset(&bugs), "not a bug: {:?}", found.difference(&bugs).collect::<Vec<_>>());
    let missing: Vec<&String> = bugs.difference(&found).collect();
    assert!(missing.len() * 20 <= bugs.len(), "of more than one bug in twenty nothing was found: {missing:?}");
    assert!(gallery(true).is_disjoint(&found));
}

/// All names that a finding can have.
fn findings() -> BTreeSet<String> {
    let chapters = handout(Edition::To2023).into_iter();
    let found = chapters.filter(|chapter| ["Rules", "Checks", "Outcomes"].contains(&chapter.name.as_str()));
    let (checks, outcomes): (Vec<_>, Vec<_>) = found.partition(|chapter| chapter.name != "Outcomes");
    let names = checks.into_iter().flat_map(|chapter| chapter.sections).map(|section| section.name);
    // An outcome stands for several findings, which are its other names.
    names.chain(outcomes.into_iter().flat_map(|chapter| chapter.sections).flat_map(|section| section.also)).collect()
}

/// A sign of something that is never found would never be seen.
#[test]
fn signs_are_of_rules_and_checks_that_there_are() {
    let findings = findings();
    assert!(oracle::rules().all(|rule| findings.contains(rule.name)));
    for Mistake { id, signs, .. } in mistakes() {
        for sign in signs {
            assert!(findings.contains(&sign.rule), "{id}: `{}` finds nothing", sign.rule);
        }
    }
}

#[test]
fn whatever_finds_something_is_found_by_some_sign() {
    let signs: BTreeSet<&str> = mistakes().iter().flat_map(|known| &known.signs).map(|sign| &*sign.rule).collect();
    // What a search cannot decide is nobody's mistake.
    for finding in findings().into_iter().filter(|finding| finding != "limit linearizability_search") {
        assert!(signs.contains(finding.as_str()), "of `{finding}` nothing is known");
    }
}
