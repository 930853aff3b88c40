//! Part 2X: leaders that do not know yet that they lead no more.
//!
//! For leaders that ignore a higher term in a reply, and for followers that take anybody's append
//! for their leader's. The course's cuts are always two-way, so that a deposed leader hears of it
//! by a request or not at all.

use super::Tester;
use super::persistence::restart;
use super::steering::{all_agree, check_steps_down, elected_among, pause, submit_everywhere, term_of};
use crate::base::ServerId;
use crate::cluster::{Retry, Step};
use crate::net::Messages;
use crate::net::rules::OneWay;

/// Nothing reaches the old leader but, in the end, replies. First its appends must not keep the
/// others from electing, then a reply must make it step down.
pub(super) async fn deposed_one_way(t: Tester) -> Step {
    t.one(t.random_command(), 5, Retry::Allowed).await?;
    let old = t.check_one_leader().await?;
    let term = term_of(&t, old);
    let others: Vec<ServerId> = (1..5).map(|steps| t.after(old, steps)).collect();

    // Cut off in both directions, so that the others elect another leader.
    let deaf = t.cluster().inject(OneWay::Into(old));
    let silent = t.cluster().hold(Messages::REQUESTS.from(old));
    let second = elected_among(&t, &others, term).await?;

    // The new leader is gone, and the old one beats again, without hearing an answer.
    let second_term = term_of(&t, second);
    t.crash(second);
    let unanswered = t.cluster().hold(Messages::REPLIES.to(old));
    drop(silent);
    let rest: Vec<ServerId> = others.into_iter().filter(|other| *other != second).collect();
    elected_among(&t, &rest, second_term).await?;

    // Now the answers arrive.
    drop(unanswered);
    check_steps_down(&t, old, term).await?;
    drop(deaf);
    restart(&t, second)?;
    all_agree(&t).await
}

/// Leaders and followers stop for longer than an election takes, and go on as if nothing had
/// happened. The others must go on without them, and an old leader must give up when it hears of it.
pub(super) async fn pauses(t: Tester) -> Step {
    all_agree(&t).await?;
    for _ in 0..t.parameter("rounds") {
        leader_pauses(&t).await?;
        follower_pauses(&t).await?;
        all_pause(&t).await?;
    }
    Ok(())
}

async fn leader_pauses(t: &Tester) -> Step {
    let leader = t.check_one_leader().await?;
    let term = term_of(t, leader);
    let others: Vec<ServerId> = t.servers().filter(|server| *server != leader).collect();
    t.submit(leader, t.random_command());
    let paused = t.cluster().pause(leader);
    elected_among(t, &others, term).await?;
    submit_everywhere(t, 3);
    pause(t, 0..=1_000).await;
    drop(paused);
    submit_everywhere(t, 3);
    check_steps_down(t, leader, term).await?;
    all_agree(t).await
}

async fn follower_pauses(t: &Tester) -> Step {
    let leader = t.check_one_leader().await?;
    let paused = t.cluster().pause(t.after(leader, 1));
    for _ in 0..5 {
        submit_everywhere(t, 3);
        pause(t, 50..=600).await;
    }
    drop(paused);
    all_agree(t).await
}

async fn all_pause(t: &Tester) -> Step {
    submit_everywhere(t, 3);
    let paused: Vec<_> = t.servers().map(|server| t.cluster().pause(server)).collect();
    pause(t, 500..=3_000).await;
    drop(paused);
    all_agree(t).await
}
