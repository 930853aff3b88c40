//! A contradiction in words.
//!
//! What is told was found by search, and is true whatever is said here: the operations told of
//! cannot be ordered. This looks for the sentence that says it best, and tells the rest beside it.

use super::super::verdict::ContradictionKind;
use super::composition::take_apart;
use super::shown::{Call, Interval, Read, Returned, shown};
use super::steps::value_read;
use super::{KvInput, KvOperation};

/// Operations of which no sentence speaks yet, and that are told nevertheless, at most.
const BESIDE: usize = 6;

/// Of more operations no single sentence tells: nobody knows which of them are needed.
const FEW: usize = 12;

/// A key's operations, and those that contradict each other.
pub(super) struct Story<'a> {
    pub(super) operations: &'a [KvOperation<'a>],
    /// By their calls.
    pub(super) found: &'a [usize],
    /// The one of them with which it came to light.
    pub(super) culprit: usize,
}

/// A kind of contradiction, its sentences, and the operations that these tell of.
struct Tale {
    kind: ContradictionKind,
    evidence: Vec<String>,
    told: Vec<usize>,
}

impl<'a> Story<'a> {
    /// The kind of contradiction, and the sentences that tell it.
    pub(super) fn tell(&self) -> (ContradictionKind, Vec<String>) {
        let Tale { kind, mut evidence, told } = self.tale().unwrap_or_else(|| self.everything());
        let beside: Vec<usize> = self.found.iter().copied().filter(|each| !told.contains(each)).collect();
        // Of many, the last are nearest to where it came to light.
        let left_out = beside.len().saturating_sub(BESIDE);
        evidence.extend(beside[left_out..].iter().map(|each| self.beside(*each)));
        if left_out > 0 {
            evidence.push(format!("and {left_out} earlier operations, of which not all may be needed"));
        }
        (kind, evidence)
    }

    fn tale(&self) -> Option<Tale> {
        if self.found.len() > FEW {
            return self.read(self.culprit).and_then(|read| self.impossible_value(read));
        }
        let reads: Vec<Read<'a>> = self.found.iter().filter_map(|number| self.read(*number)).collect();
        let tale = match reads[..] {
            [read] if self.found.len() == 1 => self.impossible_value(read),
            [read] => self.contradicted_by_write(read),
            [one, other] => {
                let (one, other) = if other.operation.precedes(one.operation) { (other, one) } else { (one, other) };
                let tale = self.contradicted_by_read(one, other);
                tale.or_else(|| self.seen_by_one(one, other)).or_else(|| self.seen_by_one(other, one))
            }
            _ => None,
        };
        tale.or_else(|| reads.iter().rev().find_map(|read| self.write_missed(*read, &reads)))
    }

