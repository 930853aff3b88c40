//! Who leads, and in which term (`lab-spec` §2.10).

use std::collections::BTreeMap;
use std::time::Duration;

use super::Step;
use super::cluster::Cluster;
use crate::api::ServerState;
use crate::base::{ServerId, Term};

/// How often check_one_leader looks.
const ROUNDS: usize = 10;

impl Cluster {
    /// The server that leads, once one does; of several in different terms, the one of the
    /// highest. Looks ten times, every 450 to 549 ms.
    ///
    /// # Errors
    /// If two connected servers lead in one term, or nobody leads for ten looks.
    pub async fn check_one_leader(&self) -> Step<ServerId> {
        let mut terms = Vec::new();
        for _ in 0..ROUNDS {
            let pause = self.random(|random| random.millis(450..=549));
            self.sleep(pause).await;
            let states = self.connected_states();
            terms.extend(states.iter().map(|(_, state)| state.term).max());
            if let Some(leader) = self.find_leader(&states)? {
                return Ok(leader);
            }
        }
        let connected: Vec<ServerId> = self.connected_servers().collect();
        let mut evidence = vec![format!("none of the connected servers {connected:?} led at any of {ROUNDS} looks")];
        if let [first, .., last] = terms[..] {
            evidence.push(format!("meanwhile their highest term has risen by {}", last.saturating_sub(first)));
        }
        self.fail("one leader", connected, evidence)
    }

    /// The leader among those that were looked at.
    fn find_leader(&self, states: &[(ServerId, ServerState)]) -> Step<Option<ServerId>> {
        let mut leaders: BTreeMap<Term, Vec<ServerId>> = BTreeMap::new();
        for (server, state) in states.iter().filter(|(_, state)| state.is_leader) {
            leaders.entry(state.term).or_default().push(*server);
        }
        for (term, servers) in &leaders {
            self.expect(servers.len() == 1, "one leader", servers, || format!("{servers:?} all lead in term {term}"))?;
        }
        Ok(leaders.last_key_value().map(|(_, servers)| servers[0]))
    }

    /// The term of all connected servers.
    ///
    /// # Errors
    /// If they do not agree, or nobody is connected.
    pub fn check_terms(&self) -> Step<Term> {
        let terms: Vec<(ServerId, Term)> =
            self.connected_states().into_iter().map(|(server, state)| (server, state.term)).collect();
        let Some(&(_, term)) = terms.first() else {
            return self.fail("same term", vec![], vec!["no server is connected".to_owned()]);
        };
        let servers: Vec<ServerId> = terms.iter().map(|(server, _)| *server).collect();
        let evidence = || format!("the servers are in different terms: {terms:?}");
        self.expect(terms.iter().all(|(_, other)| *other == term), "same term", &servers, evidence)?;
        Ok(term)
    }

    /// What the connected servers say of themselves.
    fn connected_states(&self) -> Vec<(ServerId, ServerState)> {
        self.connected_servers().filter_map(|server| Some((server, self.state(server)?))).collect()
    }

    /// Checks that no connected server leads.
    ///
    /// # Errors
    /// If one does.
    pub fn check_no_leader(&self) -> Step {
        let leads = |server: &ServerId| self.state(*server).is_some_and(|state| state.is_leader);
        match self.connected_servers().find(leads) {
            Some(leader) => {
                let evidence = format!("{leader} leads, although it cannot reach a majority");
                self.fail("no leader", vec![leader], vec![evidence])
            }
            None => Ok(()),
        }
    }

    /// What a server says of itself; none if it is down or paused.
    pub fn state(&self, server: ServerId) -> Option<ServerState> {
        self.ask(server, |raft| raft.state())
    }

    /// Whether any server that is up is in another term than `term`.
    pub fn term_moved(&self, term: Term) -> bool {
        self.servers().filter_map(|server| self.state(server)).any(|state| state.term != term)
    }

    /// Sleeps for the tester's idea of an election timeout, 1000 ms, times `factor`.
    pub async fn sleep_elections(&self, factor: u32) {
        self.sleep(ELECTION_TIMEOUT * factor).await;
    }

    pub(super) fn connected_servers(&self) -> impl Iterator<Item = ServerId> + '_ {
        self.servers().filter(|server| self.is_connected(*server))
    }
}

/// `RaftElectionTimeout`: a constant of the tester; Raft never sees it.
const ELECTION_TIMEOUT: Duration = Duration::from_millis(1_000);
