//! The `main.rs` of a submission, so that the process is confined before the submission's own code runs.
//!
//! Nothing of it moves: its `main` gets another name, in its place, and a new `main` at the file's end calls
//! it. So everything that is compiled stands where its author has it.
#![cfg(unix)]

use syn::Item;

/// A `main.rs` for who has none: a Raft, and perhaps a service.
pub(super) fn of_modules(has_kv: bool) -> String {
    let (module, with_kv) = if has_kv { ("mod kv;\n", ".with_kv(kv::make_server, kv::make_clerk)") } else { ("", "") };
    format!(
        "{module}mod raft;\n\nfn main() -> std::process::ExitCode {{\n    let submission = \
         raftlab::api::Submission::raft(raft::make){with_kv};\n    raftlab::cli::main_of(\"submission\", submission)\n}}\n"
    )
}

/// The text with a `main` that lets go of what no submission needs, and then calls the one that was there.
/// As it is, if there is none to be found: the compiler will say so.
pub(super) fn graded(text: &str) -> String {
    let Some(name) = syn::parse_file(text).ok().and_then(|file| place_of_main(&file)) else {
        return text.to_owned();
    };
    let (before, after) = (&text[..name.start], &text[name.end..]);
    format!(
        "{before}raftlab_graded_main{after}\n\nfn main() -> ::std::process::ExitCode {{\n    \
         ::raftlab::cli::graded(|| ::std::process::Termination::report(raftlab_graded_main()))\n}}\n"
    )
}

fn place_of_main(file: &syn::File) -> Option<std::ops::Range<usize>> {
    file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == "main" => Some(function.sig.ident.span().byte_range()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_is_renamed_in_its_place_and_called_by_another() {
        let text = "//! ε\nmod raft;\n// fn main() is below\nfn main() -> u8 {\n    \"fn main\".len() as u8\n}\n";
        let changed = graded(text);
        let (before, after) = changed.split_once("raftlab_graded_main").expect("it is renamed");
        assert_eq!(before, "//! ε\nmod raft;\n// fn main() is below\nfn ");
        assert!(after.starts_with("() -> u8 {\n    \"fn main\".len() as u8\n}\n\n\nfn main() -> ::std"), "{after}");
        assert!(syn::parse_file(&changed).is_ok());
    }

    #[test]
    fn what_has_no_main_stays_as_it_is() {
        for text in ["mod raft;", "fn main( {", "mod x { fn main() {} }", ""] {
            assert_eq!(graded(text), text);
        }
        for has_kv in [true, false] {
            assert!(graded(&of_modules(has_kv)).contains("raftlab_graded_main()))"));
        }
    }
}
