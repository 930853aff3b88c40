//! Who is up and connected, what everybody reports, and what the network is like.
//!
//! Bookkeeping shared by the rules that speak of live servers and of their leader (`lab-spec`
//! §4.2): a server is *live* while it runs and is connected, and any two live servers can talk to
//! each other. Judges nothing.

use crate::base::{Incarnation, ServerId, Term};
use crate::trace::Event;

/// The cluster as the events so far describe it.
#[derive(Debug, Default)]
pub(super) struct Members {
    members: Vec<Member>,
    /// How many servers the cluster has; none are known before it began.
    servers: usize,
    constructed: bool,
    unreliable: bool,
    reordering: bool,
}

/// One server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Member {
    /// The life that runs.
    life: Option<u32>,
    connected: bool,
    /// The term that it reports; 0 before its first report.
    term: Term,
    leads: bool,
}

impl Member {
    fn is_live(self) -> bool {
        self.life.is_some() && self.connected
    }
}

/// What an event changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    /// Nothing that is kept here.
    Nothing,
    /// Who is live.
    Live(ServerId),
    /// What a running server reports.
    Report(Incarnation),
    /// The kind of the network.
    Network,
    /// The cluster is complete.
    Constructed,
}

impl Members {
    pub(super) fn observe(&mut self, event: &Event<'_>) -> Change {
        match *event {
            Event::Began { servers } => self.servers = servers,
            Event::Constructed => {
                self.constructed = true;
                return Change::Constructed;
            }
            Event::Started { server } => {
                let started = Member { life: Some(server.life), ..Member::default() };
                return self.change(server.server, |member| *member = started);
            }
            Event::Crashed { server } => return self.crash(server),
            Event::Connected { server } => return self.change(server, |member| member.connected = true),
            Event::Disconnected { server } => return self.change(server, |member| member.connected = false),
            Event::NetworkChanged { reliable, reordering } => return self.network(!reliable, reordering),
            Event::StateChanged { server, term, is_leader } => return self.report(server, term, is_leader),
            _ => {}
        }
        Change::Nothing
    }

    fn crash(&mut self, server: Incarnation) -> Change {
        if !self.runs(server) {
            return Change::Nothing;
        }
        self.change(server.server, |member| *member = Member { connected: member.connected, ..Member::default() })
    }

    fn change(&mut self, server: ServerId, change: impl FnOnce(&mut Member)) -> Change {
        let member = self.slot(server);
        let was_live = member.is_live();
        change(member);
        if was_live == member.is_live() { Change::Nothing } else { Change::Live(server) }
    }

    fn network(&mut self, unreliable: bool, reordering: bool) -> Change {
        if (self.unreliable, self.reordering) == (unreliable, reordering) {
            return Change::Nothing;
        }
        (self.unreliable, self.reordering) = (unreliable, reordering);
        Change::Network
    }

    fn report(&mut self, server: Incarnation, term: Term, is_leader: bool) -> Change {
        if !self.runs(server) {
            return Change::Nothing;
        }
        let member = self.slot(server.server);
        (member.term, member.leads) = (term, is_leader);
        Change::Report(server)
    }

    fn slot(&mut self, server: ServerId) -> &mut Member {
        let number = server.number();
        if number >= self.members.len() {
            self.members.resize(number + 1, Member::default());
        }
        &mut self.members[number]
    }

    /// Whether this life of the server is the one that runs.
    pub(super) fn runs(&self, server: Incarnation) -> bool {
        self.members.get(server.server.number()).is_some_and(|member| member.life == Some(server.life))
    }

    pub(super) fn is_live(&self, server: ServerId) -> bool {
        self.members.get(server.number()).is_some_and(|member| member.is_live())
    }

    /// All live servers, and the term that each reports.
    pub(super) fn live(&self) -> impl Iterator<Item = (Incarnation, Term)> + '_ {
        self.live_members()
            .filter_map(|(server, member)| Some((Incarnation { server, life: member.life? }, member.term)))
    }

    fn live_members(&self) -> impl Iterator<Item = (ServerId, &Member)> + '_ {
        self.members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.is_live())
            .map(|(number, member)| (ServerId::new(number), member))
    }

    pub(super) fn is_constructed(&self) -> bool {
        self.constructed
    }

    /// Neither unreliable nor reordering.
    pub(super) fn is_network_steady(&self) -> bool {
        !self.unreliable && !self.reordering
    }

    pub(super) fn has_quorum(&self) -> bool {
        self.servers > 0 && self.live_members().count() > self.servers / 2
    }

    /// How many servers the cluster has.
    pub(super) fn servers(&self) -> usize {
        self.servers
    }

    /// A live server that leads in a term that no live server is beyond.
    pub(super) fn serving_leader(&self) -> Option<(Incarnation, Term)> {
        let highest = self.live_members().map(|(_, member)| member.term).max()?;
        let (server, leader) = self.live_members().find(|(_, member)| member.leads && member.term == highest)?;
        Some((Incarnation { server, life: leader.life? }, highest))
    }

    /// Whether exactly one live server leads, and all live servers are in its term.
    pub(super) fn is_leader_acknowledged(&self) -> bool {
        let Some((_, term)) = self.serving_leader() else { return false };
        let leaders = self.live_members().filter(|(_, member)| member.leads).count();
        leaders == 1 && self.live_members().all(|(_, member)| member.term == term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn life(number: u8, life: u32) -> Incarnation {
        Incarnation { server: ServerId::new_const(number), life }
    }

    fn pair() -> Members {
        let mut members = Members::default();
        members.observe(&Event::Began { servers: 3 });
        for server in [life(0, 1), life(1, 1)] {
            members.observe(&Event::Started { server });
            members.observe(&Event::Connected { server: server.server });
        }
        members
    }

    #[test]
    fn live_is_running_and_connected() {
        let mut members = pair();
        assert!(members.has_quorum());
        let disconnected = members.observe(&Event::Disconnected { server: life(1, 1).server });
        assert_eq!(disconnected, Change::Live(life(1, 1).server));
        assert_eq!(members.observe(&Event::Crashed { server: life(1, 1) }), Change::Nothing, "it was not live");
        assert_eq!(members.observe(&Event::Connected { server: life(1, 1).server }), Change::Nothing, "it is down");
        assert!(!members.has_quorum());
    }

    #[test]
    fn a_leader_serves_while_no_live_server_is_in_a_higher_term() {
        let mut members = pair();
        members.observe(&Event::StateChanged { server: life(0, 1), term: 2, is_leader: true });
        assert_eq!(members.serving_leader(), Some((life(0, 1), 2)));
        assert!(!members.is_leader_acknowledged());
        members.observe(&Event::StateChanged { server: life(1, 1), term: 2, is_leader: false });
        assert!(members.is_leader_acknowledged());
        members.observe(&Event::StateChanged { server: life(1, 1), term: 3, is_leader: false });
        assert_eq!(members.serving_leader(), None);
    }

    #[test]
    fn reports_of_lives_that_do_not_run_are_not_heard() {
        let mut members = pair();
        let ghost = Event::StateChanged { server: life(0, 7), term: 9, is_leader: true };
        assert_eq!(members.observe(&ghost), Change::Nothing);
        assert_eq!(members.serving_leader(), None);
    }
}
