//! Looking at one run: what is shown of a trace, played again or stored, and how.

mod common;

use std::fs;

use common::Bench;

/// A cheap test on three servers.
const TEST: &str = "2A/initial-election";

/// A folder with a campaign of two runs in `out`; the trace of its first run, and where it is.
fn played() -> (Bench, String, String) {
    let bench = Bench::new();
    bench.run(&["test", TEST, "-n", "2", "--out", "out"]).says(0, &[]);
    let stored = format!("out/{}", bench.traces("out")[0]);
    let trace = bench.run(&["replay", TEST, "--iteration", "1"]).text().to_owned();
    (bench, trace, stored)
}

/// What `replay` shows of the first run with these options.
fn replayed(bench: &Bench, options: &[&str]) -> String {
    let ended = bench.run(&[&["replay", TEST, "--iteration", "1"], options].concat());
    ended.says(0, &["passed 2A/initial-election"]);
    ended.text().to_owned()
}

/// What `show` shows of it.
fn shown(bench: &Bench, stored: &str, options: &[&str]) -> String {
    let ended = bench.run(&[&["show", stored], options].concat());
    ended.says(0, &[]);
    ended.text().to_owned()
}

/// The lines that begin with a time and are of one of these topics.
fn of_topics(trace: &str, topics: &[&str]) -> String {
    let lines = trace.lines().filter(|line| topics.contains(&line.split(' ').nth(1).unwrap_or_default()));
    lines.map(|line| format!("{line}\n")).collect()
}

mod lines {
    use super::*;

    #[test]
    fn a_stored_trace_is_shown_as_it_was_played() {
        let (bench, trace, stored) = played();
        assert!(stored.ends_with(".log.zst"), "{stored}");
        assert_eq!(shown(&bench, &stored, &[]), trace);
        bench.write("plain.log", &trace);
        assert_eq!(shown(&bench, "plain.log", &[]), trace);
    }

    #[test]
    fn topics_are_chosen_by_name() {
        let (bench, trace, stored) = played();
        let votes = of_topics(&trace, &["VOTE", "LEAD"]);
        assert!(votes.contains(" LEAD ") && votes.contains(" VOTE "), "{votes}");
        for options in [&["--only", "vote,LEAD"][..], &["--only", "lead", "--just", "vote"]] {
            assert_eq!(replayed(&bench, options), votes, "{options:?}");
            assert_eq!(shown(&bench, &stored, options), votes, "{options:?}");
        }
        let log = of_topics(&trace, &["LOG1", "LOG2"]);
        assert_eq!(replayed(&bench, &["--only", "log"]), log);
        let rest: usize = trace.len() - votes.len() - log.len();
        assert_eq!(replayed(&bench, &["--ignore", "vote,lead,log"]).len(), rest);
    }

