//! Holds the code to its floors: a module imports only from those below it, the reference and the skeleton
//! know the door alone, and nobody below `report` prints.
//!
//! Reads the sources as tokens, without comments and strings. Macros may hide an import from it;
//! nothing here is meant to.

use std::fs;
use std::path::{Path, PathBuf};

/// The floor of every module. Those on the same floor do not know each other.
const FLOORS: [(&str, u32); 17] = [
    ("base", 0),
    ("trace", 1),
    ("sim", 2),
    ("net", 3),
    ("disk", 3),
    ("api", 4),
    ("cluster", 5),
    ("oracle", 5),
    ("scenario", 6),
    ("lab", 7),
    ("sandbox", 7),
    ("sources", 7),
    ("runner", 8),
    ("gate", 9),
    ("grade", 9),
    ("report", 10),
    ("cli", 11),
];

/// Those who may print.
const PRINTERS: [&str; 2] = ["report", "cli"];

/// What prints, or could.
const PRINTING: [&str; 9] = ["print", "println", "eprint", "eprintln", "dbg", "stdout", "stderr", "Stdout", "Stderr"];

#[test]
fn no_module_imports_from_its_own_floor_or_above() {
    let sources = sources_below("src").into_iter().filter(|source| source.module.len() > 1 || source.is_module_head());
    let mut checked = 0;
    for source in sources {
        let wrong = upward_imports(&source.module, &source.text);
        assert!(wrong.is_empty(), "{}: {}", source.path.display(), wrong.join("; "));
        checked += 1;
    }
    assert!(checked > FLOORS.len(), "only {checked} files were found");
}

#[test]
fn every_module_has_a_floor() {
    for source in sources_below("src") {
        assert!(source.is_crate_root() || floor(&source.module[0]).is_some(), "{}", source.path.display());
    }
}

#[test]
fn the_binary_the_reference_and_the_skeleton_know_the_public_door_alone() {
    for source in submissions().into_iter().chain(sources_below("src")) {
        let is_main = source.path.ends_with("main.rs");
        for path in paths_from("raftlab", &tokens(&source.text)) {
            let is_door = path[0] == "api" || (is_main && (path == ["cli", "main"] || path == ["cli", "main_of"]));
            assert!(is_door, "{} names raftlab::{}", source.path.display(), path.join("::"));
        }
    }
}

#[test]
fn nothing_below_the_reports_prints() {
    for source in sources_below("src").into_iter().chain(submissions()) {
        let may_print = PRINTERS.contains(&source.module.first().map_or("", String::as_str));
        let printing = printing(&source.text);
        assert!(may_print || printing.is_empty(), "{}: {}", source.path.display(), printing.join(", "));
    }
}

/// One file, and the path of the module that it holds.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    text: String,
}

impl Source {
    fn is_crate_root(&self) -> bool {
        self.module.is_empty()
    }

    fn is_module_head(&self) -> bool {
        self.path.ends_with("mod.rs")
    }
}

/// The sources of everything that comes in through the door.
fn submissions() -> Vec<Source> {
    ["labs/reference/src", "labs/skeleton/src"].into_iter().flat_map(sources_below).collect()
}

/// All sources in a folder of the repository.
fn sources_below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let module = module_of(path.strip_prefix(&root).expect("it is below the root"));
                let text = fs::read_to_string(&path).expect("the source can be read");
                sources.push(Source { path, module, text });
            }
        }
    }
    sources
}

/// `net/rules/cut.rs` is `net::rules::cut`; `net/mod.rs` is `net`; `lib.rs` and `main.rs` are no
/// module.
fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let file = module.pop().unwrap_or_default();
    match file.strip_suffix(".rs") {
        Some("mod" | "lib" | "main") | None => {}
        Some(name) => module.push(name.to_owned()),
    }
    module
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// What the source of `module` imports although it must not, in words.
fn upward_imports(module: &[String], text: &str) -> Vec<String> {
    let own = floor(&module[0]);
    let imported = roots_of_crate(module.len(), &tokens(text));
    imported
        .into_iter()
        .filter(|other| *other != module[0] && floor(other).is_none_or(|other| own.is_none_or(|own| other >= own)))
        .map(|other| format!("`{}` must not import `{other}`", module[0]))
        .collect()
}

/// The first segments of all paths that start at the root of the crate: by `crate`, or by so many
/// `super`s that they leave a module `depth` deep and the inline modules around them.
fn roots_of_crate(depth: usize, tokens: &[String]) -> Vec<String> {
    let mut roots: Vec<String> = paths_from("crate", tokens).into_iter().map(|path| path[0].clone()).collect();
    // For every open brace, whether it is that of an inline module.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => braces.push(at >= 2 && tokens[at - 2] == "mod"),
            "}" => drop(braces.pop()),
            "super" => {
                let steps = tokens[at..].chunks(2).take_while(|pair| *pair == ["super", "::"]).count();
                let inline = braces.iter().filter(|is_module| **is_module).count();
                if steps >= depth + inline {
                    roots.extend(tree(&tokens[at + 2 * steps..]).into_iter().map(|path| path[0].clone()));
                }
                at += 2 * steps.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    roots
}

/// All paths that start with `root::`, without it.
fn paths_from(root: &str, tokens: &[String]) -> Vec<Vec<String>> {
    let starts = (0..tokens.len().saturating_sub(2)).filter(|at| tokens[*at] == root && tokens[*at + 1] == "::");
    starts.flat_map(|at| tree(&tokens[at + 2..])).collect()
}

/// The paths of a use tree: one, or those in its braces.
fn tree(tokens: &[String]) -> Vec<Vec<String>> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first != "{" {
        let segments = tokens.chunks(2).scan(true, |goes_on, pair| {
            let segment = goes_on.then(|| pair[0].clone());
            *goes_on = pair.get(1).is_some_and(|next| next == "::");
            segment
        });
        return vec![segments.take_while(|segment| segment != "{").collect()];
    }
    let mut paths = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && (token == "{" || token == ",") && tokens.get(at + 1).is_some_and(|next| next != "}") {
            paths.extend(tree(&tokens[at + 1..]));
        }
    }
    paths
}

