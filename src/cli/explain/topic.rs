//! Everything that can be explained, by all its names.

use std::fmt::Write as _;

use crate::lab::{Chapter, Edition, Lab, Mistake, Section, handout, mistakes};

/// Names this similar are suggested for an unknown one.
const SIMILAR: f64 = 0.75;
/// At most this many.
const SUGGESTIONS: usize = 3;

/// All topics of an edition.
pub(super) struct Topics {
    edition: Edition,
    pub(super) chapters: Vec<Chapter>,
    /// The course's names of tests, with their paths.
    course_names: Vec<(String, String)>,
}

/// Something that can be explained.
enum Topic<'a> {
    Chapter(&'a Chapter),
    Section(&'a Chapter, &'a Section),
    Mistake(&'static Mistake),
}

impl Topics {
    /// The handout and the mistakes, with the parts as an edition numbers them.
    pub(super) fn of(edition: Edition) -> Topics {
        let lab = Lab::course(edition);
        let course_names = lab.tests().map(|test| (test.info.course_name.clone(), test.path())).collect();
        Topics { edition, chapters: handout(edition), course_names }
    }

    /// What is said of all topics with this name, in Markdown; several may have it, as a rule and a test.
    ///
    /// # Errors
    /// If none has: which names are near.
    pub(super) fn named(&self, name: &str) -> Result<String, String> {
        let wanted = plain(name);
        if wanted == "mistakes" {
            return Ok(all_mistakes());
        }
        let meant: Vec<Topic<'_>> =
            self.all().filter(|topic| self.names(topic).iter().any(|name| plain(name) == wanted)).collect();
        if meant.is_empty() {
            return Err(format!("there is nothing to explain called `{name}`{}", self.nearest(&wanted)));
        }
        let texts: Vec<String> = meant.iter().map(|topic| self.markdown(topic)).collect();
        Ok(texts.join("\n\n"))
    }

    fn all(&self) -> impl Iterator<Item = Topic<'_>> {
        let chapters = self.chapters.iter().map(Topic::Chapter);
        let sections = self
            .chapters
            .iter()
            .flat_map(|chapter| chapter.sections.iter().map(move |section| Topic::Section(chapter, section)));
        chapters.chain(sections).chain(mistakes().iter().map(Topic::Mistake))
    }

    fn names(&self, topic: &Topic<'_>) -> Vec<String> {
        match topic {
            Topic::Chapter(chapter) => vec![chapter.name.clone()],
            Topic::Section(_, Section { name, also, .. }) => {
                let short = name.split_once('/').map(|(_, test)| test.to_owned());
                let course = self.course_names.iter().find(|(_, path)| path == name).map(|(course, _)| course.clone());
                std::iter::once(name.clone()).chain(also.clone()).chain(short).chain(course).collect()
            }
            Topic::Mistake(mistake) => vec![mistake.id.clone()],
        }
    }

    fn markdown(&self, topic: &Topic<'_>) -> String {
        match topic {
            Topic::Chapter(chapter) => chapter_text(chapter),
            Topic::Section(chapter, Section { name, text, .. }) => format!("### {}{name}\n\n{text}", kind(chapter)),
            Topic::Mistake(mistake) => self.edition.renumber(&mistake_text(mistake)).into_owned(),
        }
    }

    fn nearest(&self, wanted: &str) -> String {
        let names = self.all().flat_map(|topic| self.names(&topic));
        let mut scored: Vec<(f64, String)> =
            names.map(|name| (strsim::jaro_winkler(wanted, &plain(&name)), name)).collect();
        scored.retain(|(score, _)| *score >= SIMILAR);
        scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let names: Vec<String> = scored.iter().take(SUGGESTIONS).map(|(_, name)| format!("`{name}`")).collect();
        match &names[..] {
            [] => "; `raftlab explain` shows all there is".to_owned(),
            names => format!("; did you mean {}?", names.join(" or ")),
        }
    }
}

/// A name as it is compared: neither case nor hyphens matter, nor a patch's rank and variant.
fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace(['-', '_'], " ");
    let without_rank = name.split_once(' ').filter(|(rank, _)| rank.len() == 3 && rank.parse::<u16>().is_ok());
    let name = without_rank.map_or(&*name, |(_, id)| id);
    let id = name.split_once('.').map_or(name, |(id, _variant)| id);
    id.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a section is about, where its name does not say it.