    #[test]
    fn servers_are_chosen_by_number() {
        let (bench, trace, _) = played();
        let chosen = replayed(&bench, &["--server", "1"]);
        assert_eq!(chosen, replayed(&bench, &["--server", "S1"]));
        let concerns = |line: &str| {
            let rest = &line["000.000000 ".len()..];
            let (topic, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let names = |server: &str| text.split(' ').any(|word| word.split('.').next() == Some(server));
            match topic {
                "TEST" => names("S1") || !["S0", "S2"].into_iter().any(names),
                "DROP" => names("S1"),
                _ => text.starts_with("S1."),
            }
        };
        let expected: String = trace.lines().filter(|line| concerns(line)).map(|line| format!("{line}\n")).collect();
        assert_eq!(chosen, expected);
        assert!(chosen.contains("TEST start S1") && chosen.contains("TEST begin") && !chosen.contains("start S0"));
    }

    #[test]
    fn times_are_chosen_with_both_ends() {
        let (bench, trace, stored) = played();
        let [from, to] = [10, 20].map(|place| trace.lines().nth(place).expect("it is longer")[..10].to_owned());
        let between = |line: &&str| (from.as_str()..=to.as_str()).contains(&&line[..10]);
        let expected: String = trace.lines().filter(between).map(|line| format!("{line}\n")).collect();
        assert_eq!(shown(&bench, &stored, &["--from", &from, "--to", &to]), expected);
        let short = from.trim_start_matches('0');
        let short = if short.starts_with('.') { format!("0{short}") } else { short.to_owned() };
        assert_eq!(replayed(&bench, &["--from", &short, "--to", &to]), expected);
    }

    #[test]
    fn a_view_may_go_to_a_file() {
        let (bench, trace, _) = played();
        assert_eq!(replayed(&bench, &["--only", "vote", "-o", "votes"]), "");
        let written = fs::read_to_string(bench.path("votes")).expect("it was written");
        assert_eq!(written, of_topics(&trace, &["VOTE"]));
    }

    #[test]
    fn grep_finds_only_what_is_shown() {
        let (bench, trace, stored) = played();
        let all = bench.run(&["grep", "S1", &stored]);
        let votes = bench.run(&["grep", "S1", &stored, "--only", "vote"]);
        let expected: Vec<&str> = all.text().lines().filter(|line| line.contains(" VOTE ")).collect();
        assert_eq!(votes.text().lines().collect::<Vec<_>>(), expected);
        let count = trace.lines().filter(|line| line.contains(" VOTE ") && line.contains("S1")).count();
        let counted = bench.run(&["grep", "-c", "S1", &stored, "--only", "vote"]);
        assert!(counted.text().trim_end().ends_with(&format!(":{count}")), "{}", counted.text());
        assert_eq!(bench.run(&["grep", "VOTE", &stored, "--ignore", "vote"]).code, Some(1));
    }
}

mod columns {
    use super::*;

    /// The time and topic of each row, in which column its text begins, and the text.
    fn rows(text: &str) -> Vec<(&str, usize, &str)> {
        let row = |line| {
            let (head, rest) = str::split_at(line, line.len().min(16));
            (head.trim(), rest.len() - rest.trim_start().len(), rest.trim())
        };
        text.lines().map(row).collect()
    }

    #[test]
    fn each_server_has_a_column_and_no_word_is_lost() {
        let (bench, trace, stored) = played();
        let options = ["--columns", "--width", "100"];
        let text = replayed(&bench, &options);
        assert_eq!(shown(&bench, &stored, &options), text);
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        // (100 - 16 - 2 * 2) / 3 = 26 characters each, and two between them.
        let mut own = 0;
        for (head, column, piece) in rows(&text) {
            if head.ends_with("TEST") {
                own = 0;
            } else if !head.is_empty() {
                own = 28 * piece[1..2].parse::<usize>().expect("it begins with its server");
            }
            assert_eq!(column, own, "{head} {piece}");
        }
        let words = |text: &str| -> String { text.split_whitespace().collect() };
        assert_eq!(words(&text), words(&trace));
    }

    #[test]
    fn what_is_not_shown_has_no_room() {
        let (bench, _, stored) = played();
        let text = shown(&bench, &stored, &["--columns", "--width", "100", "--server", "0,2", "--ignore", "test"]);
        for (head, column, piece) in rows(&text) {
            // Two columns of 41 characters.
            assert!([0, 43].contains(&column), "{head} {piece}");
        }
        assert!(!text.contains(" S1."), "{text}");
    }

    #[test]
    fn where_there_is_no_terminal_they_have_120_characters() {
        let (bench, _, stored) = played();
        let text = shown(&bench, &stored, &["--columns"]);
        assert_eq!(text, shown(&bench, &stored, &["--columns", "--width", "120"]));
    }

    #[test]
    fn grep_names_the_trace_above_them() {
        let (bench, _, _) = played();
        let ended = bench.run(&["grep", "LEAD.*won", "out", "--columns", "--width", "100"]);
        ended.says(0, &[]);
        let heads: Vec<&str> = ended.text().lines().filter(|line| line.starts_with("initial-election/")).collect();
        assert_eq!(heads.len(), 2, "{}", ended.text());
        assert!(ended.text().lines().nth(1).is_some_and(|line| line[11..].starts_with("LEAD ")), "{}", ended.text());
    }
}

mod colours {
    use super::*;

