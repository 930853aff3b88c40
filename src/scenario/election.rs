//! Part 2A: leader election.

use std::time::Duration;

use super::Tester;
use crate::cluster::Step;

/// A1 `TestInitialElection`: a leader is elected, and stays without faults.
pub(super) async fn initial_election(t: Tester) -> Step {
    t.check_one_leader().await?;

    // Followers need a moment to learn of the election.
    t.sleep(Duration::from_millis(50)).await;
    let term = t.check_terms()?;
    t.expect(term >= 1, "term", &[], || format!("the term is {term}, but should be at least 1"))?;

    t.sleep_elections(2).await;
    let later = t.check_terms()?;
    if later != term {
        t.note(format_args!("warning: the term went from {term} to {later} although there were no failures"));
    }

    t.check_one_leader().await?;
    Ok(())
}

/// A2 `TestReElection`: a new leader after the old one is cut off, none without a majority.
pub(super) async fn re_election(t: Tester) -> Step {
    let first = t.check_one_leader().await?;
    t.disconnect(first);
    t.check_one_leader().await?;

    // The old leader's return must not disturb the new one.
    t.connect(first);
    let second = t.check_one_leader().await?;

    // Without a majority nobody may be elected.
    t.disconnect(second);
    t.disconnect(t.after(second, 1));
    t.sleep_elections(2).await;
    t.check_no_leader()?;

    // A majority is back.
    t.connect(t.after(second, 1));
    t.check_one_leader().await?;

    // And the last one, too.
    t.connect(second);
    t.check_one_leader().await?;
    Ok(())
}

/// A3 `TestManyElections`: up to three of seven are cut off, again and again.
pub(super) async fn many_elections(t: Tester) -> Step {
    t.check_one_leader().await?;
    for _ in 0..t.parameter("rounds") {
        // They may coincide.
        let victims = [t.random_server(), t.random_server(), t.random_server()];
        victims.iter().for_each(|victim| t.disconnect(*victim));

        // Either the leader is still there, or the other four elect a new one.
        t.check_one_leader().await?;
        victims.iter().for_each(|victim| t.connect(*victim));
    }
    t.check_one_leader().await?;
    Ok(())
}