fn kind(chapter: &Chapter) -> &'static str {
    match chapter.name.as_str() {
        "Rules" => "rule: ",
        "Checks" => "check: ",
        "Outcomes" => "outcome: ",
        _ => "",
    }
}

/// Every mistake with its title.
fn all_mistakes() -> String {
    let mut markdown = "## Mistakes\n\nThose that are made most often come first.\n".to_owned();
    for Mistake { id, title, .. } in mistakes() {
        let _ = write!(markdown, "\n- `{id}`: {title}");
    }
    markdown
}

fn chapter_text(chapter: &Chapter) -> String {
    let Chapter { name, title, text, sections } = chapter;
    let heading = format!("{name} {title}");
    let tests = sections.iter().any(|section| section.name.contains('/'));
    let list = if tests { "**Its tests.** More is said of each:" } else { "More is said of each of these:" };
    let mut markdown = format!("## {}\n\n{text}\n\n{list}\n", heading.trim_end());
    for Section { name, .. } in sections {
        let _ = write!(markdown, "\n- `{name}`");
    }
    markdown
}

fn mistake_text(mistake: &Mistake) -> String {
    let Mistake { id, title, wrong, paper, look, signs } = mistake;
    let mut rules: Vec<&str> = Vec::new();
    for sign in signs {
        if !rules.contains(&sign.rule.as_str()) {
            rules.push(&sign.rule);
        }
    }
    let rules: Vec<String> = rules.into_iter().map(|rule| format!("`{rule}`")).collect();
    format!(
        "### mistake: {id}\n\n**{}.** {wrong}\n\n**To read again.** {paper}.\n\n**Where to look.** {}.\n\n\
         **Usually found by.** {}.",
        sentence(title),
        sentence(look),
        rules.join(", ")
    )
}

/// The same with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(name: &str) -> String {
        Topics::of(Edition::To2023).named(name).expect("it can be explained")
    }

    #[test]
    fn every_kind_of_name_is_understood() {
        let cases = [
            ("2C", "## 2C Persistence\n"),
            ("rules", "## Rules\n"),
            ("2C/figure8-unreliable", "### 2C/figure8-unreliable\n"),
            ("Figure8-Unreliable", "### 2C/figure8-unreliable\n"),
            ("TestFigure8Unreliable2C", "### 2C/figure8-unreliable\n"),
            ("election-safety", "### rule: election safety\n"),
            ("Election Safety", "### rule: election safety\n"),
            ("failed to reach agreement", "### check: one\n"),
            ("RPC count", "### check: RPC count\n"),
            ("stuck", "### outcome: stuck\n"),
            ("limit polls_per_instant", "### outcome: over-limit\n"),
            ("vote-not-persisted", "### mistake: vote-not-persisted\n"),
            ("011-vote-not-persisted.encoding", "### mistake: vote-not-persisted\n"),
        ];
        for (name, begin) in cases {
            let text = explained(name);
            assert!(text.starts_with(begin), "{name}: {text}");
        }
    }

    #[test]
    fn a_name_that_two_have_explains_both() {
        let text = explained("re-election");
        assert!(text.contains("### 2A/re-election\n") && text.contains("### rule: re-election\n"), "{text}");
    }

    #[test]
    fn whatever_a_finding_is_called_can_be_explained() {
        let topics = Topics::of(Edition::To2023);
        for rule in mistakes().iter().flat_map(|mistake| &mistake.signs).map(|sign| &sign.rule) {
            assert!(topics.named(rule).is_ok(), "{rule}");
        }
    }

    #[test]
    fn the_edition_numbers_names_and_texts() {
        let topics = Topics::of(Edition::From2024);
        for name in ["3C/persist1", "persist1", "TestPersist13C"] {
            assert!(topics.named(name).expect("it is there").starts_with("### 3C/persist1\n"), "{name}");
        }
        assert!(topics.named("2C/persist1").is_err());
        assert!(topics.named("only-leader-compacts").expect("it is there").contains("lab 3D"));
    }

    #[test]
    fn an_unknown_name_suggests_the_nearest() {
        let error = |name| Topics::of(Edition::To2023).named(name).expect_err("there is no such thing");
        assert!(
            error("vote-not-persistd").contains("did you mean `vote-not-persisted`"),
            "{}",
            error("vote-not-persistd")
        );
        assert!(error("2C/figure8-unrelaible").contains("`2C/figure8-unreliable`"));
        assert!(error("qqq").contains("`raftlab explain` shows all there is"), "{}", error("qqq"));
    }
}
