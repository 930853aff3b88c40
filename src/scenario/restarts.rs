//! Part 2X: servers that crash right after an answer and are back in the same term.
//!
//! For votes and terms that are not saved before the answer leaves (Figure 2, "persistent state").
//! The course's crashes detach a server first, so that such an answer never arrives.

use std::time::Duration;

use super::Tester;
use super::persistence::restart;
use super::steering::{all_agree, until};
use crate::base::ServerId;
use crate::cluster::{Held, Retry, Step};
use crate::net::rules::OneWay;
use crate::net::{Message, Messages};
use crate::trace::RpcKind;

const VOTE_REQUESTS: Messages = Messages::REQUESTS.of(RpcKind::RequestVote);
const APPENDS: Messages = Messages::REQUESTS.of(RpcKind::AppendEntries);

/// Long enough for two followers to become candidates.
const CANDIDACY: Duration = Duration::from_secs(3);
/// Long enough for a message and its reply.
const ROUND_TRIP: Duration = Duration::from_millis(20);

/// Two candidates of one term ask the same voter, which crashes and restarts in between. Catches
/// votes that are not saved, or saved too late: the voter votes twice, and both win.
pub(super) async fn vote_after_restart(t: Tester) -> Step {
    for _ in 0..t.parameter("rounds") {
        // The voter is the old leader, which is not a candidate itself. Nobody hears anybody.
        let voter = t.check_one_leader().await?;
        let requests = t.cluster().hold(Messages::REQUESTS);
        until(&t, CANDIDACY, || rivals(&requests, voter).is_some()).await;
        if let Some(rivals) = rivals(&requests, voter) {
            ask_twice(&t, &requests, voter, rivals).await?;
        }
        drop(requests);
        all_agree(&t).await?;
    }
    Ok(())
}

/// Two requests for the voter's vote in one term; of the newest such term.
fn rivals(requests: &Held, voter: ServerId) -> Option<[Message; 2]> {
    let wanted = VOTE_REQUESTS.to(voter);
    let to_voter: Vec<Message> = requests.messages().into_iter().filter(|message| wanted.include(message)).collect();
    to_voter.iter().rev().find_map(|second| {
        let rival = |first: &&Message| first.from() != second.from() && first.term() == second.term();
        to_voter.iter().find(rival).map(|first| [*first, *second])
    })
}

async fn ask_twice(t: &Tester, requests: &Held, voter: ServerId, [first, second]: [Message; 2]) -> Step {
    let crash = t.cluster().crash_after_send(voter, Messages::REPLIES.to(first.from()), 1);
    requests.release(|message| *message == first);
    t.sleep(ROUND_TRIP).await;
    drop(crash);
    restart(t, voter)?;
    requests.release(|message| *message == second);
    t.sleep(ROUND_TRIP).await;
    Ok(())
}

/// A server hears of a higher term, answers, crashes at once and is back. Catches terms that are
/// saved only when a vote or an entry comes with them: after the restart the server obeys an old
/// leader again.
pub(super) async fn term_after_restart(t: Tester) -> Step {
    for _ in 0..t.parameter("rounds") {
        raised_by_an_append(&t).await?;
        all_agree(&t).await?;
        raised_by_a_refused_vote(&t).await?;
        all_agree(&t).await?;
    }
    Ok(())
}

/// The first that the server hears of a new term is its leader's append.
async fn raised_by_an_append(t: &Tester) -> Step {
    let old = t.check_one_leader().await?;
    let server = t.after(old, 1);
    let copies = t.cluster().copy(APPENDS.from(old).to(server));
    t.one(t.random_command(), 3, Retry::Allowed).await?;

    // The old leader votes, but says nothing; the server is not asked, and not voted for.
    let silent = t.cluster().hold(Messages::REQUESTS.from(old));
    let votes = [t.cluster().hold(VOTE_REQUESTS.from(server)), t.cluster().hold(VOTE_REQUESTS.to(server))];
    t.sleep(ROUND_TRIP).await;
    let crash = t.cluster().crash_after_send(server, Messages::REPLIES.of(RpcKind::AppendEntries), 1);
    until(t, CANDIDACY, || !t.is_running(server)).await;
    drop(crash);
    restart(t, server)?;
    copies.release_all();
    t.sleep(ROUND_TRIP).await;
    drop((silent, votes));
    Ok(())
}

/// The first that the server hears of a new term is a candidate whose log is not good enough.
async fn raised_by_a_refused_vote(t: &Tester) -> Step {
    let leader = t.check_one_leader().await?;
    let (server, candidate) = (t.after(leader, 1), t.after(leader, 2));
    let copies = t.cluster().copy(APPENDS.from(leader).to(server));
    t.disconnect(candidate);
    t.one(t.random_command(), 2, Retry::Allowed).await?;

    // Nobody else hears of its term.
    let votes = t.cluster().hold(Messages::REQUESTS.from(candidate).to(leader));
    let deaf = t.cluster().inject(OneWay::Into(candidate));
    let crash = t.cluster().crash_after_send(server, Messages::REPLIES.to(candidate), 1);
    t.connect(candidate);
    until(t, CANDIDACY, || !t.is_running(server)).await;
    drop(crash);
    restart(t, server)?;
    copies.release_all();
    t.sleep(ROUND_TRIP).await;
    drop((votes, deaf));
    Ok(())
}