    /// A write that was over before `read` was called, which does not show it. What else was found says why
    /// it cannot have been replaced in between.
    fn write_missed(&self, read: Read<'a>, reads: &[Read<'a>]) -> Option<Tale> {
        // Where all read the same, that was there before the one Put, and nothing brings it back.
        let mut puts = self.found.iter().filter(|each| self.operations[**each].input.is_put());
        let is_between =
            puts.next().is_some() && puts.next().is_none() && reads.iter().all(|each| each.value == read.value);
        let mut earlier = self.found.iter().rev().filter(|each| self.operations[**each].precedes(read.operation));
        earlier.find_map(|number| match self.operations[*number].input {
            KvInput::Append { value, .. } => self.append_not_seen(read, *number, value),
            KvInput::Put { value, .. } if is_between => self.put_not_seen(read, *number, value),
            _ => None,
        })
    }

    fn read(&self, number: usize) -> Option<Read<'a>> {
        let operation = &self.operations[number];
        value_read(operation).map(|value| Read { number, operation, value })
    }

    /// Everything that was read of the key, found or not.
    fn reads(&self) -> impl Iterator<Item = Read<'a>> {
        (0..self.operations.len()).filter_map(|number| self.read(number))
    }

    /// The values of the Puts, or the Appends, that were called before `read` returned.
    fn written(&self, read: Read<'_>, puts: bool) -> Vec<&'a str> {
        self.writes(read, puts).filter_map(value_written).collect()
    }

    /// Those of them that no Put has certainly replaced by then.
    fn standing(&self, read: Read<'_>, puts: bool) -> Vec<&'a str> {
        self.writes(read, puts).filter(|write| !self.is_replaced(write, read)).filter_map(value_written).collect()
    }

    fn writes(&self, read: Read<'_>, puts: bool) -> impl Iterator<Item = &'a KvOperation<'a>> {
        let until = read.operation.returned_at();
        self.operations.iter().filter(move |each| Some(each.called) <= until && each.input.is_put() == puts)
    }

    /// Whether a Put was after this write, and over before `read`.
    fn is_replaced(&self, write: &KvOperation<'_>, read: Read<'_>) -> bool {
        let mut puts = self.operations.iter().filter(|each| each.input.is_put());
        puts.any(|put| write.precedes(put) && put.precedes(read.operation))
    }

    /// A value that no order of the writes leads to, wherever they took effect.
    fn impossible_value(&self, read: Read<'a>) -> Option<Tale> {
        let (puts, appends) = (self.written(read, true), self.written(read, false));
        let (kind, reason) = match take_apart(read.value, &puts, &appends) {
            Err(len) => (ContradictionKind::NeverWritten, self.unwritten(read, len)),
            Ok(_) => (ContradictionKind::Duplicate, vec![self.doubled(read)?]),
        };
        let mut evidence = vec![read.to_string()];
        evidence.extend(reason);
        Some(Tale { kind, evidence, told: vec![read.number] })
    }

    /// Says of a part of a value that it is there more often than it was written.
    fn doubled(&self, read: Read<'_>) -> Option<String> {
        let (puts, appends) = (self.standing(read, true), self.standing(read, false));
        let parts = take_apart(read.value, &puts, &appends).ok()?;
        let (part, times, written) = most_repeated(&parts, &puts, &appends)?;
        let is_all = appends.len() == self.written(read, false).len();
        let since = if is_all { "" } else { " since the last Put" };
        Some(format!("it has {} {times} times, but {written}{since}{}", shown(part), self.writer_of(part)))
    }

    /// Says of the first part of a value that nobody had written it.
    fn unwritten(&self, read: Read<'_>, len: usize) -> Vec<String> {
        let rest = &read.value[len..];
        let place = if len > 0 { format!(", which it has from byte {len} on") } else { String::new() };
        let mut sentences = vec![format!("nothing that was called by then wrote {}{place}", shown(rest))];
        let later = self.operations.iter().find(|each| {
            Some(each.called) > read.operation.returned_at()
                && value_written(each).is_some_and(|value| !value.is_empty() && rest.starts_with(value))
        });
        sentences.extend(later.map(|write| format!("{} was called only at {}", Call(write), write.called)));
        sentences
    }

    /// By whom a value was written, if it was by one call.
    fn writer_of(&self, value: &str) -> String {
        let mut writers = self.operations.iter().filter(|each| value_written(each) == Some(value));
        match (writers.next(), writers.next()) {
            (Some(write), None) => format!(": {}, {}", Call(write), Interval(write)),
            _ => String::new(),
        }
    }

    /// A read, and writes that were over before it was called.
    fn contradicted_by_write(&self, read: Read<'a>) -> Option<Tale> {
        let earlier = self.found.iter().rev().filter(|each| self.operations[**each].precedes(read.operation));
        let mut tales = earlier.filter_map(|number| match self.operations[*number].input {
            KvInput::Get { .. } => None,
            KvInput::Put { value, .. } => self.put_not_seen(read, *number, value),
            KvInput::Append { value, .. } => self.append_not_seen(read, *number, value),
        });
        tales.next().or_else(|| self.written_out_of_order(read))
    }

    fn append_not_seen(&self, read: Read<'a>, number: usize, value: &'a str) -> Option<Tale> {
        if read.value.contains(value) {
            return None;
        }
        // The same text may have been there before.
        let called = self.operations[number].called;
        let other =
            self.reads().find(|other| other.operation.returned_at() >= Some(called) && other.value.contains(value));
        Some(self.not_seen(read, number, other))
    }

    fn put_not_seen(&self, read: Read<'a>, number: usize, value: &'a str) -> Option<Tale> {
        // Every value begins with the empty one, so that only itself shows that it was Put.
        let shows = |other: &str| other == value || (!value.is_empty() && other.starts_with(value));
        if shows(read.value) {
            return None;
        }
        let called = self.operations[number].called;
        let other = self.reads().find(|other| other.operation.returned_at() >= Some(called) && shows(other.value));
        let mut tale = self.not_seen(read, number, other);
        if value.is_empty() && other.is_none() {
            // What was read is an earlier value. Whether another read was after the Put, who knows.
            tale.kind = ContradictionKind::StaleRead;
            tale.evidence.truncate(1);
        }
        Some(tale)
    }

    /// An Append that was over before `blind` was called, and that `seeing` shows.
    fn seen_by_one(&self, blind: Read<'a>, seeing: Read<'a>) -> Option<Tale> {
        let number = self.found.iter().copied().find(|number| {
            let write = &self.operations[*number];
            let is_in = |read: Read<'_>| value_written(write).is_some_and(|value| read.value.contains(value));
            !write.input.is_put() && write.precedes(blind.operation) && is_in(seeing) && !is_in(blind)
        })?;
        Some(self.not_seen(blind, number, Some(seeing)))
    }

    /// `read` does not show a write that was over, and `other` does.
    fn not_seen(&self, read: Read<'a>, number: usize, other: Option<Read<'a>>) -> Tale {
        let write = &self.operations[number];
        let (call, returned) = (Call(write), Returned(write));
        let first = if write.input.is_put() {
            format!("{read}, although {call} had returned {returned} and nothing wrote {} after it", shown(read.value))
        } else {
            format!("{read}, without {call}, which had returned {returned}")
        };
        let (kind, second) = match other {
            Some(other) => (ContradictionKind::StaleRead, format!("{other}, which shows it")),
            None if self.is_continued(read) => (ContradictionKind::LostUpdate, "no read ever showed it".to_owned()),
            None => (ContradictionKind::MissedWrite, "no later read says whether it was lost".to_owned()),
        };
        let told = [read.number, number].into_iter().chain(other.map(|other| other.number)).collect();
        Tale { kind, evidence: vec![first, second], told }
    }

    /// Whether a later read shows the same past as this one.
    fn is_continued(&self, read: Read<'_>) -> bool {
        self.reads().any(|later| read.operation.precedes(later.operation) && later.value.starts_with(read.value))
    }

    /// `read` shows a write in front of one that was over before it was called.
    fn written_out_of_order(&self, read: Read<'a>) -> Option<Tale> {
        let place = |number: usize| {
            let value = value_written(&self.operations[number])?;
            (read.value.matches(value).count() == 1).then(|| read.value.find(value)).flatten()
        };
        let earlier = *self.found.iter().find(|each| self.operations[**each].precedes(read.operation))?;
        let later = (0..self.operations.len()).find(|later| {
            let in_front = place(*later).zip(place(earlier)).is_some_and(|(later, earlier)| later < earlier);
            in_front && self.operations[earlier].precedes(&self.operations[*later])
        })?;
        let (first, second) = (&self.operations[earlier], &self.operations[later]);
        let evidence = vec![
            format!("{read}, in which {} comes before {}", Call(second), Call(first)),
            format!("the one was called at {}, the other had returned {}", second.called, Returned(first)),
        ];
        Some(Tale { kind: ContradictionKind::Reordered, evidence, told: vec![read.number, earlier, later] })
    }

    /// Two reads that do not fit together; `other` was not over when `one` was called.
    fn contradicted_by_read(&self, one: Read<'a>, other: Read<'a>) -> Option<Tale> {
        let common = common_chars(one.value, other.value);
        let (one_rest, other_rest) = (&one.value[common..], &other.value[common..]);
        let is_later = one.operation.precedes(other.operation);
        let leads_back = is_later
            && !one_rest.is_empty()
            && (other_rest.is_empty() || common == 0 || self.was_put_before(other, one));
        if !leads_back && (one_rest.is_empty() || other_rest.is_empty()) {
            return None;
        }
        let is_in_both = |value: &str| !value.is_empty() && one_rest.contains(value) && other_rest.contains(value);
        let (kind, evidence) = if self.operations.iter().filter_map(value_written).any(is_in_both) {
            (ContradictionKind::Reordered, forked(one, other, common))
        } else if leads_back {
            (ContradictionKind::StaleRead, vec![format!("{other}, although before that {one}")])
        } else {
            (ContradictionKind::Diverged, forked(one, other, common))
        };
        Some(Tale { kind, evidence, told: vec![one.number, other.number] })
    }

    /// Whether what `read` begins with was only Put before `later` was called.
    fn was_put_before(&self, read: Read<'_>, later: Read<'_>) -> bool {
        let is_source = |write: &&KvOperation<'_>| {
            let value = value_written(write).filter(|value| write.input.is_put() && !value.is_empty());
            value.is_some_and(|value| read.value.starts_with(value))
        };
        let mut sources = self.operations.iter().filter(is_source).peekable();
        sources.peek().is_some() && sources.all(|put| put.precedes(later.operation))
    }

    /// For what no single sentence tells.
    fn everything(&self) -> Tale {
        let count = self.found.len();
        let evidence = vec![format!("these {count} operations cannot be put in any order that all of them allow")];
        Tale { kind: ContradictionKind::NoOrder, evidence, told: Vec::new() }
    }

    /// An operation of which nothing was said yet.
    fn beside(&self, number: usize) -> String {
        let operation = &self.operations[number];
        match self.read(number) {
            Some(read) => read.to_string(),
            None => {
                format!("{} was called at {} and returned {}", Call(operation), operation.called, Returned(operation))
            }
        }
    }
}

