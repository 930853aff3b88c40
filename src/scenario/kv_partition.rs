//! Lab 3A: one partition, looked at closely (`TestOnePartition3A`, `lab-spec/kv.md` §4).

use std::time::Duration;

use super::Tester;
use super::kv_checks::{check_value, put};
use crate::base::ServerId;
use crate::cluster::Step;

const SECOND: Duration = Duration::from_secs(1);
/// How long what waited for the partition may take after it.
const HEALED: Duration = Duration::from_secs(3);

/// Progress in the majority, none in the minority, and what waited there ends after it.
pub(super) async fn one_partition(t: Tester) -> Step {
    let everybody: Vec<ServerId> = t.servers().collect();
    let anybody = t.cluster().client(&everybody);
    // Not counted: for the course, the test begins after it.
    anybody.put("1", "13").await;

    let (majority, minority) = sides(&t);
    let partition = t.cluster().partition(&[&majority, &minority]);
    let above = t.cluster().client(&majority);
    let (writer, reader) = (t.cluster().client(&minority), t.cluster().client(&minority));
    put(&above, "1", "14").await;
    check_value(&t, &above, "1", "14").await?;

    let (writer, reader) = (std::rc::Rc::new(writer), std::rc::Rc::new(reader));
    let (writing, reading) = (writer.clone(), reader.clone());
    let mut write = t.spawn(async move { put(&writing, "1", "15").await });
    let mut read = t.spawn(async move {
        let value = reading.get("1").await;
        reading.count();
        value
    });
    t.sleep(SECOND).await;
    let evidence =
        |what: &str| format!("a {what} ended in a minority, {minority:?}, that cannot know what {majority:?} did");
    t.expect(!write.is_finished(), "no progress", &minority, || evidence("Put"))?;
    t.expect(!read.is_finished(), "no progress", &minority, || evidence("Get"))?;
    check_value(&t, &above, "1", "14").await?;
    put(&above, "1", "16").await;
    check_value(&t, &above, "1", "16").await?;

    drop(partition);
    writer.connect(&everybody);
    reader.connect(&everybody);
    t.sleep(SECOND).await;
    let late =
        |what: &str| format!("a {what} that waited for the partition has not ended {:?} after it", SECOND + HEALED);
    let wrote = t.within(HEALED, &mut write).await;
    t.expect(wrote.is_some(), "completion", &[], || late("Put"))?;
    // The course looks at the Get without waiting for it, and at no time at what it read; that it is
    // answered at all is what the lab asks for (`lab-spec/kv.md` §9, 9).
    let got = t.within(HEALED, &mut read).await;
    t.expect(got.is_some(), "completion", &[], || late("Get"))?;
    check_value(&t, &anybody, "1", "15").await
}

/// The leader, and as many others as are no majority, are the second side.
fn sides(t: &Tester) -> (Vec<ServerId>, Vec<ServerId>) {
    let leader = t.any_leader().unwrap_or(ServerId::new(0));
    let mut others = t.servers().filter(|server| *server != leader);
    let majority: Vec<ServerId> = others.by_ref().take(t.servers().count() / 2 + 1).collect();
    (majority, others.chain([leader]).collect())
}
