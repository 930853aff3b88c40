//! Part 3X: how often clerks ask.
//!
//! For clerks that look for the leader anew each time, and for those that ask without a pause when there is
//! none. The course measures neither; its speed test allows both.

use std::time::Duration;

use super::Tester;
use super::kv_owner::Owner;
use super::steering::revive_all;
use crate::base::ServerId;
use crate::cluster::{Step, Tallied};
use crate::net::Messages;

/// How long nobody leads.
const LEADERLESS: Duration = Duration::from_secs(3);

/// First a leader is there, and clerks know it after a call; then nobody can lead for a while.
pub(super) async fn calls(t: Tester) -> Step {
    let calls = t.cluster().tally(Messages::CLIENT_REQUESTS);
    let mut owners: Vec<Owner> = (0..t.parameter("clients")).map(|_| Owner::new(&t)).collect();
    // Whoever has to look for the leader does it now.
    for owner in &mut owners {
        owner.append().await;
    }
    steady_calls(&t, &calls, &mut owners).await?;
    leaderless_calls(&t, &calls, owners).await
}

/// Nothing happens: most operations take one call.
async fn steady_calls(t: &Tester, calls: &Tallied, owners: &mut [Owner]) -> Step {
    let (before, operations) = (calls.count(), t.parameter("operations"));
    for _ in 0..operations {
        for owner in &mut *owners {
            owner.append().await;
        }
    }
    let (made, done) = (calls.count() - before, operations * owners.len() as u64);
    let most = done * t.parameter("calls_per_hundred_max") / 100;
    t.expect(made <= most, "RPC count", &[], || {
        format!("clerks made {made} calls for {done} operations, although the leader stayed; {most} are allowed")
    })
}

/// All servers are up, and each is alone, so that nobody is elected. What was asked is done afterwards.
async fn leaderless_calls(t: &Tester, calls: &Tallied, owners: Vec<Owner>) -> Step {
    let servers: Vec<ServerId> = t.servers().collect();
    let alone: Vec<&[ServerId]> = servers.iter().map(std::slice::from_ref).collect();
    let partition = t.cluster().partition(&alone);
    // A leader that restarts leads no more.
    servers.iter().for_each(|server| t.crash(*server));
    revive_all(t)?;
    let (before, clients) = (calls.count(), owners.len() as u64);
    let working: Vec<_> = owners.into_iter().map(|owner| t.spawn(append_and_check(owner))).collect();
    t.sleep(LEADERLESS).await;
    let made = calls.count() - before;
    let most = clients * LEADERLESS.as_secs() * t.parameter("calls_per_second_max");
    t.expect(made <= most, "RPC count", &[], || {
        format!("{clients} clerks made {made} calls in {LEADERLESS:?} in which nobody led; {most} are allowed")
    })?;
    drop(partition);
    for done in working {
        done.await?;
    }
    Ok(())
}

async fn append_and_check(mut owner: Owner) -> Step {
    owner.append().await;
    owner.check().await
}