/// Two reads that begin alike and go on differently.
fn forked(one: Read<'_>, other: Read<'_>, common: usize) -> Vec<String> {
    let [one_rest, other_rest] = [one, other].map(|read| shown(&read.value[common..]));
    let difference = format!("from byte {common} on, the one has {one_rest} and the other {other_rest}");
    vec![one.to_string(), other.to_string(), difference]
}

/// How many bytes two texts have in common at their beginnings, in whole characters.
fn common_chars(one: &str, other: &str) -> usize {
    let both = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    both.map(|(common, _)| common.len_utf8()).sum()
}

/// What a Put or Append wrote.
fn value_written<'a>(operation: &KvOperation<'a>) -> Option<&'a str> {
    match operation.input {
        KvInput::Get { .. } => None,
        KvInput::Put { value, .. } | KvInput::Append { value, .. } => Some(value),
    }
}

/// A part that occurs more often than it was written: the part, how often it occurs, and how often
/// it was written, in words.
fn most_repeated<'t>(parts: &[&'t str], puts: &[&str], appends: &[&str]) -> Option<(&'t str, usize, String)> {
    parts.iter().find_map(|part| {
        let times = parts.iter().filter(|other| *other == part).count();
        let written = puts.iter().chain(appends).filter(|value| *value == part).count();
        let words = if written == 1 { "was written once".to_owned() } else { format!("was written {written} times") };
        (times > written).then_some((*part, times, words))
    })
}
