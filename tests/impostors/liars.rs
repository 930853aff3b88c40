//! Honest servers, except that their glass boxes show one thing that is not so.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Ctx, Index, Inspect, Inspection, Raft, Role, Term};

use crate::twist::{self, Twist};

/// A leader's entries seem to be of the term before its own.
struct AppendsOldTerms;

impl Twist for AppendsOldTerms {
    fn log_term(&self, honest: &dyn Inspect, index: Index) -> Option<Term> {
        let leads = honest.inspection().role == Role::Leader;
        honest.log_term(index).map(|term| term.saturating_sub(leads.into()))
    }
}

pub(crate) fn appends_old_terms(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, AppendsOldTerms)
}

/// A leader seems to have committed all that it has.
struct CommitsAtOnce;

impl Twist for CommitsAtOnce {
    fn inspection(&self, honest: &dyn Inspect) -> Inspection {
        let now = honest.inspection();
        let commit_index = if now.role == Role::Leader { now.last_index } else { now.commit_index };
        Inspection { commit_index, ..now }
    }
}

pub(crate) fn commits_at_once(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, CommitsAtOnce)
}

/// A candidate seems to have won as soon as it has asked.
struct CrownsItself {
    asked_in: Cell<Term>,
}

impl Twist for CrownsItself {
    fn inspection(&self, honest: &dyn Inspect) -> Inspection {
        let now = honest.inspection();
        if now.role == Role::Candidate && self.asked_in.replace(now.current_term) == now.current_term {
            return Inspection { role: Role::Leader, ..now };
        }
        now
    }
}

pub(crate) fn crowns_itself(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, CrownsItself { asked_in: Cell::new(0) })
}

/// A leader of a later term seems to have nothing in its log.
struct WinsEmptyHanded;

impl Twist for WinsEmptyHanded {
    fn inspection(&self, honest: &dyn Inspect) -> Inspection {
        let now = honest.inspection();
        let is_later = now.role == Role::Leader && now.current_term > 1;
        Inspection { last_index: if is_later { now.base_index } else { now.last_index }, ..now }
    }
}

pub(crate) fn wins_empty_handed(boot: Boot) -> Rc<dyn Raft> {
    twist::make(boot, WinsEmptyHanded)
}

/// The next election seems to be half a second away, whenever one looks.
struct PostponesElections {
    ctx: Ctx,
}

impl Twist for PostponesElections {
    fn inspection(&self, honest: &dyn Inspect) -> Inspection {
        let now = honest.inspection();
        let deadline = self.ctx.now() + Duration::from_millis(500);
        Inspection { election_deadline: now.election_deadline.map(|_| deadline), ..now }
    }
}

pub(crate) fn postpones_elections(boot: Boot) -> Rc<dyn Raft> {
    let twist = PostponesElections { ctx: boot.ctx.clone() };
    twist::make(boot, twist)
}
