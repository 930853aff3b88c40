//! What surrounds a failure: the events that its evidence speaks of, what every server was at that
//! instant, and what each did last. Found by playing the run again, which takes no longer than it took
//! the first time.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use regex::Regex;

use super::outcome::{Finding, NOT_WRITTEN, Outcome};
use super::play::{Player, Run, play};
use crate::base::{Instant, Seed, ServerId};
use crate::lab::Test;
use crate::trace::{Destination, Event, Scene, Sink, TextSink};

/// Lines that are kept of each server, and of the tester.
const LAST: usize = 6;

/// Lines that are kept of what the evidence speaks of.
const CITED: usize = 12;

/// What surrounds a failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The lines of the trace that the evidence speaks of, in order.
    pub cited: Vec<String>,
    /// What every server was.
    pub scene: Scene,
    /// What the tester did last.
    pub tester: LastLines,
    /// What each server that takes part in it did last; each server, if none is known to.
    pub servers: Vec<(ServerId, LastLines)>,
    /// How the run ended this time, if that was in another way.
    pub otherwise: Option<String>,
}

/// The last lines of somebody, heartbeats left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LastLines {
    /// The lines, in order.
    pub lines: VecDeque<String>,
    /// Lines about heartbeats that came after the last of them.
    pub heartbeats: u64,
}

/// Plays a failed run again to explain it. None if the run does not end within `patience` of real time,
/// if it is not known when it failed, if it is another run every time, or if nothing needs to be
/// explained but that something is not written yet.
pub fn explain(test: &Arc<Test>, player: Player, seed: Seed, run: &Run, patience: Duration) -> Option<Explanation> {
    let finding = run.outcome.finding().filter(|finding| finding.rule != NOT_WRITTEN)?;
    finding.at?;
    let was_given_up = run.events == 0;
    if was_given_up || matches!(run.outcome, Outcome::Nondeterministic(_)) {
        return None;
    }
    let (test, first) = (test.clone(), run.clone());
    let (sender, receiver) = mpsc::channel();
    // Who has waited long enough hears nothing any more.
    let tell = move || drop(sender.send(replay(&test, player, seed, &first)));
    // In a thread of its own: if what was played then blocks now, somebody must be left.
    let played = thread::Builder::new().spawn(tell);
    played.ok().and_then(|_| receiver.recv_timeout(patience).ok())?
}

fn replay(test: &Test, player: Player, seed: Seed, first: &Run) -> Option<Explanation> {
    let finding = first.outcome.finding()?;
    let at = finding.at?;
    let witness = Rc::new(RefCell::new(Witness::of(finding, at)));
    let again = play(test, player, seed, Some(witness.clone()), None);
    let mut witness = witness.borrow_mut();
    let excerpt = witness.lines.finish().ok()??;
    let otherwise = (again.digest != first.digest).then(|| again.outcome.name().to_owned());
    Some(excerpt.explanation(finding, std::mem::take(&mut witness.scene), otherwise))
}

/// Sees a run again.
struct Witness {
    scene: Scene,
    lines: TextSink<Excerpt>,
}

impl Witness {
    fn of(finding: &Finding, at: Instant) -> Witness {
        Witness { scene: Scene::at(at), lines: TextSink::line_by_line(Excerpt::of(finding, at)) }
    }
}

impl Sink for Witness {
    fn event(&mut self, at: Instant, event: &Event<'_>) {
        self.scene.event(at, event);
        self.lines.event(at, event);
    }
}

/// What is kept of a trace.
struct Excerpt {
    until: String,
    mentioned: Mentioned,
    cited: Vec<String>,
    tester: LastLines,
    /// By number; grows as servers show up.
    servers: Vec<LastLines>,
    heartbeats: Heartbeats,
}

/// What the evidence speaks of.
struct Mentioned {
    /// As the trace writes them.
    instants: BTreeSet<String>,
    /// `#412`: numbers of calls.
    calls: BTreeSet<String>,
    /// `S1`; none if no server takes part in it.
    servers: BTreeSet<String>,
}

