//! What stands before the diff of a patch: `key: value`, one per line, each key once.

use std::collections::BTreeMap;
use std::fmt;

use super::subject::Subject;

/// All keys; the last one only where `kind` is `legal`.
const KEYS: [&str; 9] = ["id", "rule", "kind", "wrong", "caught-by", "where", "parts", "course", "reason"];

/// How a value of `course` begins: how often the course's tester notices.
const COURSE: [&str; 6] = ["ALWAYS", "OFTEN", "RARELY", "NEVER", "n/m", "not measured"];

/// What a patch says of its bug.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) id: String,
    /// Which rule it breaks, and where that stands.
    pub(super) rule: String,
    pub(super) kind: Kind,
    /// What it does wrong.
    pub(super) wrong: String,
    /// Which oracle or check should catch it.
    pub(super) caught_by: String,
    /// In which part or test.
    pub(super) place: String,
    /// What it is in, as its parts say.
    pub(super) subject: Subject,
    /// The course's parts that it is played on.
    pub(super) parts: Vec<String>,
    /// How often the course's tester noticed it.
    pub(super) course: String,
    /// Why it is none, if it is legal.
    pub(super) reason: Option<String>,
}

/// What a bug endangers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Safety,
    Durability,
    Liveness,
    Cost,
    /// Not a bug, although it looks like one: it must not be flagged.
    Legal,
}

const KINDS: [(&str, Kind); 5] = [
    ("safety", Kind::Safety),
    ("durability", Kind::Durability),
    ("liveness", Kind::Liveness),
    ("cost", Kind::Cost),
    ("legal", Kind::Legal),
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = KINDS.iter().find(|(_, kind)| kind == self).expect("every kind has a name");
        f.pad(name)
    }
}

/// What is wrong with a header, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeaderError {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Values by key, each with its line.
struct Values<'a> {
    values: BTreeMap<&'a str, (usize, &'a str)>,
    /// Where the header ends: what is missing is missing there.
    end: usize,
}

/// Splits a patch into its header and its diff, which begins at the first line with `--- `.
pub(super) fn split(text: &str) -> Result<(Header, &str), HeaderError> {
    let start = if text.starts_with("--- ") { Some(0) } else { text.find("\n--- ").map(|at| at + 1) };
    let (head, diff) = text.split_at(start.unwrap_or(text.len()));
    let header = header(&Values::read(head)?)?;
    if diff.is_empty() {
        return Err(error(text.lines().count(), "a diff is missing below the header".to_owned()));
    }
    Ok((header, diff))
}

fn header(values: &Values<'_>) -> Result<Header, HeaderError> {
    let kind = kind(values)?;
    let reason = if kind == Kind::Legal { Some(values.get("reason")?.1.to_owned()) } else { values.none("reason")? };
    let text = |key| values.get(key).map(|(_, value)| value.to_owned());
    let (subject, parts) = parts(values)?;
    Ok(Header {
        id: text("id")?,
        rule: text("rule")?,
        kind,
        wrong: text("wrong")?,
        caught_by: text("caught-by")?,
        place: text("where")?,
        subject,
        parts,
        course: course(values)?,
        reason,
    })
}

fn kind(values: &Values<'_>) -> Result<Kind, HeaderError> {
    let (line, value) = values.get("kind")?;
    let known = KINDS.iter().find(|(name, _)| *name == value);
    let names = || KINDS.map(|(name, _)| name).join(", ");
    known.map(|(_, kind)| *kind).ok_or_else(|| error(line, format!("`kind` is one of {}, not `{value}`", names())))
}

fn parts(values: &Values<'_>) -> Result<(Subject, Vec<String>), HeaderError> {
    let (line, value) = values.get("parts")?;
    let parts: Vec<&str> = value.split_whitespace().collect();
    let subject = parts.first().and_then(|part| Subject::of_part(part));
    match subject {
        Some(subject) if is_in_order(&parts, subject) => Ok((subject, parts.into_iter().map(str::to_owned).collect())),
        _ => {
            let known = Subject::ALL.map(|subject| subject.course_parts().join(" ")).join(", or of ");
            Err(error(line, format!("`parts` are some of {known}, in this order, not `{value}`")))
        }
    }
}

/// Whether these are parts about the subject, each once.
fn is_in_order(parts: &[&str], subject: Subject) -> bool {
    parts.is_sorted_by(|a, b| a < b) && parts.iter().all(|part| subject.course_parts().contains(part))
}

