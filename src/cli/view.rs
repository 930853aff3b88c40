//! From what is typed to a way to look at a trace.

use super::args::{Topics, ViewArgs};
use super::error::Failed;
use crate::report::{Filter, View};
use crate::trace::Topic;

/// As wide as all columns are together where there is no terminal, in characters.
const WIDTH: u16 = 120;

/// The view that `args` mean.
pub(super) fn resolve(args: &ViewArgs, coloured: bool) -> Result<View, Failed> {
    let everything = Filter::default();
    let (from, to) = (args.from.unwrap_or(everything.from), args.to.unwrap_or(everything.to));
    if from > to {
        return Err(Failed::usage(format!("nothing is from {from} and up to {to}: --from comes after --to")));
    }
    let named = |topics: &[Topics], topic: Topic| topics.iter().any(|Topics(named)| named.contains(&topic));
    let mut topics = everything.topics;
    topics.retain(|topic| (args.only.is_empty() || named(&args.only, *topic)) && !named(&args.ignore, *topic));
    if topics.is_empty() {
        return Err(Failed::usage("--ignore leaves nothing of what --only names"));
    }
    let servers = args.server.iter().copied().collect();
    let filter = Filter { topics, servers, from, to };
    let width = args.columns.then(|| usize::from(args.width.unwrap_or_else(terminal_width)));
    Ok(View::new(filter, width, coloured))
}

/// That of the terminal that the user sits at, also where a pager is in between.
fn terminal_width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Typed {
        #[command(flatten)]
        view: ViewArgs,
    }

    fn view(arguments: &str) -> Result<View, String> {
        let typed = Typed::try_parse_from(["raftlab"].into_iter().chain(arguments.split_whitespace()));
        let typed = typed.map_err(|error| error.to_string())?;
        resolve(&typed.view, false).map_err(|failed| failed.message)
    }

    /// The lines that are kept.
    fn kept(arguments: &str, lines: &[&str]) -> Vec<usize> {
        let mut view = view(arguments).expect("this can be viewed");
        (0..lines.len()).filter(|place| view.keeps(lines[*place].as_bytes())).collect()
    }

    #[test]
    fn who_wants_nothing_special_gets_everything() {
        assert!(view("").is_ok_and(|view| view.is_plain()));
        assert!(view("--ignore vote").is_ok_and(|view| !view.is_plain()));
        assert!(view("--columns").is_ok_and(|view| view.has_columns()));
    }

    #[test]
    fn options_narrow_each_other() {
        let lines = [
            "000.100000 LOG1 S1.1 T1 x",
            "000.200000 LOG2 S1.1 T1 x",
            "000.300000 VOTE S2.1 T1 x",
            "000.400000 TEST crash S3.1",
        ];
        assert_eq!(kept("--only log,vote --ignore log2", &lines), [0, 2]);
        assert_eq!(kept("--just LOG1 --only vote", &lines), [0, 2]);
        assert_eq!(kept("--server s2,S3,9", &lines), [2, 3]);
        assert_eq!(kept("--from 0.2 --to 000.300000 --server 1", &lines), [1]);
    }

    #[test]
    fn what_cannot_be_is_said() {
        let error = |arguments: &str| view(arguments).err().unwrap_or_default();
        assert!(error("--only vot").contains("did you mean `vote`"), "{}", error("--only vot"));
        assert!(error("--server one").contains("like S0"), "{}", error("--server one"));
        assert!(error("--from 1s").contains("like 12.3"), "{}", error("--from 1s"));
        assert_eq!(
            error("--from 2 --to 1.5"),
            "nothing is from 002.000000 and up to 001.500000: --from comes after --to"
        );
        assert_eq!(error("--only log --ignore log1,log2"), "--ignore leaves nothing of what --only names");
        assert!(error("--width 100").contains("--columns"));
        assert!(error("--columns --width 39").contains("39"));
    }
}