impl Mentioned {
    fn in_finding(finding: &Finding, at: Instant) -> Mentioned {
        static INSTANT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{3,}\.\d{6}\b").expect("it is sound"));
        static CALL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"#\d+\b").expect("it is sound"));
        static SERVER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bS\d+\b").expect("it is sound"));
        let all = |what: &Regex| {
            let texts = finding.evidence.iter().flat_map(|text| what.find_iter(text));
            texts.map(|found| found.as_str().to_owned()).collect::<BTreeSet<String>>()
        };
        let mut servers = all(&SERVER);
        servers.extend(finding.servers.iter().map(ToString::to_string));
        let mut instants = all(&INSTANT);
        if !servers.is_empty() {
            instants.insert(at.to_string());
        }
        Mentioned { instants, calls: all(&CALL), servers }
    }

    fn has(&self, line: &Line<'_>) -> bool {
        let concerns = line.server.is_some_and(|server| self.servers.contains(server));
        let is_call = line.call.is_some_and(|call| self.calls.contains(call));
        is_call || (concerns && self.instants.contains(line.at))
    }
}

/// One line of a trace, taken apart.
struct Line<'a> {
    at: &'a str,
    /// `S1`; none for the tester.
    server: Option<&'a str>,
    /// `#412`.
    call: Option<&'a str>,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Option<Line<'a>> {
        let mut words = text.split(' ');
        let (at, topic, who) = (words.next()?, words.next()?, words.next()?);
        let server = if topic == "TEST" { None } else { who.split_once('.').map(|(server, _)| server) };
        let call = text.find('#').map(|start| {
            let digits = text[start + 1..].bytes().take_while(u8::is_ascii_digit).count();
            &text[start..=start + digits]
        });
        Some(Line { at, server, call, text })
    }

    /// What failed stands in the finding already.
    fn is_verdict(&self) -> bool {
        self.text.get(self.at.len()..).is_some_and(|rest| rest.starts_with(" TEST check failed"))
    }

    fn is_tester(&self) -> bool {
        self.text.as_bytes().get(self.at.len()..).is_some_and(|rest| rest.starts_with(b" TEST"))
    }
}

/// Tells lines about heartbeats from others: a request without entries, and whatever becomes of it.
#[derive(Default)]
struct Heartbeats {
    /// Calls under way.
    calls: BTreeSet<String>,
}

impl Heartbeats {
    fn is_about_one(&mut self, line: &Line<'_>) -> bool {
        let Some(call) = line.call else { return false };
        if line.text.contains(" entries=0 ") {
            self.calls.insert(call.to_owned());
            return true;
        }
        // A refusal is worth reading.
        let is_one = self.calls.contains(call) && !line.text.contains(" refused ");
        if line.text.ends_with(" reply delivered") || line.text.ends_with(" lost") {
            self.calls.remove(call);
        }
        is_one
    }
}

impl LastLines {
    fn add(&mut self, line: &str) {
        if self.lines.len() == LAST {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
        self.heartbeats = 0;
    }
}

impl Excerpt {
    fn of(finding: &Finding, at: Instant) -> Excerpt {
        Excerpt {
            until: at.to_string(),
            mentioned: Mentioned::in_finding(finding, at),
            cited: vec![],
            tester: LastLines::default(),
            servers: vec![],
            heartbeats: Heartbeats::default(),
        }
    }

    fn line(&mut self, text: &str) {
        let Some(line) = Line::parse(text) else { return };
        // Instants are written so that they compare as texts do, but for the longest runs.
        if (line.at.len(), line.at) > (self.until.len(), self.until.as_str()) {
            return;
        }
        if line.is_verdict() {
            return;
        }
        let is_heartbeat = self.heartbeats.is_about_one(&line);
        if self.mentioned.has(&line) && self.cited.len() < CITED {
            self.cited.push(text.to_owned());
        }
        if line.is_tester() {
            return self.tester_line(&line);
        }
        let Some(last) = line.server.and_then(|server| self.last_of(server)) else { return };
        if is_heartbeat { last.heartbeats += 1 } else { last.add(text) }
    }

