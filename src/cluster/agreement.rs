//! Submitting commands and waiting until they are applied (`lab-spec` §2.11 to §2.13).

use std::collections::BTreeSet;
use std::time::Duration;

use super::Step;
use super::cluster::Cluster;
use crate::api::Started;
use crate::base::{Command, Index, Instant, ServerId, Term};

/// Whether [`Cluster::one`] may submit a command a second time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// If it is not applied within two seconds, it is submitted again.
    Allowed,
    /// The first submission must do.
    Forbidden,
}

/// How long [`Cluster::one`] goes on submitting.
const AGREEMENT_TIME: Duration = Duration::from_secs(10);
/// How long it waits for one submission to be applied.
const ATTEMPT_TIME: Duration = Duration::from_secs(2);

impl Cluster {
    /// Asks a server to start agreement on `command`; none if it does not lead, is down
    /// or paused, or crashes meanwhile.
    pub fn submit(&self, server: ServerId, command: Command) -> Option<Started> {
        let running = self.running(server)?;
        let started = self.ask(server, |raft| raft.start(command.clone()))??;
        let Started { index, term } = started;
        self.trace.emit(&crate::trace::Event::CommandAccepted {
            server: running.life.incarnation,
            index,
            term,
            command: &command,
        });
        Some(started)
    }

    /// Has `command` agreed on, by whichever server leads, and waits until at least `expected`
    /// servers have applied it. Gives its index.
    ///
    /// # Errors
    /// If that does not happen within ten seconds; or, if `retry` is forbidden, within two seconds
    /// of the first submission.
    pub async fn one(&self, command: Command, expected: usize, retry: Retry) -> Step<Index> {
        let began = self.now();
        let mut asked = ServerId::new(0);
        let mut attempts = Vec::new();
        while self.now() - began < AGREEMENT_TIME {
            let Some((leader, started)) = self.submit_to_leader(&command, &mut asked) else {
                self.sleep(Duration::from_millis(50)).await;
                continue;
            };
            attempts.push((self.now(), leader, started));
            if self.applied_in_time(started.index, &command, expected).await? {
                return Ok(started.index);
            }
            if retry == Retry::Forbidden {
                break;
            }
        }
        self.no_agreement(&command, expected, &attempts)
    }

    /// Asks the connected servers, one after the other and going on where the last round ended.
    fn submit_to_leader(&self, command: &Command, asked: &mut ServerId) -> Option<(ServerId, Started)> {
        for _ in self.servers() {
            *asked = self.after(*asked, 1);
            if !self.is_connected(*asked) {
                continue;
            }
            if let Some(started) = self.submit(*asked, command.clone()) {
                return Some((*asked, started));
            }
        }
        None
    }

    /// Whether `expected` servers apply `command` at `index` within one attempt's time.
    async fn applied_in_time(&self, index: Index, command: &Command, expected: usize) -> Step<bool> {
        let began = self.now();
        while self.now() - began < ATTEMPT_TIME {
            let (count, value) = self.n_committed(index)?;
            if count > 0 && count >= expected && value.as_ref() == Some(command) {
                return Ok(true);
            }
            self.sleep(Duration::from_millis(20)).await;
        }
        Ok(false)
    }

    fn no_agreement(
        &self,
        command: &Command,
        expected: usize,
        attempts: &[(Instant, ServerId, Started)],
    ) -> Step<Index> {
        let mut evidence = vec![format!("failed to reach agreement on {command}: {expected} servers were to apply it")];
        for (at, leader, Started { index, term }) in attempts {
            let applied: Vec<ServerId> =
                self.servers().filter(|server| self.record.borrow().get(*server, *index) == Some(command)).collect();
            evidence.push(format!(
                "at {at} {leader} accepted it at index {index} in term {term}; applied there by {applied:?}"
            ));
        }
        if let Some((.., last)) = attempts.last() {
            evidence.extend(self.not_delivered(last.index));
        }
        if attempts.is_empty() {
            let connected: Vec<ServerId> = self.connected_servers().collect();
            evidence.push(format!("none of the connected servers {connected:?} ever claimed to lead"));
        }
        let leaders: BTreeSet<ServerId> = attempts.iter().map(|(_, leader, _)| *leader).collect();
        self.fail("one", leaders.into_iter().collect(), evidence)
    }

    /// Who takes the entry at `index` as committed and has not applied it; none if nobody shows that.
    fn not_delivered(&self, index: Index) -> Option<String> {
        let is_late = |server: &ServerId| {
            let committed = self.running(*server).and_then(|running| running.raft.commit_index());
            let has_committed = committed.is_some_and(|committed| committed >= index);
            has_committed && self.record.borrow().get(*server, index).is_none()
        };
        let late: Vec<ServerId> = self.servers().filter(is_late).collect();
        (!late.is_empty())
            .then(|| format!("index {index} is committed, by their own commit_index, and not applied on {late:?}"))
    }

    /// How many servers have applied something at `index`, and what. Servers that are cut off or
    /// down count as well.
    ///
    /// # Errors
    /// If they have applied different commands.
    pub fn n_committed(&self, index: Index) -> Step<(usize, Option<Command>)> {
        let record = self.record.borrow();
        let mut count = 0;
        let mut first: Option<(ServerId, &Command)> = None;
        for server in self.servers() {
            let Some(command) = record.get(server, index) else { continue };
            count += 1;
            let (other, agreed) = *first.get_or_insert((server, command));
            let evidence =
                || format!("{server} has applied {command} at index {index}, where {other} has applied {agreed}");
            self.expect(command == agreed, "committed values", &[server, other], evidence)?;
        }
        Ok((count, first.map(|(_, command)| command.clone())))
    }

    /// Waits until at least `expected` servers have applied something at `index`, and gives it;
    /// none if a server's term goes beyond `start_term` meanwhile.
    ///
    /// # Errors
    /// If that does not happen within about 30 s.
    pub async fn wait(&self, index: Index, expected: usize, start_term: Option<Term>) -> Step<Option<Command>> {
        let mut pause = Duration::from_millis(10);
        for _ in 0..30 {
            if self.n_committed(index)?.0 >= expected {
                break;
            }
            self.sleep(pause).await;
            if pause < Duration::from_secs(1) {
                pause *= 2;
            }
            if start_term.is_some_and(|term| self.term_beyond(term)) {
                return Ok(None);
            }
        }
        let (count, command) = self.n_committed(index)?;
        let evidence = || format!("only {count} servers have applied index {index}; {expected} were to apply it");
        self.expect(count >= expected, "wait", &[], evidence)?;
        Ok(command)
    }

    fn term_beyond(&self, term: Term) -> bool {
        self.servers().filter_map(|server| self.state(server)).any(|state| state.term > term)
    }
}