fn course(values: &Values<'_>) -> Result<String, HeaderError> {
    let (line, value) = values.get("course")?;
    if COURSE.iter().any(|known| value.starts_with(known)) {
        return Ok(value.to_owned());
    }
    Err(error(line, format!("`course` begins with one of {}, not `{value}`", COURSE.join(", "))))
}

impl<'a> Values<'a> {
    fn read(head: &'a str) -> Result<Values<'a>, HeaderError> {
        let mut values = BTreeMap::new();
        for (number, text) in (1..).zip(head.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let (key, value) = key_and_value(text).map_err(|message| error(number, message))?;
            if values.insert(key, (number, value)).is_some() {
                return Err(error(number, format!("`{key}` is there twice")));
            }
        }
        Ok(Values { values, end: head.lines().count().max(1) })
    }

    fn get(&self, key: &str) -> Result<(usize, &'a str), HeaderError> {
        self.values.get(key).copied().ok_or_else(|| error(self.end, format!("`{key}` is missing")))
    }

    /// Asserts that a key is not there.
    fn none<T>(&self, key: &str) -> Result<Option<T>, HeaderError> {
        match self.values.get(key) {
            None => Ok(None),
            Some((line, _)) => Err(error(*line, format!("`{key}` is for bugs of the kind `legal` only"))),
        }
    }
}

fn key_and_value(line: &str) -> Result<(&str, &str), String> {
    let (key, value) = line.split_once(':').ok_or_else(|| format!("`key: value` is wanted, not `{line}`"))?;
    if !KEYS.contains(&key) {
        return Err(format!("there is no key `{key}`; known are {}", KEYS.join(", ")));
    }
    match value.trim() {
        "" => Err(format!("`{key}` has no value")),
        value => Ok((key, value)),
    }
}

fn error(line: usize, message: String) -> HeaderError {
    HeaderError { line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
id: a-bug
rule: Raft paper, Figure 2
kind: safety
wrong: does not look: at all
caught-by: an oracle
where: 2X
parts: 2A 2C
course: NEVER, 0 of 7 runs

--- a/x
+++ b/x
";

    #[test]
    fn the_parts_say_what_a_bug_is_in() {
        let text = GOOD.replace("parts: 2A 2C", "parts: 3B");
        let (header, _) = split(&text).expect("it is sound");
        assert_eq!(header.subject, Subject::Service);
    }

    #[test]
    fn a_header_is_read() {
        let (header, diff) = split(GOOD).expect("it is sound");
        assert_eq!((header.id.as_str(), header.kind, header.reason), ("a-bug", Kind::Safety, None));
        assert_eq!(header.wrong, "does not look: at all");
        assert_eq!((header.subject, header.parts), (Subject::Raft, vec!["2A".to_owned(), "2C".to_owned()]));
        assert!(diff.starts_with("--- a/x"));
    }

    #[track_caller]
    fn refused(from: &str, to: &str, line: usize, message: &str) {
        let error = split(&GOOD.replacen(from, to, 1)).expect_err("it is not sound");
        assert_eq!(error.line, line, "{error:?}");
        assert!(error.message.contains(message), "{error:?}");
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line() {
        refused("rule:", "rules:", 2, "there is no key `rules`; known are id, rule");
        refused("rule: Raft paper, Figure 2\n", "", 8, "`rule` is missing");
        refused("rule: Raft paper, Figure 2", "rule:", 2, "`rule` has no value");
        refused("rule: Raft paper, Figure 2", "id: again", 2, "`id` is there twice");
        refused("rule: ", "rule ", 2, "`key: value` is wanted");
        refused(
            "kind: safety",
            "kind: bad",
            3,
            "`kind` is one of safety, durability, liveness, cost, legal, not `bad`",
        );
        refused("kind: safety", "kind: legal", 9, "`reason` is missing");
        refused("parts: 2A 2C", "parts: 2C 2A", 7, "in this order");
        refused("parts: 2A 2C", "parts: 2X", 7, "2A 2B 2C 2D, or of 3A 3B");
        refused("parts: 2A 2C", "parts: 2A 3A", 7, "2A 2B 2C 2D, or of 3A 3B");
        refused("course: NEVER", "course: sometimes", 8, "ALWAYS, OFTEN");
        refused("--- a/x\n+++ b/x\n", "reason: none\n", 10, "`legal` only");
        refused("--- a/x\n+++ b/x\n", "", 9, "a diff is missing");
    }
}
