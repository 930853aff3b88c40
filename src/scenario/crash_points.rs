//! Part 2X: crashes between two steps that belong together.
//!
//! For what is saved in pieces (the term without the vote, the snapshot without the log), or after
//! it was told to others. The course's crashes never fall between two saves, nor between a save and
//! a message.

use super::Tester;
use super::steering::{all_agree, once_in, pause, revive, submit_everywhere};
use crate::base::ServerId;
use crate::cluster::{FaultGuard, Step};
use crate::disk::Moment;
use crate::net::Messages;

/// Rounds in which some server crashes at one of its next saves or messages, under load; then all
/// restart, and must agree.
pub(super) async fn crash_at_saves(t: Tester) -> Step {
    all_agree(&t).await?;
    for _ in 0..t.parameter("rounds") {
        let guard = crash_soon(&t, t.random_server());
        submit_everywhere(&t, t.random(|random| random.between(1..=4)));
        pause(&t, 10..=300).await;
        drop(guard);
        if !once_in(&t, 3) {
            revive(&t, t.random_server())?;
        }
    }
    // Also those that are up, with which what was planned for them is forgotten.
    for server in t.servers() {
        t.cluster().start(server)?;
        t.connect(server);
    }
    all_agree(&t).await?;
    all_agree(&t).await
}

/// Lets a server crash at one of its next saves, or as soon as it has sent one of its next messages.
pub(super) fn crash_soon(t: &Tester, server: ServerId) -> Option<FaultGuard> {
    let count = t.random(|random| random.between(1..=4));
    let what = t.random(|random| random.below(4));
    match what {
        0 => t.cluster().crash_at_save(server, count, Moment::Before),
        1 => t.cluster().crash_at_save(server, count, Moment::After),
        2 => return Some(t.cluster().crash_after_send(server, Messages::REQUESTS, count)),
        _ => return Some(t.cluster().crash_after_send(server, Messages::REPLIES, count)),
    }
    None
}
