//! What surrounds a failure, for people.

use std::fmt::Write as _;

use colored::Colorize as _;

use super::units::count;
use crate::runner::{Explanation, Finding, LastLines};

/// The events that contradict each other, what every server was, and what each did last. Several lines,
/// indented as a failure's block is.
pub(super) fn explanation_text(explanation: &Explanation, finding: &Finding) -> String {
    let Explanation { cited, scene, tester, servers, otherwise } = explanation;
    let mut text = String::new();
    if let Some(outcome) = otherwise {
        let _ = writeln!(
            text,
            "  {} played again, this run was another one and ended as {outcome}: something other than the seed decides \
             (--check-determinism says more); what follows is of the second time",
            "note".yellow().bold()
        );
    }
    section(&mut text, "in the trace", cited.iter().map(String::as_str));
    let at = scene.instant();
    let takes_part = |line: &str| finding.servers.iter().any(|server| line.starts_with(&format!("{server}.")));
    let standings = scene.to_string();
    let standings: Vec<String> = standings
        .lines()
        .map(|line| if takes_part(line) { line.bold().to_string() } else { line.to_owned() })
        .collect();
    section(&mut text, &format!("servers at {at}"), standings.iter().map(String::as_str));
    last_lines(&mut text, "the tester", tester, cited);
    for (server, lines) in servers {
        last_lines(&mut text, &server.to_string(), lines, cited);
    }
    text
}

fn section<'a>(text: &mut String, title: &str, lines: impl Iterator<Item = &'a str>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "  {}", title.cyan());
        lines.for_each(|line| {
            let _ = writeln!(text, "    {line}");
        });
    }
}

/// What somebody did last, but for what is said already.
fn last_lines(text: &mut String, who: &str, last: &LastLines, said: &[String]) {
    let heartbeats = format!("… and {} about heartbeats", count(last.heartbeats, "line"));
    let heartbeats = (last.heartbeats > 0).then_some(heartbeats.as_str());
    let lines = last.lines.iter().filter(|line| !said.contains(line)).map(String::as_str);
    section(text, &format!("last of {who}"), lines.chain(heartbeats));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Incarnation, Instant, ServerId};
    use crate::runner::Outcome;
    use crate::trace::{Event, Scene, Sink as _};

    #[test]
    fn what_is_known_is_told_and_nothing_twice() {
        let mut scene = Scene::at(Instant::from_millis(5));
        scene.event(Instant::START, &Event::Began { servers: 2 });
        let server = Incarnation { server: ServerId::new(1), life: 1 };
        scene.event(Instant::START, &Event::Started { server });
        let mut lines = LastLines { heartbeats: 3, ..LastLines::default() };
        lines.lines.extend(["one".to_owned(), "two".to_owned()]);
        let explanation = Explanation {
            cited: vec!["two".to_owned()],
            scene,
            tester: LastLines::default(),
            servers: vec![(server.server, lines)],
            otherwise: Some("passed".to_owned()),
        };
        let outcome = Outcome::named("failed", Some(finding())).expect("there is such an outcome");
        let text = explanation_text(&explanation, outcome.finding().expect("it failed"));
        let text = crate::report::account::plain(&text);
        let expected = "  in the trace\n    two\n  servers at 000.005000\n    S0.0  not started yet\n    \
                        S1.1  unknown    cut off  applied 0\n  last of S1\n    one\n    … and 3 lines about heartbeats\n";
        assert!(text.ends_with(expected), "{text}");
        assert!(text.starts_with("  note played again"), "{text}");
    }

    fn finding() -> Finding {
        Finding {
            rule: "rule".to_owned(),
            at: None,
            servers: vec![],
            evidence: vec![],
            place: None,
            circumstances: None,
        }
    }
}
