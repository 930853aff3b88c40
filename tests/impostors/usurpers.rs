//! S0 takes the lead of term 1 before anybody's timer ends, and the others, who are honest, obey. As
//! long as no vote is given nobody counts them, so most are found out by what else they do.

use std::rc::Rc;
use std::time::Duration;

use raftlab::api::{Boot, Bytes, Peers, Raft, ServerId};

use crate::actor::Actor;
use crate::base::Idle;
use crate::messages::{AppendEntries, InstallSnapshot, RequestVote};
use crate::reference;

const ME: ServerId = ServerId::new_const(0);

/// S0 is `usurper`, and sends everybody else something again and again.
fn sends(boot: Boot, usurper: Rc<dyn Raft>, period: Duration, send: fn(&Peers, ServerId)) -> Rc<dyn Raft> {
    if boot.me != ME {
        return reference::make(boot);
    }
    let Boot { peers, ctx, .. } = boot;
    ctx.clone().spawn(async move {
        loop {
            peers.others().for_each(|peer| send(&peers, peer));
            ctx.sleep(period).await;
        }
    });
    usurper
}

fn beat(peers: &Peers, peer: ServerId) {
    drop(peers[peer].call(&AppendEntries::heartbeat(ME, 1, (0, 0))));
}

/// Twenty heartbeats a second.
pub(crate) fn beats_too_often(boot: Boot) -> Rc<dyn Raft> {
    sends(boot, Idle::leader(), Duration::from_millis(50), beat)
}

/// It does not say that it leads.
pub(crate) fn poses_as_leader(boot: Boot) -> Rc<dyn Raft> {
    sends(boot, Idle::follower(), Duration::from_millis(100), beat)
}

/// Instead of heartbeats it sends its snapshot, fifty times a second.
pub(crate) fn repeats_snapshot(boot: Boot) -> Rc<dyn Raft> {
    sends(boot, Idle::leader(), Duration::from_millis(20), |peers, peer| {
        let (last_included_index, last_included_term, data) = (0, 0, Bytes::new());
        let request = InstallSnapshot { term: 1, leader_id: ME, last_included_index, last_included_term, data };
        drop(peers[peer].call(&request));
    })
}

/// After a second it has had enough.
pub(crate) fn resigns(boot: Boot) -> Rc<dyn Raft> {
    let (ctx, leader) = (boot.ctx.clone(), Actor::hidden());
    let usurper = leader.clone();
    leader.lead(1);
    boot.ctx.spawn(async move {
        ctx.sleep(Duration::from_secs(1)).await;
        leader.follow(1);
    });
    sends(boot, usurper, Duration::from_millis(100), beat)
}

/// It shows itself, and what it shows is that it never was a candidate.
pub(crate) fn leads_unelected(boot: Boot) -> Rc<dyn Raft> {
    let usurper = Actor::behind_glass();
    usurper.lead(1);
    sends(boot, usurper, Duration::from_millis(100), beat)
}

/// It asks S1 alone for its vote, and takes it for those of a majority.
pub(crate) fn wins_with_one_vote(boot: Boot) -> Rc<dyn Raft> {
    if boot.me != ME {
        return reference::make(boot);
    }
    let Boot { peers, ctx, .. } = boot;
    let candidate = Actor::hidden();
    let usurper = candidate.clone();
    ctx.spawn(async move {
        candidate.follow(1);
        let reply = peers[ServerId::new(1)].call(&RequestVote::new(ME, 1)).await;
        if reply.is_some_and(|reply| reply.vote_granted) {
            candidate.lead(1);
        }
    });
    usurper
}
