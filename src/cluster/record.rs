//! Who applied what: the committed record of each server (`lab-spec` §2.2, §2.8, §2.9).

use bytes::Bytes;

use crate::base::{Command, Index, ServerId};

/// What each server's service has applied, as the lab's tester remembers it. The record of a
/// server outlives its crashes; only a snapshot replaces it.
#[derive(Debug)]
pub(super) struct Record {
    /// Per server, the command at each index; index 0 is never used.
    logs: Vec<Vec<Option<Command>>>,
    /// Per server, the index applied last by its present incarnation.
    last_applied: Vec<Index>,
    max_index: Index,
}

/// Why something applied is wrong: a sentence, and the servers it is about.
pub(super) type ApplyError = (String, Vec<ServerId>);

impl Record {
    pub(super) fn new(servers: usize) -> Record {
        Record { logs: vec![vec![None]; servers], last_applied: vec![0; servers], max_index: 0 }
    }

    /// The highest command index that any server ever applied.
    pub(super) fn max_index(&self) -> Index {
        self.max_index
    }

    /// The command that a server has applied at an index.
    pub(super) fn get(&self, server: ServerId, index: Index) -> Option<&Command> {
        self.logs[server.number()].get(index as usize)?.as_ref()
    }

    /// A new incarnation begins: nothing has been applied by it.
    pub(super) fn restart(&mut self, server: ServerId) {
        self.last_applied[server.number()] = 0;
    }

    /// Takes a command applied without snapshots (§2.8).
    pub(super) fn apply(&mut self, server: ServerId, index: Index, command: &Command) -> Result<(), ApplyError> {
        let different = self.different_value(index, command);
        let has_previous = index <= 1 || self.get(server, index - 1).is_some();
        self.set(server, index, command.clone());
        if !has_previous {
            let text = format!("{server} applied index {index} out of order: it has not applied index {}", index - 1);
            return Err((text, vec![server]));
        }
        match different {
            Some((other, theirs)) => {
                let text = format!("{server} applied {command} at index {index}, where {other} had applied {theirs}");
                Err((text, vec![server, other]))
            }
            None => Ok(()),
        }
    }

    /// Takes a command applied in snapshot mode (§2.9): indices must follow each other strictly.
    pub(super) fn apply_in_order(
        &mut self,
        server: ServerId,
        index: Index,
        command: &Command,
    ) -> Result<(), ApplyError> {
        let last = std::mem::replace(&mut self.last_applied[server.number()], index);
        if index != last + 1 {
            let text = format!("{server} applied index {index} out of order: index {} was expected", last + 1);
            return Err((text, vec![server]));
        }
        self.apply(server, index, command)
    }

    /// The snapshot that a server's service makes of everything through `index` (2022 and later):
    /// the index, then the commands 0 to `index`.
    pub(super) fn snapshot(&self, server: ServerId, index: Index) -> Bytes {
        let commands = &self.logs[server.number()][..=index as usize];
        postcard::to_extend(&(index, commands), Vec::new()).expect("commands are plain bytes").into()
    }

    /// Replaces a server's record by a snapshot; `wanted` is the index that Raft says it has.
    /// Gives the index that the snapshot stands for.
    pub(super) fn ingest(
        &mut self,
        server: ServerId,
        snapshot: &[u8],
        wanted: Option<Index>,
    ) -> Result<Index, ApplyError> {
        let wrong = |text: String| (text, vec![server]);
        if snapshot.is_empty() {
            return Err(wrong(format!("{server} was given an empty snapshot")));
        }
        let Some((index, commands)) = decode(snapshot) else {
            let text = format!("{server} was given a snapshot of {} bytes that no service made", snapshot.len());
            return Err(wrong(text));
        };
        if let Some(wanted) = wanted.filter(|wanted| *wanted != index) {
            return Err(wrong(format!(
                "{server} was given a snapshot for index {wanted} that is one for index {index}"
            )));
        }
        self.logs[server.number()] = commands;
        self.last_applied[server.number()] = index;
        Ok(index)
    }

    fn different_value(&self, index: Index, command: &Command) -> Option<(ServerId, Command)> {
        let servers = (0..self.logs.len()).map(ServerId::new);
        let mut others = servers.filter_map(|other| Some((other, self.get(other, index)?)));
        others.find(|(_, theirs)| *theirs != command).map(|(other, theirs)| (other, theirs.clone()))
    }

    fn set(&mut self, server: ServerId, index: Index, command: Command) {
        let log = &mut self.logs[server.number()];
        if log.len() <= index as usize {
            log.resize(index as usize + 1, None);
        }
        log[index as usize] = Some(command);
        self.max_index = self.max_index.max(index);
    }
}

/// What [`Record::snapshot`] made; none if it was not.
fn decode(snapshot: &[u8]) -> Option<(Index, Vec<Option<Command>>)> {
    let (index, commands): (Index, Vec<Option<Command>>) = postcard::from_bytes(snapshot).ok()?;
    // Commands 0 to `index`: so a wild index cannot come near the arithmetic either.
    let last = commands.len().checked_sub(1)?;
    (last as Index == index).then_some((index, commands))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S0: ServerId = ServerId::new_const(0);
    const S1: ServerId = ServerId::new_const(1);

    fn number(value: u64) -> Command {
        Command::integer(value)
    }

    fn applied(count: u64) -> Record {
        let mut record = Record::new(2);
        for index in 1..=count {
            record.apply_in_order(S0, index, &number(index * 100)).expect("this is in order");
        }
        record
    }

    #[test]
    fn repeating_and_going_back_are_not_noticed_without_snapshots_but_gaps_are() {
        let mut record = Record::new(2);
        for index in [1, 2, 2, 1] {
            assert_eq!(record.apply(S0, index, &number(index)), Ok(()));
        }
        let (text, servers) = record.apply(S0, 4, &number(4)).expect_err("index 3 is missing");
        assert!(text.contains("out of order"), "{text}");
        assert_eq!(servers, [S0]);
    }

    #[test]
    fn another_value_at_an_index_is_noticed_across_servers() {
        let mut record = Record::new(2);
        record.apply(S0, 1, &number(17)).expect("the first is always right");
        let (text, servers) = record.apply(S1, 1, &number(41)).expect_err("S0 applied 17 there");
        assert_eq!(text, "S1 applied 41 at index 1, where S0 had applied 17");
        assert_eq!(servers, [S1, S0]);
    }

    #[test]
    fn snapshot_mode_wants_every_index_once_per_incarnation() {
        let mut record = applied(3);
        assert!(record.apply_in_order(S0, 3, &number(300)).is_err());
        record.restart(S0);
        assert_eq!(record.apply_in_order(S0, 1, &number(100)), Ok(()));
    }

    #[test]
    fn a_snapshot_restores_what_it_was_made_of() {
        let mut record = applied(9);
        let snapshot = record.snapshot(S0, 9);
        assert_eq!(record.ingest(S1, &snapshot, Some(9)), Ok(9));
        assert_eq!(record.get(S1, 4), Some(&number(400)));
        assert_eq!(record.apply_in_order(S1, 10, &number(1000)), Ok(()));
        assert_eq!(record.max_index(), 10);
    }

    #[test]
    fn bad_snapshots_are_refused() {
        let mut record = applied(9);
        let snapshot = record.snapshot(S0, 9);
        assert!(record.ingest(S1, &snapshot, Some(8)).is_err());
        assert!(record.ingest(S1, &[], None).is_err());
        assert!(record.ingest(S1, b"nonsense", None).is_err());
    }
}
