//! S1 votes for whoever asks, and answers nothing else.

use std::rc::Rc;

use raftlab::api::{Boot, Raft, ServerId};

use crate::actor::Actor;
use crate::messages::{AppendEntries, RequestVote, RequestVoteReply};
use crate::reference;

const VOTER: ServerId = ServerId::new_const(1);

fn votes_for_all(boot: &Boot, voter: Rc<Actor>) {
    boot.ctx.serve(move |_, RequestVote { term, .. }| {
        voter.follow(term);
        async move { RequestVoteReply { term, vote_granted: true } }
    });
    boot.ctx.serve(|_, _: AppendEntries| std::future::pending());
}

/// It shows that it remembers none of its votes. The others are honest.
pub(crate) fn forgets_votes(boot: Boot) -> Rc<dyn Raft> {
    if boot.me != VOTER {
        return reference::make(boot);
    }
    let voter = Actor::behind_glass();
    votes_for_all(&boot, voter.clone());
    voter
}

/// Both others ask at once, in the same term.
pub(crate) fn votes_twice(boot: Boot) -> Rc<dyn Raft> {
    let actor = Actor::hidden();
    if boot.me == VOTER {
        votes_for_all(&boot, actor.clone());
    } else {
        actor.follow(1);
        let Boot { me, peers, ctx, .. } = boot;
        ctx.spawn(async move { peers[VOTER].call(&RequestVote::new(me, 1)).await });
    }
    actor
}
