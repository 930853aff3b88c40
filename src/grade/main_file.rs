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

/// The text with a `main` that lets go of what no submission needs, and then calls the one that was there;
/// none if that is not to be found.
///
/// There is always one in the end, be it to nothing: a `main` that came from anywhere else would be a second
/// one, which no compiler takes, and nothing is played by a program that begins in another way.
pub(super) fn graded(text: &str) -> Option<String> {
    let name = match syn::parse_file(text) {
        Ok(file) => place_of_main(&file)?,
        // The compiler will say what is wrong.
        Err(_) => text.len()..text.len(),
    };
    let (before, after) = (&text[..name.start], &text[name.end..]);
    Some(format!(
        "{before}raftlab_graded_main{after}\n\nfn main() -> ::std::process::ExitCode {{\n    \
         ::raftlab::cli::graded(|| ::std::process::Termination::report(raftlab_graded_main()))\n}}\n"
    ))
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
        let changed = graded(text).expect("it has a main");
        let (before, after) = changed.split_once("raftlab_graded_main").expect("it is renamed");
        assert_eq!(before, "//! ε\nmod raft;\n// fn main() is below\nfn ");
        assert!(after.starts_with("() -> u8 {\n    \"fn main\".len() as u8\n}\n\n\nfn main() -> ::std"), "{after}");
        assert!(syn::parse_file(&changed).is_ok());
    }

    #[test]
    fn what_has_no_main_of_its_own_is_refused() {
        for text in ["mod raft;", "use raft::main;", "mod x { fn main() {} }", "include!(\"other.rs\");", ""] {
            assert_eq!(graded(text), None, "{text}");
        }
        for has_kv in [true, false] {
            let text = graded(&of_modules(has_kv)).expect("it has one");
            assert!(text.contains("raftlab_graded_main()))"), "{text}");
        }
    }

    #[test]
    fn what_is_no_rust_has_one_main_at_most() {
        let text = graded("fn main( {").expect("it is for the compiler to say");
        assert!(text.contains("fn main() -> ::std"), "{text}");
    }
}
