//! The handout, `labs/README.md`, by its sections.
//!
//! Its headings are fixed: a chapter is a part (`## 2C Persistence`) or one of `## Rules`,
//! `## Checks` and `## Outcomes`; in it stands one `### NAME` for each test, rule, check or outcome,
//! with other names for it in brackets.

use super::Edition;

const EMBEDDED: &str = include_str!("../../labs/README.md");

/// A chapter of the handout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chapter {
    /// The part, or `Rules`, `Checks`, `Outcomes`.
    pub name: String,
    /// What a part is about; nothing for the others.
    pub title: String,
    /// What stands before its first section, in Markdown.
    pub text: String,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// What the handout says of a test, a rule, a check or an outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// `2C/persist1`, or the name of a rule, a check or an outcome.
    pub name: String,
    /// What else it is called.
    pub also: Vec<String>,
    /// All that stands below the heading, in Markdown.
    pub text: String,
}

/// All chapters, with the parts as `edition` numbers them.
pub fn handout(edition: Edition) -> Vec<Chapter> {
    let text = edition.renumber(EMBEDDED);
    let (_, text) = text.split_once("\n## ").unwrap_or_default();
    text.split("\n## ").map(chapter).collect()
}

fn chapter(text: &str) -> Chapter {
    let mut pieces = text.split("\n### ");
    let (heading, text) = heading_and_text(pieces.next().unwrap_or_default());
    let (name, title) = heading.split_once(' ').unwrap_or((heading, ""));
    let [name, title, text] = [name, title, text].map(str::to_owned);
    Chapter { name, title, text, sections: pieces.map(section).collect() }
}

fn section(text: &str) -> Section {
    let (heading, text) = heading_and_text(text);
    let (name, also) = heading.split_once(" (").unwrap_or((heading, ")"));
    let also = also.trim_end_matches(')').split(", ").filter(|name| !name.is_empty());
    Section { name: name.to_owned(), also: also.map(str::to_owned).collect(), text: text.to_owned() }
}