/// Everything in a source that prints.
fn printing(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let is_printing = |at: &usize| match tokens[*at].as_str() {
        "stdout" | "stderr" => is_own_stream(&tokens, *at),
        token => PRINTING.contains(&token),
    };
    (0..tokens.len()).filter(is_printing).map(|at| tokens[at].clone()).collect()
}

/// Whether the name of a stream means this process's own. One that was started has fields and methods of the
/// same names.
fn is_own_stream(tokens: &[String], at: usize) -> bool {
    let before = |token: &str| at > 0 && tokens[at - 1] == token;
    let is_called = tokens.get(at + 1).is_some_and(|next| next == "(") && !before(".");
    let statement = tokens[..at].iter().rev().find(|token| ["use", ";"].contains(&token.as_str()));
    is_called || before("::") || statement.is_some_and(|token| token == "use")
}

/// A source's words, `::`s and single signs, without comments, strings and spaces.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = if let Some(len) = ignored(rest) {
            len
        } else {
            let len = token_len(rest, first);
            if !first.is_whitespace() {
                tokens.push(rest[..len].to_owned());
            }
            len
        };
        rest = &rest[len..];
    }
    tokens
}

fn token_len(rest: &str, first: char) -> usize {
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    if is_word(first) {
        rest.find(|sign| !is_word(sign)).unwrap_or(rest.len())
    } else if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// The length of the comment, string or character that `rest` starts with; none if it starts with
/// code.
fn ignored(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'));
    if let Some(raw) = raw {
        let signs = raw.len() - raw.trim_start_matches('#').len();
        if raw[signs..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(signs));
            let start = rest.len() - raw.len() + signs + 1;
            return Some(rest[start..].find(&end).map_or(rest.len(), |len| start + len + end.len()));
        }
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    // A quote that is closed after one character is one; any other begins a lifetime.
    let mut signs = rest.strip_prefix('\'')?.chars();
    let is_character = signs.next() == Some('\\') || signs.next() == Some('\'');
    is_character.then(|| quoted(rest, '\''))
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    for (at, _) in rest.char_indices() {
        if rest[at..].starts_with("/*") {
            depth += 1;
        } else if at > 1 && rest[..at].ends_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            sign if sign == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

mod the_check_itself {
    use super::*;

    /// What a file of the simulator must not import.
    fn found(text: &str) -> usize {
        upward_imports(&["sim".to_owned(), "task".to_owned()], text).len()
    }

    #[test]
    fn finds_upward_and_sibling_imports() {
        for text in [
            "use crate::net::Network;",
            "use crate::{base::Instant, net::{Network, Service}};",
            "fn f() -> crate::runner::Run { todo!() }",
            "use super::super::net::Network;",
            "mod tests { use super::super::super::cluster; }",
            "fn f() { let _ = '\"'; crate::cli::main() } // \"",
            "fn f<'a>(x: &'a str) -> &'a str { crate::cli::x(x) }",
            "use crate::unheard_of;",
            "use crate as everything; use crate::*;",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
        assert_eq!(found("use crate::{net, disk}; use crate::api::{Ctx, Peers};"), 3);
        assert_eq!(upward_imports(&["net".to_owned()], "use crate::disk::Persister;").len(), 1, "a sibling");
        assert_eq!(upward_imports(&["net".to_owned()], "use super::disk::Persister;").len(), 1, "by its other name");
    }

    #[test]
    fn passes_what_is_legal_or_no_code() {
        for text in [
            "use crate::base::{Clock, Instant}; use crate::trace::Digest;",
            "use crate::sim::Limits; use super::timer::Timers; pub(crate) fn f() {}",
            "mod tests { use super::super::timer; use super::*; } use super::timer;",
            "/// See [`crate::runner`].\n// use crate::net;\n/* use crate::net; /* crate::cli */ crate::net */",
            "const TEXT: &str = \"use crate::net;\\\" crate::net\";",
            "const TEXT: &str = r#\"\" crate::net\"#;",
            "fn f(mycrate: ()) { mycrate::net::x() }",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
    }

    #[test]
    fn finds_what_prints() {
        for text in [
            "println!(\"x\")",
            "std::io::stderr().write_all(x)",
            "use std::io::{self, stdout};",
            "use x; stdout().lock()",
            "let out = io::stdout;",
        ] {
            assert_eq!(printing(text).len(), 1, "{text}");
        }
        for text in [
            "// println!\nlet stdout_len = \"stdout\"; fingerprint()",
            "use std::io; cargo.stdout(Stdio::piped()).stderr(file); child.stdout.take()",
            "struct Process { stdout: Drain<ChildStdout> } let (stdout, stderr) = x;",
        ] {
            assert!(printing(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn reads_use_trees() {
        let paths = paths_from("raftlab", &tokens("use raftlab::{api::{Ctx, Peers}, cli::main}; raftlab::lab::Lab"));
        assert_eq!(paths, [&["api"][..], &["cli", "main"], &["lab", "Lab"]]);
    }
}