    /// All runs begin alike.
    fn tester_line(&mut self, line: &Line<'_>) {
        if line.at != Instant::START.to_string() {
            self.tester.add(line.text);
        }
    }

    fn last_of(&mut self, server: &str) -> Option<&mut LastLines> {
        let number: u8 = server.strip_prefix('S')?.parse().ok()?;
        let number = usize::from(number);
        if self.servers.len() <= number {
            self.servers.resize_with(number + 1, LastLines::default);
        }
        self.servers.get_mut(number)
    }

    fn explanation(self, finding: &Finding, scene: Scene, otherwise: Option<String>) -> Explanation {
        let takes_part = |server: &ServerId| finding.servers.is_empty() || finding.servers.contains(server);
        let servers = (0..).map(ServerId::new).zip(self.servers);
        let servers = servers.filter(|(server, _)| takes_part(server)).collect();
        Explanation { cited: self.cited, scene, tester: self.tester, servers, otherwise }
    }
}

impl Destination for Excerpt {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        String::from_utf8_lossy(text).lines().for_each(|line| self.line(line));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
000.000000 TEST start S0.1
000.100000 VOTE S0.1 T1 -> S1 RequestVote#1 term=1 candidate=S0 last=0/0 bytes=9
000.150000 TEST crash S2.1
000.200000 LOG1 S0.1 T1 -> S1 AppendEntries#2 term=1 prev=0/0 entries=0 commit=0 bytes=9
000.200100 LOG2 S1.1 T1 <- S0 AppendEntries#2 delivered
000.200100 LOG2 S1.1 T1 <- S0 AppendEntries#2 answered term=1 ok
000.300000 LOG1 S0.1 T1 -> S1 AppendEntries#3 term=1 prev=0/0 entries=1 commit=0 bytes=9
000.300100 LOG2 S1.1 T1 <- S0 AppendEntries#3 answered term=1 ok
000.300100 PERS S0.1 T1 saved state=9
000.400000 CMIT S0.1 T1 applied index=1 7
";

    fn excerpt(finding: &Finding, at: u64) -> Explanation {
        let mut excerpt = Excerpt::of(finding, Instant::from_millis(at));
        excerpt.write(TRACE.as_bytes()).expect("memory does not fail");
        excerpt.explanation(finding, Scene::default(), None)
    }

    fn finding(servers: &[usize], evidence: &str) -> Finding {
        let servers = servers.iter().copied().map(ServerId::new).collect();
        Finding { servers, ..Finding::new("rule", vec![evidence.to_owned()]) }
    }

    #[test]
    fn lines_that_the_evidence_speaks_of_are_cited() {
        let told = excerpt(&finding(&[1], "S1.1 answered AppendEntries#3 at 000.300100, but it forgot"), 400);
        let times: Vec<&str> = told.cited.iter().map(|line| &line[..15]).collect();
        assert_eq!(times, ["000.300000 LOG1", "000.300100 LOG2"], "both ends of the call, and not what S0 did then");
        assert_eq!(told.servers.len(), 1, "only of who takes part in it");
    }

    #[test]
    fn heartbeats_are_only_counted() {
        let told = excerpt(&finding(&[], "nobody agreed"), 250);
        assert_eq!(told.tester.lines, ["000.150000 TEST crash S2.1"], "not how all runs begin");
        let [(_, first), (_, second)] = told.servers.as_slice() else { panic!("{told:?}") };
        assert_eq!((first.lines.len(), first.heartbeats), (1, 1));
        assert_eq!((second.lines.len(), second.heartbeats), (0, 2));
    }

    #[test]
    fn what_came_later_is_not_told_and_only_the_last_lines_are() {
        let told = excerpt(&finding(&[0], ""), 300);
        assert!(told.servers[0].1.lines.iter().all(|line| line.as_str() <= "000.300000~"), "{told:?}");
        let mut last = LastLines::default();
        (0..20).for_each(|number| last.add(&number.to_string()));
        assert_eq!(last.lines, ["14", "15", "16", "17", "18", "19"]);
    }
}