fn heading_and_text(text: &str) -> (&str, &str) {
    let (heading, text) = text.split_once('\n').unwrap_or((text, ""));
    (heading, text.trim())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lab::{Lab, Test, mistakes};
    use crate::oracle;

    /// The labels that the sections of a chapter have, each once and in this order.
    fn labels(chapter: &str) -> &'static [&'static str] {
        match chapter {
            "Rules" => &["Demands", "Why", "When it is broken", "Usual mistakes"],
            "Checks" => &["Demands", "When it is not met", "Usual mistakes"],
            "Outcomes" => &["Means", "What to do", "Usual mistakes"],
            _ => &["Purpose", "Timeline", "Checks", "Usual mistakes"],
        }
    }

    fn chapters() -> Vec<Chapter> {
        handout(Edition::To2023)
    }

    fn names(chapter: &Chapter) -> Vec<&str> {
        chapter.sections.iter().map(|section| section.name.as_str()).collect()
    }

    #[test]
    fn every_test_and_every_rule_has_its_section_in_order() {
        let chapters = chapters();
        let lab = Lab::course(Edition::To2023);
        for (chapter, part) in chapters.iter().zip(&lab.parts) {
            assert_eq!((&chapter.name, &chapter.title), (&part.name, &part.title));
            let paths: Vec<String> = part.tests.iter().map(|test| test.path()).collect();
            assert_eq!(names(chapter), paths);
        }
        let others: Vec<&str> = chapters[lab.parts.len()..].iter().map(|chapter| chapter.name.as_str()).collect();
        assert_eq!(others, ["Rules", "Checks", "Outcomes"]);
        let rules: Vec<&str> = oracle::rules().map(|rule| rule.name).collect();
        assert_eq!(names(&chapters[lab.parts.len()]), rules);
    }

    #[test]
    fn every_section_has_all_its_labels_and_says_something_below_each() {
        for chapter in chapters() {
            assert!(!chapter.text.is_empty(), "{} says nothing", chapter.name);
            for Section { name, text, .. } in &chapter.sections {
                let places = labels(&chapter.name).iter().map(|label| {
                    let label = format!("**{label}.**");
                    assert_eq!(text.matches(&label).count(), 1, "{name}: {label}");
                    text.find(&label).map(|at| (at, at + label.len()))
                });
                let places: Vec<(usize, usize)> = places.flatten().collect();
                assert!(places.is_sorted(), "{name}: another order");
                let ends = places.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
                for ((_, start), end) in places.iter().zip(ends) {
                    assert!(text[*start..end].trim().len() > 10, "{name}: a label with nothing below it");
                }
                assert_eq!(text.matches(".**").count(), places.len(), "{name}: a label too much");
            }
        }
    }

    #[test]
    fn what_is_said_of_a_test_first_is_what_its_lab_file_says() {
        let lab = Lab::course(Edition::To2023);
        for (section, test) in chapters().iter().flat_map(|chapter| &chapter.sections).zip(lab.tests()) {
            let first = section.text.split("\n\n").next().unwrap_or_default();
            assert_eq!(first.split_whitespace().collect::<Vec<_>>().join(" "), facts(test));
        }
    }

    /// A test in one sentence.
    fn facts(test: &Test) -> String {
        let network = if test.unreliable { "unreliable" } else { "reliable" };
        let snapshots = if test.snapshots { ", with snapshots" } else { "" };
        let parameters: Vec<String> = test.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let parameters = if parameters.is_empty() { String::new() } else { format!("; {}", parameters.join(", ")) };
        let (least, most) = (test.latency.start().as_micros(), test.latency.end().as_micros());
        let latency = match (least, most) {
            (50, 500) => String::new(),
            (least, most) if least == most => format!("; messages take {least} µs"),
            (least, most) => format!("; messages take {least} to {most} µs"),
        };
        let (info, servers) = (&test.info, test.servers);
        format!(
            "`{}`: {}. {servers} servers, {network} network{snapshots}{parameters}{latency}; {} points.",
            info.course_name, info.title, info.points
        )
    }

    #[test]
    fn every_mistake_that_is_named_is_known_with_its_place_and_every_place_has_some() {
        let known: BTreeSet<&str> = mistakes().iter().map(|mistake| mistake.id.as_str()).collect();
        let tests: BTreeSet<String> = Lab::course(Edition::To2023).tests().map(|test| test.info.name.clone()).collect();
        let mut named = BTreeSet::new();
        for Section { name, text, .. } in chapters().iter().flat_map(|chapter| &chapter.sections) {
            let (_, usual) = text.split_once("**Usual mistakes.**").expect("every section has them");
            for item in usual.split("\n- ").skip(1) {
                let ids = item.split('`').skip(1).step_by(2);
                let ids: Vec<&str> = ids.filter(|id| id.contains('-') && !id.contains(' ')).collect();
                named.extend(ids.iter().filter(|id| !tests.contains(**id)).map(|id| (*id).to_owned()));
                assert!(!usual.trim().is_empty(), "{name} names none");
            }
        }
        for id in &named {
            assert!(known.contains(id.as_str()), "`{id}` is not in labs/mistakes.toml");
        }
        assert!(named.len() * 10 >= known.len() * 9, "only {} of {} mistakes are named", named.len(), known.len());
    }

    #[test]
    fn names_and_other_names_are_there_once() {
        let mut all = BTreeSet::new();
        for section in chapters().into_iter().flat_map(|chapter| chapter.sections) {
            for name in std::iter::once(section.name).chain(section.also) {
                assert!(all.insert(name.clone()), "{name} is there twice");
            }
        }
        assert!(all.contains("failed to reach agreement") && all.contains("limit tasks"));
    }

    #[test]
    fn parts_are_numbered_as_the_edition_does() {
        let chapters = handout(Edition::From2024);
        assert_eq!((chapters[2].name.as_str(), chapters[2].sections[0].name.as_str()), ("3C", "3C/persist1"));
        assert!(chapters[2].sections[0].text.starts_with("`TestPersist13C`"));
    }
}