    #[test]
    fn colours_change_nothing_but_colours() {
        let (bench, trace, stored) = played();
        let sequence = regex::Regex::new("\x1b\\[[0-9;]*m").expect("a valid pattern");
        for options in [&[][..], &["--columns"], &["--only", "vote"]] {
            let coloured = replayed(&bench, &[options, &["--color", "always"]].concat());
            assert!(coloured.contains("\x1b["), "{coloured}");
            assert_eq!(shown(&bench, &stored, &[options, &["--color", "always"]].concat()), coloured);
            let plain = replayed(&bench, options);
            assert!(!plain.contains('\x1b'), "a pipe has no colours");
            assert_eq!(sequence.replace_all(&coloured, ""), plain);
        }
        assert_eq!(replayed(&bench, &["--color", "never"]), trace);
    }

    /// Only a terminal has colours and a width by itself, so this needs one: `script` makes it.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_terminal_has_colours_and_a_width() {
        let (bench, _, stored) = played();
        if bench.shell("script -qec true /dev/null").code != Some(0) {
            skip("there is no `script` to make a terminal with");
            return;
        }
        let on_terminal = |setting: &str| {
            let command = format!("stty rows 24 cols 77; {setting} $PROGRAM show {stored} --columns");
            let ended = bench.shell(&format!("TERM=xterm script -qec '{command}' /dev/null"));
            ended.text().replace('\r', "")
        };
        assert!(on_terminal("").contains("\x1b["));
        assert_eq!(on_terminal("NO_COLOR=1"), shown(&bench, &stored, &["--columns", "--width", "77"]));
    }
}

mod usage {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_said() {
        let (bench, trace, stored) = played();
        let says = |options: &[&str], code, part| {
            bench.run(&[&["show", &stored], options].concat()).says(code, &[part]);
            bench.run(&[&["grep", ".", &stored], options].concat()).says(if code == 4 { 1 } else { code }, &[]);
        };
        says(&["--only", "vtoe"], 2, "did you mean `vote`? Topics are timr, vote");
        says(&["--ignore", "xyzzy"], 2, "there is no topic `xyzzy`. Topics are timr");
        says(&["--server", "x"], 2, "a server is S and its number");
        says(&["--from", "noon"], 2, "like 12.3 or 012.300000");
        says(&["--from", "2", "--to", "1"], 2, "--from comes after --to");
        says(&["--width", "100"], 2, "--columns");
        says(
            &["--from", "900"],
            4,
            &format!("has no such line; without these options it shows {}", trace.lines().count()),
        );
        bench.run(&["grep", ".", "out", "-c", "--columns"]).says(2, &["cannot be used with"]);
    }

    #[test]
    fn a_trace_that_cannot_be_read_is_named() {
        let (bench, _, _) = played();
        bench.run(&["show", "nowhere"]).says(2, &["cannot read nowhere"]);
        bench.run(&["show", "out"]).says(2, &["out is a folder", "raftlab grep"]);
        bench.write("broken.log.zst", "this is no zstd");
        bench.run(&["show", "broken.log.zst"]).says(3, &["cannot read broken.log.zst"]);
    }

    #[test]
    fn what_is_no_line_of_a_trace_is_shown_as_it_is() {
        let bench = Bench::new();
        bench.write("other.log", "006742 VOTE S1 asks\n000.100000 LEAD S1.1 T1 leads\n\nno line end");
        assert_eq!(
            shown(&bench, "other.log", &["--columns", "--only", "vote"]),
            "006742 VOTE S1 asks\n\nno line end\n"
        );
    }

    #[test]
    fn a_reader_that_has_enough_is_no_trouble() {
        let (bench, _, stored) = played();
        let ended = bench.shell(&format!("\"$PROGRAM\" show {stored} --columns | head -n 1"));
        assert_eq!((ended.text().lines().count(), ended.stderr.as_str()), (1, ""));
    }
}

/// Says why a test says nothing here.
#[expect(clippy::print_stderr, reason = "a test that is skipped must not look like one that passed")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
