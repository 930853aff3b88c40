//! What a new crate is called: like its folder, as far as cargo allows that.

use std::path::Path;

use super::super::error::Failed;
use crate::sources::is_dependency;

/// Names that cargo refuses, or that would hide what every program needs: Rust's keywords, its own
/// crates, and folders of cargo's.
const RESERVED: [&str; 65] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "con",
    "nul",
    "aux",
];

/// Put before what cannot be a name by itself.
const PREFIX: &str = "raft-";

/// The name of a crate in this folder, which need not exist.
pub(super) fn of_folder(folder: &Path) -> Result<String, Failed> {
    let whole = std::path::absolute(folder).ok().and_then(|whole| whole.canonicalize().or(Ok::<_, ()>(whole)).ok());
    let last = whole.as_deref().unwrap_or(folder).file_name().map(|last| last.to_string_lossy().into_owned());
    last.as_deref().and_then(of_text).ok_or_else(|| {
        Failed::usage(format!(
            "no crate can be called like the folder {}: a name has letters from a to z, digits, `-` and `_`; choose \
             another folder",
            folder.display()
        ))
    })
}

/// The nearest name that cargo takes; none if nothing is left of it.
fn of_text(text: &str) -> Option<String> {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || sign == '_' { sign.to_ascii_lowercase() } else { '-' };
    let name: String = text.chars().map(plain).collect();
    let name = name.trim_matches('-');
    if !name.contains(|sign: char| sign.is_ascii_alphanumeric()) {
        return None;
    }
    let usable = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let taken = RESERVED.contains(&name) || is_dependency(name);
    Some(if usable && !taken { name.to_owned() } else { format!("{PREFIX}{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_called_like_its_folder_as_far_as_possible() {
        for (folder, name) in [
            ("my-raft", Some("my-raft")),
            ("My Raft", Some("my-raft")),
            ("labs.raft", Some("labs-raft")),
            ("_raft2", Some("_raft2")),
            ("6.824", Some("raft-6-824")),
            ("test", Some("raft-test")),
            ("async", Some("raft-async")),
            ("log", Some("raft-log")),
            ("raftlab", Some("raft-raftlab")),
            ("-x-", Some("x")),
            ("筏", None),
            ("___", None),
        ] {
            assert_eq!(of_text(folder).as_deref(), name, "{folder}");
        }
    }

    #[test]
    fn a_folder_may_be_named_in_any_way() {
        assert_eq!(of_folder(Path::new("there/is/no/my-raft/")).expect("a name"), "my-raft");
        assert_eq!(of_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/.").as_path()).expect("a name"), "src");
        let failed = of_folder(Path::new("/")).expect_err("it has no name");
        assert!(failed.message.contains("no crate can be called like the folder /"), "{}", failed.message);
    }
}
