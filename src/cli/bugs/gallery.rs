//! The gallery: all patches of a folder, in the order of their ranks, and which of them a user
//! means.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::error::Failed;
use super::header::{self, Header, Kind};
use super::root::GALLERY;
use super::subject::Subject;

/// Names this similar are suggested for an unknown one.
const SIMILAR: f64 = 0.75;
/// At most this many.
const SUGGESTIONS: usize = 3;

/// Bugs, in the order of their ranks.
pub(super) struct Gallery {
    pub(super) bugs: Vec<Bug>,
}

/// A patch that has been read, but not applied.
pub(super) struct Bug {
    /// The number that its file begins with: the rank in the catalogue, or from 901 on beyond it.
    pub(super) rank: String,
    /// `011-vote-not-persisted`: its file's name without the extension.
    pub(super) name: String,
    /// The file, for messages.
    pub(super) file: PathBuf,
    pub(super) header: Header,
    pub(super) diff: String,
}

/// What is known of a bug that need not be played.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) subject: Subject,
    pub(super) kind: Kind,
}

impl Listed {
    /// Its name without the rank.
    pub(super) fn id(&self) -> &str {
        self.name.split_once('-').map_or(&self.name, |(_rank, id)| id)
    }
}

impl Gallery {
    /// Reads all patches in a repository.
    pub(super) fn read(root: &Path) -> Result<Gallery, Failed> {
        let folder = root.join(GALLERY);
        let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|error| Failed::trouble(format!("cannot read {}: {error}", folder.display())))?;
        let mut names: Vec<String> = entries
            .iter()
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".patch")?.to_owned()))
            .collect();
        names.sort();
        let bugs: Result<Vec<Bug>, Failed> = names.into_iter().map(|name| Bug::read(&folder, name)).collect();
        match bugs? {
            bugs if bugs.is_empty() => Err(Failed::nothing(format!("there are no patches in {}", folder.display()))),
            bugs => Ok(Gallery { bugs }),
        }
    }

    /// Keeps the bugs that any of `names` means; all where there are no names.
    pub(super) fn select(mut self, names: &[String]) -> Result<Gallery, Failed> {
        if let Some(unknown) = names.iter().find(|name| !self.bugs.iter().any(|bug| bug.is_meant_by(name))) {
            let nearest = self.nearest(unknown);
            return Err(Failed::usage(format!("there is no bug `{unknown}`{nearest}")));
        }
        self.bugs.retain(|bug| names.is_empty() || names.iter().any(|name| bug.is_meant_by(name)));
        Ok(self)
    }

    /// All bugs in it.
    pub(super) fn list(&self) -> Vec<Listed> {
        let listed = |bug: &Bug| {
            let Header { subject, kind, .. } = bug.header;
            Listed { name: bug.name.clone(), subject, kind }
        };
        self.bugs.iter().map(listed).collect()
    }

    fn nearest(&self, name: &str) -> String {
        let similar = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), known);
        let mut scored: Vec<(f64, &str)> =
            self.bugs.iter().map(|bug| bug.header.id.as_str()).map(|id| (similar(id), id)).collect();
        scored.retain(|(score, _)| *score >= SIMILAR);
        scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let names: Vec<String> = scored.iter().take(SUGGESTIONS).map(|(_, id)| format!("`{id}`")).collect();
        match &names[..] {
            [] => format!("; {GALLERY} has one patch for each that there is"),
            names => format!("; did you mean {}?", names.join(" or ")),
        }
    }
}

impl Bug {
    fn read(folder: &Path, name: String) -> Result<Bug, Failed> {
        let file = Path::new(GALLERY).join(format!("{name}.patch"));
        let text = fs::read_to_string(folder.join(format!("{name}.patch")))
            .map_err(|error| Failed::trouble(format!("cannot read {}: {error}", file.display())))?;
        let (header, diff) = header::split(&text)
            .map_err(|error| Failed::usage(format!("{}:{}: {}", file.display(), error.line, error.message)))?;
        let rank = name.split_once('-').map(|(rank, _)| rank.to_owned()).unwrap_or_default();
        if rank.len() != 3 || rank.parse::<u16>().is_err() || name != format!("{rank}-{}", header.id) {
            let id = &header.id;
            return Err(Failed::usage(format!(
                "{}:1: `id: {id}` wants a file called NNN-{id}.patch, where NNN is the rank",
                file.display()
            )));
        }
        Ok(Bug { rank, name, file, diff: diff.to_owned(), header })
    }

    /// A name is a rank (`11`), an id with or without its rank, an id of which this is a variant
    /// (`vote-not-persisted` means `vote-not-persisted.encoding`, too), or a part that it is played on.
    fn is_meant_by(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let is_variant =
            |whole: &str| whole.strip_prefix(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let is_rank = name.parse::<u16>().is_ok_and(|number| format!("{number:03}") == self.rank);
        is_rank || is_variant(&self.header.id) || is_variant(&self.name) || self.is_played_on(&name)
    }

    fn is_played_on(&self, name: &str) -> bool {
        let mut parts = self.header.parts.iter().map(String::as_str).chain([self.header.subject.beyond()]);
        parts.any(|part| part.eq_ignore_ascii_case(name))
    }

    /// The package that it is built as.
    pub(super) fn package(&self) -> String {
        format!("bug-{}", self.name.replace('.', "-"))
    }
}
